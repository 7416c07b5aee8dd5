// The list of pairings: sorted by any column, a hundred rows at first and more when asked.

const FIRST_ROWS = 100;
const MORE_ROWS = 300;
const isNumeric = (column) => Boolean(column.value);
let listed = [];

function makeTable(onChange) {
  const heads = records.columns.map((column) => {
    const head = el("th", { scope: "col", class: isNumeric(column) ? "n" : null, "data-key": column.key });
    if (!column.levels && !column.value) {
      head.append(column.title);
      return head;
    }
    const button = el("button", { type: "button" }, column.title);
    button.addEventListener("click", () => {
      const [key, descending] = sorting();
      const first = isNumeric(column) ? "-" : "";
      if (key !== column.key) state.sort = first + column.key;
      else state.sort = descending ? column.key : `-${column.key}`;
      onChange();
    });
    head.append(button);
    return head;
  });
  byId("list").tHead.append(el("tr", {}, heads));
  byId("list").tBodies[0].addEventListener("click", openFrom);
  byId("more").addEventListener("click", () => showMore(MORE_ROWS));
  byId("every").addEventListener("click", () => showMore(Infinity));
}

/** Draws the list anew for the state. */
function showTable() {
  const [key, descending] = sorting();
  for (const head of byId("list").tHead.rows[0].cells) {
    if (head.dataset.key === key) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  listed = sorted(matching(), columns.get(key), descending);
  byId("list").tBodies[0].replaceChildren();
  showMore(FIRST_ROWS);
}

function sorting() {
  return [state.sort.replace(/^-/, ""), state.sort.startsWith("-")];
}

/** Stable; what has no number comes last either way. */
function sorted(places, column, descending) {
  const values = column.levels ? column.at : column.value.map((value) => (value === null ? NaN : Number(value)));
  const sign = descending ? -1 : 1;
  return places.sort((a, b) => {
    const [x, y] = [values[a], values[b]];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
    return x === y ? a - b : sign * (x < y ? -1 : 1);
  });
}

function showMore(count) {
  const body = byId("list").tBodies[0];
  const start = body.rows.length;
  const fragment = document.createDocumentFragment();
  for (const place of listed.slice(start, start + count)) fragment.append(rowOf(place, records.columns));
  body.append(fragment);
  const shown = body.rows.length;
  const of = `${listed.length.toLocaleString("en")} of ${N.toLocaleString("en")} pairings`;
  byId("shown").textContent = shown < listed.length ? `${of}; the first ${shown.toLocaleString("en")} are shown` : of;
  byId("more").hidden = byId("every").hidden = shown === listed.length;
  byId("every").textContent = `Show all ${listed.length.toLocaleString("en")}`;
  if (start && count) body.rows[start]?.querySelector("button").focus({ preventScroll: true });
}

/** A row; its first cell opens the pairing, and so does a click anywhere in it. */
function rowOf(place, ofColumns) {
  const cells = ofColumns.map((column, at) => {
    const text = textOf(column, place);
    if (at) return el("td", { class: isNumeric(column) ? "n" : null }, text);
    const named = el("span", { class: "vh" }, `: open ${labelOf(place)} on ${wordOf("task", place)}`);
    return el("th", { scope: "row" }, el("button", { type: "button", class: "row-open" }, chip(place), text, named));
  });
  return el("tr", { "data-place": place }, cells);
}

function openFrom(event) {
  const row = event.target.closest("tr[data-place]");
  if (row && !String(getSelection())) openPairing(Number(row.dataset.place));
}
