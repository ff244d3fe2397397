// A report with its headcounts, or the source it is made of.

import { fill, h } from "./dom.js";
import { sentence, words } from "./format.js";
import { field, recorded, sendingForm, typedValue } from "./forms.js";
import { reportLink, sourceLink } from "./parts.js";

const TYPES =
  "troops staff_officer military_observer individual_police formed_police police_unspecified other_uniformed unspecified".split(
    " ",
  );
const SCOPES = [
  ["partial", "partial: says nothing of what it leaves out"],
  ["listed_missions", "complete for the missions listed below"],
  ["all_missions", "complete for all missions"],
];
const SOURCES = ["news", "government", "un_monthly_report", "un_resolution", "dataset", "research"];
export const choice = (codes) => codes.map((code) => [code, sentence(words(code))]);

// What is typed in the fields right inside a part of a form.
export function bodyOf(part) {
  const body = {};
  for (const input of part.querySelectorAll("[data-pointer]")) {
    if (input.closest("fieldset.row") !== (part.matches("fieldset.row") ? part : null)) continue;
    const value = typedValue(input);
    if (value !== undefined) body[input.name] = value;
  }
  return body;
}

export function sourceForm() {
  return sendingForm({
    label: "Record the source",
    fields: [
      field({
        name: "id",
        label: "Id",
        required: true,
        placeholder: "example-times-2025-08-14",
        hint: "Small letters, digits, dots, hyphens: the publisher and the day.",
      }),
      field({ name: "kind", label: "Kind", kind: "choice", choices: choice(SOURCES), required: true }),
      field({ name: "title", label: "Title", required: true }),
      field({ name: "publisher", label: "Publisher" }),
      field({ name: "published_on", label: "Published on", placeholder: "2025-08-14" }),
      field({ name: "url", label: "Address", placeholder: "https://" }),
      field({ name: "language", label: "Language", placeholder: "en" }),
      field({ name: "note", label: "Note", kind: "long" }),
    ],
    request: (form) => ({ path: "/v1/sources", body: bodyOf(form) }),
    done: (answer) => recorded(answer, sourceLink(answer.data?.id)),
  });
}

export function reportForm() {
  const rows = h("div", { class: "rows" });
  const add = () => {
    rows.append(headcount(rows));
    number(rows);
  };
  add();
  return sendingForm({
    label: "Record the report",
    fields: [
      field({
        name: "source",
        label: "Source",
        required: true,
        list: "sources",
        hint: "The id of a source on record.",
      }),
      field({ name: "id", label: "Id of the report", required: true, hint: "That of the source will do." }),
      field({
        name: "as_of",
        label: "Date the counts are about",
        required: true,
        placeholder: "2025-08-14, or 2025-08",
      }),
      field({ name: "scope", label: "Complete?", kind: "choice", choices: SCOPES, required: true }),
      field({ name: "missions", label: "Missions listed", kind: "list", placeholder: "UNDOF, UNTSO" }),
      h("h3", null, "Headcounts"),
      rows,
      h("p", null, h("button", { type: "button", onclick: add }, "Add a headcount")),
      field({ name: "reason", label: "Reason", hint: "Why, in one line, for everybody to read." }),
    ],
    request: (form) => {
      const headcounts = [...rows.children]
        .map(bodyOf)
        .filter((row) => row.country || row.mission || row.total !== undefined);
      return { path: "/v1/reports", body: { ...bodyOf(form), ...(headcounts.length ? { headcounts } : {}) } };
    },
    done: (answer) => recorded(answer, reportLink(answer.data?.id)),
  });
}

function headcount(rows) {
  const row = h("fieldset", { class: "row" }, h("legend", null, "Headcount"));
  const remove = () => {
    if (rows.children.length > 1) row.remove();
    number(rows);
  };
  row.append(
    field({ name: "country", label: "Country", required: true, list: "countries-known" }),
    field({ name: "mission", label: "Mission", required: true, list: "missions-known" }),
    field({ name: "personnel_type", label: "Kind", kind: "choice", choices: choice(TYPES), required: true }),
    field({ name: "total", label: "People", kind: "number", required: true }),
    field({ name: "women", label: "Women", kind: "number" }),
    field({ name: "men", label: "Men", kind: "number" }),
    h("button", { type: "button", class: "quiet", onclick: remove }, "Remove"),
  );
  return row;
}

// The place of each row in the body, which is where the API says that something is wrong.
function number(rows) {
  [...rows.children].forEach((row, place) => {
    fill(row.querySelector("legend"), `Headcount ${place + 1}`);
    for (const input of row.querySelectorAll("[data-pointer]"))
      input.dataset.pointer = `/headcounts/${place}/${input.name}`;
  });
}
