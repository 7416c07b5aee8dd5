// The loss and its gradient against one unit's pre-activation, for both of its targets: from the functions alone.

function sketchCharts(sketch, width) {
  if (!sketch) return [];
  const looks = [REFERENCE, OURS];
  const key = () => keyOf(sketch.curves.map((curve, at) => [looks[at], curve.target]));
  return ["loss", "gradient"].map((name) => {
    const lines = sketch.curves.map((curve, at) => {
      const points = sketch.z.map((z, place) => ({ z, value: curve[name][place] ?? NaN }));
      return Plot.lineY(points, { x: "z", y: "value", ...line(looks[at]) });
    });
    const x = { label: "pre-activation z", labelArrow: "none", labelAnchor: "center", ticks: [-8, -4, 0, 4, 8] };
    const y = { label: name === "loss" ? "loss" : "gradient dL/dz", labelArrow: "none", grid: true, nice: true };
    const marks = [name === "gradient" ? Plot.ruleY([0], line(FLOOR)) : null, ...lines];
    const title = name === "loss" ? "Loss of one unit" : "Gradient of one unit";
    const caption = "From the functions alone; the other units are at 0. A gap: undefined there.";
    return figureOf(title, key(), { width, height: 200, x, y, marks }, caption, sketchTold(sketch, name));
  });
}

function sketchTold(sketch, name) {
  const at = (curve, place) => curve[name].at(place)?.toPrecision(3) ?? "undefined";
  const middle = (sketch.z.length - 1) / 2;
  const said = sketch.curves.map(
    (curve) => `${curve.target}: ${at(curve, 0)} at z = -8, ${at(curve, middle)} at 0, ${at(curve, -1)} at 8`,
  );
  return `The ${name} by target. ${said.join("; ")}.`;
}
