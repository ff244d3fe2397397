// Corrects or retracts a record: it is loaded, and what is sent names the revision that was seen.

import { getForWriting, Problem } from "./api.js";
import { fill, h } from "./dom.js";
import { sentence, words } from "./format.js";
import { field, recorded, sendingForm, typedValue } from "./forms.js";
import { failure } from "./parts.js";
import { parameter } from "./state.js";

const NOUNS =
  "headcounts reports sources claims status-events contingents authorisations pledges ceilings missions countries printed-totals".split(
    " ",
  );
const OF_HISTORY = new Set(
  (
    "revision act recorded_in recorded_at recorded_by accepted_by reason superseded_in superseded_at retracted_by " +
    "retraction_reason"
  ).split(" "),
);
const COUNTS = new Set(
  (
    "women men total persons planned_persons max_persons military police observers_staff individual_police " +
    "formed_police"
  ).split(" "),
);

export function correctForm() {
  const place = h("div", null);
  const noun = field({
    name: "noun",
    label: "Kind of record",
    kind: "choice",
    choices: NOUNS.map((one) => [one, sentence(words(one))]),
    value: parameter("noun") ?? "headcounts",
    required: true,
  });
  const key = field({
    name: "key",
    label: "Its id",
    value: parameter("record") ?? "",
    required: true,
    hint: "A headcount has a number, which its row shows.",
  });
  const form = h(
    "form",
    { class: "posting" },
    noun,
    key,
    h("p", null, h("button", { type: "submit" }, "Load the record")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const path = `/v1/${noun.querySelector("select").value}/${encodeURIComponent(key.querySelector("input").value.trim())}`;
    try {
      const [{ etag }, history] = await Promise.all([getForWriting(path), getForWriting(`${path}/revisions`)]);
      fill(place, editor(path, history.record.data.at(-1), etag, history.record.meta?.key));
    } catch (error) {
      fill(place, failure(error instanceof Problem ? error : new Problem(0, { detail: error.message })));
    }
  });
  return h("div", null, form, place);
}

function editor(path, revision, etag) {
  const names = Object.keys(revision).filter((name) => !OF_HISTORY.has(name));
  const before = new Map(names.map((name) => [name, revision[name]]));
  const fields = names
    .slice(1)
    .map((name) =>
      field({ name, label: sentence(words(name)), kind: kindOf(name, revision[name]), value: shown(revision[name]) }),
    );
  const reason = () =>
    field({ name: "reason", label: "Reason", required: true, hint: "Why, in one line, for everybody to read." });
  const correction = sendingForm({
    label: "Correct it",
    fields: [h("h3", null, `Revision ${revision.revision} of ${path.slice(4)}`), fields, reason()],
    note: "Only what you change is sent. Empty a field to take its value away.",
    request: (form) => ({
      method: "PATCH",
      path,
      etag,
      type: "application/merge-patch+json",
      body: changed(form, before),
    }),
    done: (answer) => recorded(answer),
  });
  const retraction = sendingForm({
    label: "Retract it",
    fields: [h("h3", null, "Retract"), reason()],
    note: "It stands no longer; its history stays readable.",
    request: (form) => {
      const why = typedValue(form.querySelector("[name=reason]"));
      return {
        method: "DELETE",
        path: why ? `${path}?${new URLSearchParams({ reason: why })}` : path,
        etag,
        type: null,
      };
    },
    done: (answer) => recorded(answer),
  });
  return h("div", null, correction, retraction);
}

const isComplex = (value) => value !== null && typeof value === "object";
const shown = (value) => (value === null ? "" : isComplex(value) ? JSON.stringify(value) : String(value));

function kindOf(name, value) {
  if (typeof value === "number" || COUNTS.has(name)) return "number";
  return isComplex(value) || (typeof value === "string" && value.length > 80) ? "long" : "text";
}

function changed(form, before) {
  const body = {};
  for (const input of form.querySelectorAll("[data-pointer]")) {
    const old = before.get(input.name);
    if (input.name === "reason") body.reason = typedValue(input);
    else if (input.value.trim() !== shown(old ?? null)) body[input.name] = parsed(input, old);
  }
  return body;
}

function parsed(input, old) {
  const value = typedValue(input) ?? null;
  if (typeof old === "boolean") return value === "true" ? true : value === "false" ? false : value;
  if (!isComplex(old)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
