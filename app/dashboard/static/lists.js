// A list of the API as a table: its filters and its place stand in the address of the page.

import { address, get } from "./api.js";
import { fill, h, newId } from "./dom.js";
import { pager, run, table } from "./parts.js";
import { parameter, setParameters } from "./state.js";

// `filters` are {name, label, choices, list, type}; `fixed` are parameters of every request.
export function listPage(place, { path, filters = [], columns, caption, empty, fixed = {}, above }) {
  const rows = h("div", { class: "part", "aria-live": "polite" });
  const show = () =>
    run(rows, async () => {
      const asked = Object.fromEntries(filters.map(({ name }) => [name, parameter(name)]));
      const cursor = parameter("cursor");
      const answer = await get(address(path, { ...fixed, ...asked, cursor }));
      const go = (next) => {
        setParameters({ cursor: next });
        show().then(() => rows.scrollIntoView());
      };
      return [
        above ? above(answer) : null,
        table(columns, answer.data, { caption: caption(answer), empty }),
        pager(answer, cursor, go),
      ];
    });
  fill(place, filters.length ? filterForm(filters, show) : null, rows);
  return show();
}

function filterForm(filters, show) {
  const form = h("form", { class: "filters", "aria-label": "Filters" }, filters.map(control));
  const apply = () => {
    const values = new FormData(form);
    const chosen = Object.fromEntries(filters.map(({ name }) => [name, String(values.get(name) ?? "").trim() || null]));
    setParameters({ ...chosen, cursor: null });
    show();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  form.addEventListener("change", apply);
  const clear = () => {
    for (const one of form.querySelectorAll("input, select")) one.value = "";
    apply();
  };
  form.append(h("button", { type: "button", class: "quiet", onclick: clear }, "Clear"));
  return form;
}

function control({ name, label, choices, placeholder }) {
  const id = newId(name);
  const value = parameter(name) ?? "";
  const field = choices
    ? h(
        "select",
        { id, name },
        h("option", { value: "" }, "any"),
        choices.map(([code, words]) => h("option", { value: code, selected: code === value }, words)),
      )
    : h("input", { id, name, value, placeholder, autocomplete: "off" });
  return h("div", null, h("label", { for: id }, label), field);
}
