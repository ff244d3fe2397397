// Forms whose fields show what the API refuses, each at its place.

import { Problem, send } from "./api.js";
import { fill, h, newId } from "./dom.js";
import { token } from "./token.js";

// A field of the body: `pointer` is its place there. `kind` is text, number, choice, long or list.
export function field({
  name,
  label,
  pointer = `/${name}`,
  kind = "text",
  choices = [],
  value = "",
  hint,
  required,
  list,
  placeholder,
}) {
  const id = newId(name);
  const problem = h("p", { class: "problem", id: `${id}-problem`, hidden: true });
  const notes = [hint ? `${id}-hint` : null, `${id}-problem`].filter(Boolean).join(" ");
  const common = { id, name, "data-pointer": pointer, "data-kind": kind, "aria-describedby": notes };
  const input = control(kind, common, { choices, value, required, list, placeholder });
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label, required ? null : h("span", { class: "optional" }, " (optional)")),
    input,
    hint ? h("p", { class: "note", id: `${id}-hint` }, hint) : null,
    problem,
  );
}

function control(kind, common, { choices, value, required, list, placeholder }) {
  if (kind === "choice") {
    const options = choices.map(([code, words]) => h("option", { value: code, selected: code === value }, words));
    return h("select", { ...common, "aria-required": required ? "true" : null }, options);
  }
  if (kind === "long") {
    const area = h("textarea", { ...common, rows: 3 });
    area.value = value;
    return area;
  }
  const mode = kind === "number" ? { inputmode: "numeric" } : {};
  return h("input", {
    ...common,
    ...mode,
    value,
    list,
    placeholder,
    autocomplete: "off",
    "aria-required": required ? "true" : null,
  });
}

// What is typed, as JSON values: blanks are left out, whole numbers are numbers.
export function typedValue(input) {
  const text = input.value.trim();
  if (!text) return undefined;
  if (input.dataset.kind === "number") return /^\d{1,15}$/.test(text) ? Number(text) : text;
  if (input.dataset.kind === "list")
    return text
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean);
  return text;
}

// Puts each fault at its field; those without one go to the summary, which takes the focus.
export function showProblem(form, summary, error) {
  clearProblems(form, summary);
  const items = [];
  for (const fault of error.errors ?? []) {
    const input = fault.pointer ? form.querySelector(`[data-pointer="${CSS.escape(fault.pointer)}"]`) : null;
    const hint = fault.near?.length && !fault.message.includes("Near") ? ` Near: ${fault.near.join(", ")}.` : "";
    if (input) mark(input, fault.message + hint);
    const words = input ? h("a", { href: `#${input.id}` }, fault.message) : fault.message + hint;
    items.push(h("li", null, words, fault.record ? [" ", h("a", { href: fault.record }, fault.record)] : null));
  }
  fill(
    summary,
    h("h3", null, "Nothing was recorded"),
    items.length ? h("ul", null, items) : h("p", null, error.message),
  );
  summary.className = "notice";
  summary.focus();
}

function mark(input, message) {
  const place = document.getElementById(`${input.id}-problem`);
  place.textContent = message;
  place.hidden = false;
  input.setAttribute("aria-invalid", "true");
}

export function clearProblems(form, summary) {
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const place of form.querySelectorAll(".problem")) {
    place.hidden = true;
    place.textContent = "";
  }
  fill(summary);
  summary.className = "";
}

const keys = new Map();

// One key for one body: pressing again after a broken connection repeats, and never records twice.
export function keyOf(text) {
  if (!keys.has(text)) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    keys.set(text, [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return keys.get(text);
}

// A form that sends what `request()` says: {method, path, body, etag}; `done(answer)` shows what came of it.
export function sendingForm({ fields, label, request, done, note }) {
  const summary = h("div", { tabindex: "-1", "aria-live": "assertive" });
  const result = h("div", { tabindex: "-1", "aria-live": "polite" });
  const button = h("button", { type: "submit", class: "main" }, label);
  const form = h(
    "form",
    { class: "posting", novalidate: true },
    summary,
    fields,
    note ? h("p", { class: "note" }, note) : null,
    h("p", null, button),
    result,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearProblems(form, summary);
    fill(result);
    button.disabled = true;
    try {
      const { method = "POST", path, body, etag, type } = request(form);
      const key = method === "POST" ? keyOf(`${path} ${JSON.stringify(body)}`) : null;
      const answer = await send(method, path, { body, type, etag, key, token: token() });
      fill(result, done(answer));
      result.focus();
    } catch (error) {
      if (!(error instanceof Problem)) console.warn(error.message);
      showProblem(form, summary, error);
    } finally {
      button.disabled = false;
    }
  });
  return form;
}

// What was recorded: its change, where it stands, and what is odd about it.
export function recorded(answer, links) {
  return h(
    "div",
    { class: "notice good" },
    h("h3", null, answer.meta?.change ? `Recorded as change ${answer.meta.change}` : "Waits for a second analyst"),
    links ? h("p", null, links) : null,
    answer.warnings?.length
      ? [
          h("p", null, "Recorded all the same, but odd:"),
          h(
            "ul",
            null,
            answer.warnings.map((one) =>
              h(
                "li",
                null,
                h("a", { href: `/discrepancies?id=${encodeURIComponent(one.discrepancy ?? "")}` }, one.message),
              ),
            ),
          ),
        ]
      : null,
  );
}
