// Puts the parts together and lets the address and the page follow each other.

function showAll() {
  showFilters();
  showTable();
}

function changed() {
  writeAddress();
  showAll();
}

function start() {
  document.documentElement.classList.add("scripted");
  makeFilters(changed);
  makeTable(changed);
  makeDialog();
  for (const matrix of document.querySelectorAll("table.matrix")) {
    const { task, rowRole, columnRole } = matrix.dataset;
    matrix.addEventListener("click", (event) => {
      const cell = event.target.closest("button");
      if (cell) openCell([task, rowRole, cell.dataset.row, columnRole, cell.dataset.column]);
    });
  }
  for (const link of document.querySelectorAll("a.open")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      openPairing(placeOfId.get(decodeURIComponent(link.hash.slice("#open=".length))));
    });
  }
  const follow = () => {
    if (!readAddress() && location.hash) return;
    if (!location.hash) state.open = state.cell = null;
    showAll();
    showOpened();
  };
  addEventListener("popstate", follow);
  const isView = readAddress();
  showAll();
  showOpened();
  if (isView && !byId("opened").open) byId("pairings").scrollIntoView();
}

start();
