// The dialog: a cell's pairings as a list, a pairing whole, the way back from the one to the other and out.

const OF_CELL = ["verdict", ...FUNCTIONS, "score", "lr", "cause_name"];

function makeDialog() {
  const dialog = byId("opened");
  byId("opened-close").addEventListener("click", () => dialog.close());
  byId("opened-back").addEventListener("click", () => {
    state.open = null;
    writeAddress({ visit: true });
    showOpened();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    state.open = state.cell = null;
    document.body.classList.remove("has-open");
    writeAddress({ visit: true });
  });
}

function openPairing(place) {
  state.open = records.ids[place];
  writeAddress({ visit: true });
  showOpened();
}

function openCell(cell) {
  state.cell = cell;
  state.open = null;
  writeAddress({ visit: true });
  showOpened();
}

/** Makes the dialog show what the state says is open. */
function showOpened() {
  const dialog = byId("opened");
  if (state.open === null && state.cell === null) {
    if (dialog.open) dialog.close();
    return;
  }
  if (!dialog.open) dialog.showModal();
  document.body.classList.add("has-open");
  byId("opened-back").hidden = !(state.open && state.cell);
  dialog.scrollTop = 0;
  if (state.open) showPairing(byId("opened-body"), placeOfId.get(state.open));
  else showCell(byId("opened-body"), state.cell);
}

function showCell(body, [task, rowRole, row, columnRole, column]) {
  const wanted = [["task", task], [rowRole, row], [columnRole, column]];
  const places = [];
  for (let place = 0; place < N; place++) {
    if (wanted.every(([key, level]) => wordOf(key, place) === level)) places.push(place);
  }
  const title = el("h2", { id: "opened-title", tabindex: "-1" }, `${task}: ${row}, ${column}`);
  const shown = OF_CELL.map((key) => columns.get(key));
  const rows = sorted(places, columns.get("score"), true).map((place) => rowOf(place, shown));
  const heads = shown.map((of) => el("th", { scope: "col", class: isNumeric(of) ? "n" : null }, of.title));
  const list = el("table", { class: "of-cell" }, el("caption", { class: "vh" }, "The pairings of this cell"));
  list.append(el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows));
  list.addEventListener("click", openFrom);
  const told = `${places.length} pairings with ${rowRole} ${row} and ${columnRole} ${column}, by test score. Choose one to see it whole.`;
  const scroll = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The pairings of this cell" }, list);
  body.replaceChildren(title, el("p", { class: "muted" }, told), scroll);
  title.focus({ preventScroll: true });
}
