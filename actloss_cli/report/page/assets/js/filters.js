// The filters above the list: one choice for each column of words, and a search over all of them.

const FILTERED = ["task", "verdict", ...FUNCTIONS, "cause_name", "predicted", "probability_grade"];
const haystacks = new Array(N);

function makeFilters(onChange) {
  const form = byId("filters");
  for (const key of FILTERED) {
    const column = columns.get(key);
    const choices = column.levels.filter((level) => level && column.at.includes(column.levels.indexOf(level)));
    if (choices.length < 2) continue;
    const options = choices.map((level) => el("option", { value: level }, level));
    const id = `filter-${key}`;
    const select = el("select", { id, name: key }, el("option", { value: "" }, "any"), options);
    select.addEventListener("change", () => {
      if (select.value) state.filters.set(key, select.value);
      else state.filters.delete(key);
      onChange();
    });
    form.append(el("div", {}, el("label", { for: id }, column.title), select));
  }
  const reset = el("button", { type: "button", id: "reset" }, "Clear filters");
  reset.addEventListener("click", () => {
    state.filters.clear();
    state.find = "";
    onChange();
  });
  form.append(reset);
  byId("find").addEventListener("input", (event) => {
    state.find = event.target.value;
    onChange();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

/** Makes the controls say what the state says. */
function showFilters() {
  for (const select of byId("filters").querySelectorAll("select")) {
    select.value = state.filters.get(select.name) ?? "";
    select.classList.toggle("set", select.value !== "");
  }
  if (byId("find").value !== state.find) byId("find").value = state.find;
  byId("reset").disabled = !state.filters.size && !state.find;
}

/** Places of the pairings that pass. */
function matching() {
  const wanted = [...state.filters].map(([key, level]) => {
    const column = columns.get(key);
    return [column.at, column.levels.indexOf(level)];
  });
  const words = state.find.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (let place = 0; place < N; place++) {
    if (!wanted.every(([at, level]) => at[place] === level)) continue;
    if (words.every((word) => haystack(place).includes(word))) found.push(place);
  }
  return found;
}

function haystack(place) {
  haystacks[place] ??= [records.ids[place], labelOf(place), ...FILTERED.map((key) => wordOf(key, place))]
    .join(" ")
    .toLowerCase();
  return haystacks[place];
}
