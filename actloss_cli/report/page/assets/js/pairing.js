// One pairing whole: verdict, why, the four judgements, charts, and every trial that they rest on.

/** Fills `body` at once with what the list knows, then with all the rest. */
async function showPairing(body, place) {
  const title = el("h2", { id: "opened-title", tabindex: "-1" }, `${wordOf("task", place)}: `, labelOf(place));
  const verdict = records.verdicts[columns.get("verdict").at[place]];
  const said = el("p", { class: "said" }, chip(place), " ", el("strong", {}, verdict.verdict));
  const view = el("article", { class: "pairing" }, title, said, el("p", { class: "muted" }, verdict.meaning));
  body.replaceChildren(view);
  title.focus({ preventScroll: true });
  const doc = await detailsOf(place);
  if (!view.isConnected) return;
  const told = doc.pairings[records.ids[place]];
  said.append(`: ${told.reason}`);
  view.append(why("predicted", told.predicted));
  if (told.cause) view.append(why("because", told.cause));
  for (const notice of told.notices) view.append(why("notice", notice));
  if (told.numbers) view.append(partsOf(place, told, doc, Math.min(view.clientWidth, 520)));
}

function why(word, text) {
  return el("p", { class: "why" }, el("b", {}, `${word}: `), text);
}

function partsOf(place, told, doc, width) {
  const id = records.ids[place];
  return el(
    "div",
    { class: "parts" },
    curveChart(id, doc, width),
    sweepChart(told, doc, width),
    ...sketchCharts(doc.sketches[`${wordOf("output", place)}/${wordOf("loss", place)}`], width),
    el(
      "div",
      { class: "stack" },
      told.judgements.length ? tableOf("Judgements", null, told.judgements) : null,
      told.metrics.length ? tableOf("Metrics, means over final seeds", null, told.metrics) : null,
    ),
    tableOf("Measured", null, told.numbers),
    wide(tableOf("Learning rates", doc.tuning, told.tuning, [1, 2])),
    wide(tableOf("Final trials", doc.finals, told.finals.map(withId), [1, 3, 4])),
    told.diagnostics ? diagnosticsOf(told.diagnostics) : null,
    trialsOf(told),
  );
}

function wide(table) {
  return scrolling(table, "wide scroll");
}

function scrolling(table, kind) {
  return el("div", { class: kind, tabindex: "0", role: "region", "aria-label": table.caption.textContent }, table);
}

function withId(cells) {
  return [...cells.slice(0, -1), el("code", {}, cells.at(-1))];
}

function diagnosticsOf([header, ...rows]) {
  const caption = "After so many epochs, medians over final seeds";
  const table = tableOf(caption, header, rows, header.map((_, at) => at).slice(1));
  return el("details", { class: "wide" }, el("summary", {}, "Diagnostics"), scrolling(table, "scroll"));
}

/** The tune trials' ids; those of the final trials stand in their table. */
function trialsOf(told) {
  const rows = told.sweep.trial.map((trial, at) => [el("code", {}, trial), String(told.sweep.lr[at])]);
  const table = tableOf("The trials that chose the learning rate", ["trial", "lr"], rows);
  return el("details", { class: "wide" }, el("summary", {}, `Ids of the ${rows.length} tune trials`), table);
}
