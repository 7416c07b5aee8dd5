// What the page knows of the pairings: the list at once, what a pairing opens when it is asked for.

const FUNCTIONS = ["activation", "output", "loss", "optimizer"];
const records = JSON.parse(byId("records").textContent);
const columns = new Map(records.columns.map((column) => [column.key, column]));
const N = records.ids.length;
const placeOfId = new Map(records.ids.map((id, place) => [id, place]));

const textOf = (column, place) => (column.levels ? column.levels[column.at[place]] : column.text[place]);
const wordOf = (key, place) => textOf(columns.get(key), place);
const labelOf = (place) => FUNCTIONS.map((role) => wordOf(role, place)).join("/");

const unpacked = new Map();

/** What a task's pairings open; unpacked once. */
function detailsOf(place) {
  const task = columns.get("task").at[place];
  if (!unpacked.has(task)) unpacked.set(task, unpack(byId(`details-${task}`).textContent));
  return unpacked.get(task);
}

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** The verdict's symbol on its colour. */
function chip(place) {
  const at = columns.get("verdict").at[place];
  return el("span", { class: `chip verdict-${at}`, "aria-hidden": "true" }, records.verdicts[at].symbol);
}
