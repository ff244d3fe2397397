// What is behind a number: counts with report and source of each, a record with its history, a change with its records.

import { get, withState } from "./api.js";
import { fill, h } from "./dom.js";
import { date, sentence, words } from "./format.js";
import { facts, run } from "./parts.js";
import { answerTable, record } from "./rows.js";
import { parameter } from "./state.js";

const LISTS = /^\/v1\/[a-z-]+(\?|$)|^\/v1\/changes\/\d+\/records(\?|$)|\/revisions(\?|$)/;
const PAGED = /^\/v1\/(deployments|headcounts)(\?|$)|\/records(\?|$)/;
const RECORD = /^\/v1\/([a-z-]+)\/[^/?]+(\?|$)/;

export function draw(place) {
  const of = parameter("of") ?? "/v1/deployments";
  const [path] = of.split("?");
  document.querySelector("h1").textContent = RECORD.test(of) ? "The record behind it" : "The rows behind a number";
  if (!RECORD.test(of) && !LISTS.test(of)) {
    const example = h("a", { href: "/rows?of=/v1/deployments" }, "/rows?of=/v1/deployments");
    return fill(place, h("p", { class: "notice" }, "This page shows answers of the API, such as ", example, "."));
  }
  const found = h("div", null);
  fill(place, question(of, path), found);
  return run(found, () => (RECORD.test(of) ? record(of) : answer(of)));
}

// What was asked, as words: the parameters of the request.
function question(of, path) {
  const parts = [...new URLSearchParams(of.split("?")[1] ?? "")]
    .filter(([name]) => !["explain", "include", "max_age"].includes(name))
    .map(([name, value]) => [
      sentence(words(name)),
      /^\d{4}-\d\d(-\d\d)?$/.test(value) ? date(value) : value.replaceAll(",", ", "),
    ]);
  return facts([["Question", sentence(words(path.slice(4).replaceAll("/", " ")))], ...parts]);
}

async function answer(of) {
  const first = await get(withState(PAGED.test(of) && !of.includes("limit=") ? more(of, "limit=1000") : of));
  const parts = [answerTable(first.data, of)];
  if (first.counted?.length) parts.push(h("h2", null, "Counted"), answerTable(first.counted, of));
  if (first.not_counted?.length) parts.push(h("h2", null, "Not counted, and why"), answerTable(first.not_counted, of));
  if (first.links?.next) parts.push(h("p", { class: "note" }, "These are the first rows; the CSV has all."));
  const links = [h("a", { href: of }, "JSON")];
  if (!RECORD.test(of)) links.push(h("a", { href: more(of, "format=csv") }, "CSV"));
  return [...parts, h("p", { class: "formats" }, links)];
}

const more = (of, parameterText) => `${of}${of.includes("?") ? "&" : "?"}${parameterText}`;
