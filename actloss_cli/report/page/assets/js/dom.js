// Elements made from text: nothing here, and nothing after it, ever parses a string as markup.

const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text, null is left out. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** A table whose first column names its rows; `header` may be null. */
function tableOf(caption, header, rows, numeric = []) {
  const kind = (place) => (numeric.includes(place) ? "n" : null);
  return el(
    "table",
    {},
    el("caption", {}, caption),
    header &&
      el("thead", {}, el("tr", {}, header.map((text, place) => el("th", { scope: "col", class: kind(place) }, text)))),
    el(
      "tbody",
      {},
      rows.map((cells) =>
        el(
          "tr",
          {},
          cells.map((cell, place) =>
            place ? el("td", { class: kind(place) }, cell) : el("th", { scope: "row" }, cell),
          ),
        ),
      ),
    ),
  );
}
