// What all charts share: the library's drawing made fit for this page, with its words, its key and its description.

/** A figure: title, key, drawing, caption; `told` says in words what the drawing shows. */
function figureOf(title, key, options, caption, told) {
  const svg = Plot.plot({
    width: options.width,
    height: 250,
    marginLeft: 46,
    marginRight: 16,
    marginBottom: 40,
    ...options,
    className: "chart",
  });
  // The policy lets in no styles but the page's own; those of the library are in it.
  svg.querySelector("style")?.remove();
  // One picture with one description: its parts are not to be read out, nor may they be named.
  for (const part of svg.querySelectorAll("[aria-label]")) {
    part.dataset.part = part.getAttribute("aria-label");
    part.removeAttribute("aria-label");
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", told);
  return el("figure", {}, el("h4", {}, title), key, svg, el("figcaption", {}, caption));
}

/** Samples of line or dot with what they stand for. */
function keyOf(entries) {
  return el("ul", { class: "key" }, entries.map(([mark, text]) => el("li", {}, sampleOf(mark), text)));
}

function sampleOf(mark) {
  const svg = d3.create("svg").attr("viewBox", "0 0 28 10").attr("aria-hidden", "true");
  if (mark.dot) svg.append("text").attr("x", 14).attr("y", 9).attr("text-anchor", "middle").attr("fill", mark.stroke).text(mark.dot);
  else {
    svg.append("line").attr("x1", 1).attr("x2", 27).attr("y1", 5).attr("y2", 5).attr("stroke", mark.stroke)
      .attr("stroke-width", mark.width ?? 2).attr("stroke-dasharray", mark.dash ?? null);
  }
  return svg.node();
}

const OURS = { stroke: "var(--mark-1)" };
const REFERENCE = { stroke: "var(--mark-2)", dash: "6 3" };
const FLOOR = { stroke: "var(--mark-3)", dash: "1 3", width: 1.5 };
const TARGET = { stroke: "var(--mark-3)", dash: "5 4", width: 1 };
