// Score against learning rate: a dot for each tune seed, a line through their means, a ring around the chosen rate.

function sweepChart(told, doc, width) {
  const trials = told.sweep.lr.map((lr, at) => ({
    lr,
    score: told.sweep.score[at] / doc.per_unit,
    diverged: told.sweep.diverged[at] === 1,
  }));
  if (!trials.length) return null;
  const means = d3.rollups(trials, (group) => d3.mean(group, (trial) => trial.score), (trial) => trial.lr);
  means.sort((a, b) => a[0] - b[0]);
  const rates = means.map(([lr]) => lr);
  // The table beside the chart has these rates in this order, in the words of every report.
  const names = new Map(rates.map((lr, at) => [lr, told.tuning[at][0]]));
  const chosen = means.filter(([lr]) => lr === told.sweep.chosen);
  const wide = [rates[0] / 1.6, rates.at(-1) * 1.6];
  const x = { type: "log", domain: wide, label: "learning rate (log scale)", labelArrow: "none", labelAnchor: "center" };
  const y = { label: doc.score, labelArrow: "none", grid: true, nice: true };
  const kept = trials.filter((trial) => !trial.diverged);
  const lost = trials.filter((trial) => trial.diverged);
  const marks = [
    Plot.axisX(rates, { tickFormat: (lr) => names.get(lr), label: x.label, labelArrow: "none", labelAnchor: "center" }),
    Plot.ruleY([doc.floor], line(FLOOR)),
    Plot.lineY(means, { x: "0", y: "1", stroke: OURS.stroke, strokeWidth: 1.5 }),
    Plot.dot(kept, { x: "lr", y: "score", r: 3, fill: OURS.stroke }),
    Plot.dot(lost, { x: "lr", y: "score", r: 4, symbol: "times", stroke: REFERENCE.stroke, strokeWidth: 2 }),
    Plot.dot(chosen, { x: "0", y: "1", r: 9, stroke: "currentColor", strokeWidth: 1.5 }),
    Plot.tip(trials, Plot.pointer({ x: "lr", y: "score", title: (trial) => tipOf(trial, names) })),
  ];
  const key = keyOf([
    [{ dot: "●", stroke: OURS.stroke }, "a tune seed"],
    [{ dot: "✕", stroke: REFERENCE.stroke }, "turned non-finite"],
    [{ dot: "◯", stroke: "currentColor" }, "chosen"],
    [FLOOR, "floor"],
  ]);
  const spoken = means.map(([lr, mean]) => `${names.get(lr)}: ${mean.toFixed(3)}`).join(", ");
  return figureOf(
    "Score against learning rate",
    key,
    { width, x, y, marks },
    "Line: mean over tune seeds; non-finite trials, and all below, count as the floor.",
    `Mean ${doc.score} at each learning rate: ${spoken}.`,
  );
}

function tipOf(trial, names) {
  return `lr ${names.get(trial.lr)}\n${trial.diverged ? "turned non-finite" : `score ${trial.score.toFixed(3)}`}`;
}
