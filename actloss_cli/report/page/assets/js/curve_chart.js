// Learning curves of a pairing beside those of the task's reference: medians and quartiles over final seeds.

function curveChart(id, doc, width) {
  const ours = curveOf(doc, id);
  if (!ours.length) return null;
  const isReference = id === doc.reference;
  const theirs = doc.reference && !isReference ? curveOf(doc, doc.reference) : [];
  const x = { label: "training steps (minibatches)", labelArrow: "none", labelAnchor: "center" };
  const y = { label: doc.score, labelArrow: "none", grid: true, nice: true };
  const marks = [
    Plot.ruleY([doc.floor], line(FLOOR)),
    doc.target === null ? null : Plot.ruleY([doc.target], line(TARGET)),
    ...bandAndLine(theirs, REFERENCE),
    ...bandAndLine(ours, OURS),
    Plot.tip(ours, Plot.pointerX({ x: "step", y: "median", title: titleOf })),
  ];
  const key = keyOf([
    [OURS, isReference ? "this pairing, the reference" : "this pairing"],
    ...(theirs.length ? [[REFERENCE, "reference"]] : []),
    [FLOOR, "floor"],
    ...(doc.target === null ? [] : [[TARGET, "target"]]),
  ]);
  const caption =
    "Line: median over final seeds; band: quartiles; a seed that turned non-finite counts as the floor." +
    (doc.target === null ? "" : ` Target: ${doc.target_share} of the reference's gain over the floor.`);
  return figureOf("Learning curves", key, { width, x, y, marks }, caption, told(doc, ours, theirs));
}

function curveOf(doc, id) {
  const [low, median, high] = doc.pairings[id].curves ?? [[], [], []];
  return median.map((value, epoch) => ({
    step: doc.steps_per_epoch * (epoch + 1),
    epoch: epoch + 1,
    low: low[epoch] / doc.per_unit,
    median: value / doc.per_unit,
    high: high[epoch] / doc.per_unit,
  }));
}

const line = (mark) => ({ stroke: mark.stroke, strokeDasharray: mark.dash, strokeWidth: mark.width ?? 2 });
const titleOf = (point) =>
  `epoch ${point.epoch}, step ${point.step}\nmedian ${point.median.toFixed(3)}\nquartiles ${point.low.toFixed(3)} to ${point.high.toFixed(3)}`;

function bandAndLine(points, mark) {
  if (!points.length) return [];
  const at = { x: "step", y1: "low", y2: "high", fill: mark.stroke, fillOpacity: 0.18 };
  return [Plot.areaY(points, at), Plot.lineY(points, { x: "step", y: "median", ...line(mark) })];
}

function told(doc, ours, theirs) {
  const span = (points) =>
    `from ${points[0].median.toFixed(3)} after the first epoch to ${points.at(-1).median.toFixed(3)} after the last`;
  const beside = theirs.length ? ` The reference's goes ${span(theirs)}.` : "";
  return `Median ${doc.score} by training step, ${span(ours)}.${beside} The floor is ${doc.floor.toFixed(3)}.`;
}
