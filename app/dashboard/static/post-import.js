// A whole file: checked and compared first, then recorded as one change.

import { forget, get, Problem, send } from "./api.js";
import { fill, h } from "./dom.js";
import { count, words } from "./format.js";
import { clearProblems, field, keyOf, showProblem, typedValue } from "./forms.js";
import { facts, table } from "./parts.js";
import { token } from "./token.js";

const SCOPES = [
  ["", "as the layout says"],
  ["all_missions", "complete for all missions"],
  ["listed_missions", "complete for the missions its report lists"],
  ["partial", "partial"],
];

export function importForm() {
  const summary = h("div", { tabindex: "-1", "aria-live": "assertive" });
  const result = h("div", { tabindex: "-1", "aria-live": "polite" });
  const file = h("input", {
    id: "file",
    type: "file",
    name: "file",
    accept: ".csv,.txt,.tsv,.xlsx,.xls,.ods,.gz,.zip",
  });
  const form = h(
    "form",
    { class: "posting", novalidate: true },
    summary,
    h(
      "div",
      { class: "field" },
      h("label", { for: "file" }, "File"),
      file,
      h(
        "p",
        { class: "note" },
        "A monthly table as it is, or ",
        h("a", { href: "/v1/imports/template.csv" }, "the template"),
        " filled in.",
      ),
    ),
    field({
      name: "importer",
      label: "Layout",
      placeholder: "un-monthly",
      hint: "Recognised from the header unless given.",
    }),
    field({ name: "source", label: "Source", placeholder: "un-dpo-{as_of}" }),
    field({ name: "scope", label: "Complete?", kind: "choice", choices: SCOPES }),
    field({ name: "reason", label: "Reason" }),
    h("p", null, h("button", { type: "submit", class: "main" }, "Check the file")),
    result,
  );
  const go = async (mode) => {
    clearProblems(form, summary);
    fill(result, h("p", { class: "waiting" }, mode === "validate" ? "Checking …" : "Recording …"));
    try {
      if (!file.files.length) throw new Problem(0, { detail: "Choose a file first." });
      const found = await finished(await upload(form, file.files[0], mode));
      fill(result, await outcome(found, () => go("commit")));
      result.focus();
    } catch (error) {
      fill(result);
      showProblem(form, summary, error);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go("validate");
  });
  form.addEventListener("change", () => fill(result));
  return form;
}

async function upload(form, file, mode) {
  const body = new FormData();
  body.append("mode", mode);
  const given = [mode, file.name, file.size, file.lastModified];
  for (const input of form.querySelectorAll("[data-pointer]")) {
    const value = typedValue(input);
    if (value !== undefined) body.append(input.name, value);
    given.push(value);
  }
  body.append("file", file, file.name);
  const key = mode === "commit" ? keyOf(JSON.stringify(given)) : null;
  return (await send("POST", "/v1/imports", { body, type: null, token: token(), key })).data;
}

// A large file is dealt with behind the scenes: ask until it is over.
async function finished(found) {
  let one = found;
  while (one.state === "waiting" || one.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    forget();
    one = (await get(`/v1/imports/${one.id}`)).data;
  }
  return one;
}

async function outcome(found, commit) {
  const isGood = found.state === "validated" || found.state === "committed";
  return h(
    "div",
    { class: isGood ? "notice good" : "notice" },
    h("h3", null, title(found)),
    found.problem ? h("p", null, found.problem) : null,
    facts([
      ["Layout", found.importer],
      ["Rows read", count(found.rows_read)],
      [found.mode === "validate" ? "Would be new" : "New", count(found.created)],
      ["Unchanged", count(found.unchanged)],
      [found.mode === "validate" ? "Would be corrected" : "Corrected", count(found.corrected)],
      ["Rows that cannot be used", count(found.rejected)],
    ]),
    listed("Warnings", found.warnings),
    listed("Notes", found.notes),
    found.unknown_names.length ? unknownNames(found.unknown_names) : null,
    found.faults ? await faults(found) : null,
    found.state === "validated"
      ? h("p", null, h("button", { type: "button", class: "main", onclick: commit }, "Record it"))
      : null,
  );
}

function title(found) {
  if (found.state === "validated") return "The file is good: nothing is recorded yet";
  if (found.state === "committed")
    return found.change ? `Recorded as change ${found.change}` : "All of it stood in the record already";
  return `${words(found.state)}: nothing was recorded`;
}

const listed = (label, texts) =>
  texts.length
    ? [
        h("h4", null, label),
        h(
          "ul",
          null,
          texts.map((text) => h("li", null, text)),
        ),
      ]
    : null;

function unknownNames(names) {
  const columns = [
    { label: "Name", cell: (row) => row.name },
    { label: "Of a", cell: (row) => row.kind },
    { label: "Rows", number: true, cell: (row) => count(row.rows) },
    { label: "Looks like", cell: (row) => row.near.join(", ") },
  ];
  return table(columns, names, { caption: "Names that nobody knows: teach them as aliases, then send the file again" });
}

async function faults(found) {
  const { data } = await get(`/v1/imports/${found.id}/faults?limit=100`);
  const columns = [
    { label: "Row", number: true, cell: (row) => count(row.row) },
    { label: "Column", cell: (row) => row.column ?? "" },
    { label: "What is wrong", cell: (row) => row.message },
  ];
  return [
    table(columns, data, { caption: `Faults: ${count(found.faults)}` }),
    h("p", null, h("a", { href: `/v1/imports/${found.id}/faults?format=csv` }, "All faults as CSV")),
  ];
}
