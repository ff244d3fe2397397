// Where analysts write.

import { address, getAll } from "./api.js";
import { fill, h } from "./dom.js";
import { correctForm } from "./post-correct.js";
import { eventForm } from "./post-event.js";
import { importForm } from "./post-import.js";
import { reportForm, sourceForm } from "./post-report.js";
import { parameter, setParameters } from "./state.js";
import { tokenPanel } from "./token.js";

const FORMS = [
  ["report", "Report with headcounts", reportForm],
  ["event", "Status event", eventForm],
  ["source", "New source", sourceForm],
  ["correct", "Correct or retract", correctForm],
  ["import", "Import a file", importForm],
];

export function draw(place) {
  const chosen = FORMS.find(([name]) => name === parameter("form")) ?? FORMS[0];
  const body = h("section", { "aria-labelledby": "form" }, h("h2", { id: "form" }, chosen[1]), chosen[2]());
  const items = FORMS.map(([name, words]) => {
    const link = h("a", { href: `?form=${name}`, "aria-current": name === chosen[0] ? "page" : null }, words);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      setParameters({ form: name, noun: null, record: null });
      draw(place);
      place.querySelector(".tabs [aria-current]").focus();
    });
    return h("li", null, link);
  });
  fill(place, tokenPanel(), h("nav", { class: "tabs", "aria-label": "What to post" }, h("ul", null, items)), body);
  place.addEventListener("focusin", () => suggest(place), { once: true });
}

// Ids and codes on record, for the fields that name one.
async function suggest(place) {
  if (document.getElementById("sources")) return;
  const lists = [
    ["sources", "/v1/sources", (row) => row.id],
    ["contingents", "/v1/contingents", (row) => row.id],
    ["missions-known", "/v1/missions", (row) => row.code],
    ["countries-known", "/v1/countries", (row) => row.name],
  ];
  for (const [id, path, value] of lists) {
    const options = h("datalist", { id });
    place.after(options);
    getAll(address(path, { limit: 1000 }))
      .then((rows) => options.append(...rows.map((row) => h("option", { value: value(row) }))))
      .catch(() => {});
  }
}
