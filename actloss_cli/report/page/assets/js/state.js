// What is filtered, sorted and open, kept in the address after `#`, so that a view can be linked and gone back to.

const state = { filters: new Map(), find: "", sort: "-relative", open: null, cell: null };
const FIRST_SORT = state.sort;

/** Reads the address; false where it names a section or nothing, which is no view. */
function readAddress() {
  const text = location.hash.slice(1);
  if (!text.includes("=")) return false;
  const found = new URLSearchParams(text);
  state.filters = new Map();
  for (const column of records.columns) {
    const level = found.get(column.key);
    if (column.levels?.includes(level)) state.filters.set(column.key, level);
  }
  state.find = found.get("find") ?? "";
  state.sort = columns.has((found.get("sort") ?? "").replace(/^-/, "")) ? found.get("sort") : FIRST_SORT;
  state.open = placeOfId.has(found.get("open")) ? found.get("open") : null;
  state.cell = cellFrom(found.get("cell"));
  return true;
}

/** Writes the address; `visit` makes a step that the browser's Back undoes. */
function writeAddress({ visit = false } = {}) {
  const said = new URLSearchParams(state.filters);
  if (state.find) said.set("find", state.find);
  if (state.sort !== FIRST_SORT) said.set("sort", state.sort);
  if (state.cell) said.set("cell", state.cell.map(encodeURIComponent).join(","));
  if (state.open) said.set("open", state.open);
  const address = `#${said}`;
  if (address === location.hash) return;
  history[visit ? "pushState" : "replaceState"](null, "", said.size ? address : location.pathname + location.search);
}

/** A cell is [task, role, label, role, label]. */
function cellFrom(text) {
  try {
    const parts = (text ?? "").split(",").map(decodeURIComponent);
    return parts.length === 5 && columns.has(parts[1]) && columns.has(parts[3]) ? parts : null;
  } catch {
    return null;
  }
}
