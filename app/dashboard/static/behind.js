// What stands below every page: its link, how to cite it, and the requests of which it was drawn.

import { address, asked } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { date, moment } from "./format.js";
import { parameter, parameters } from "./state.js";

const IS_TABLE = /^\/v1\/[a-z-]+(\?|$)/;

export function addFooter(main) {
  const answer = h("div", { "aria-live": "polite" });
  const list = h("ul", { class: "requests" });
  const requests = h("details", null, h("summary", null, "The requests behind this page"), list);
  requests.addEventListener("toggle", () => fill(list, asked.map(request)));
  main.append(
    h(
      "aside",
      { class: "behind", "aria-label": "About this page" },
      h(
        "p",
        { class: "actions" },
        h("button", { type: "button", onclick: () => copy(location.href, answer, "The link is copied.") }, "Copy link"),
        h("button", { type: "button", onclick: () => cite(answer) }, "Cite this"),
        h("button", { type: "button", onclick: () => print() }, "Print"),
      ),
      answer,
      requests,
    ),
  );
}

function request(path) {
  const csv = `${path}${path.includes("?") ? "&" : "?"}format=csv`;
  const isTable = IS_TABLE.test(path) && !path.includes("include=") && !path.includes("explain=");
  return h(
    "li",
    null,
    h("code", null, path),
    " ",
    h("a", { href: path }, "JSON"),
    isTable ? [" ", h("a", { href: csv }, "CSV")] : null,
  );
}

async function copy(text, place, done) {
  try {
    await navigator.clipboard.writeText(text);
    fill(place, h("p", null, done));
  } catch {
    fill(place, shown("Copy this", text));
  }
}

// A citation names the state of the record: that of its last change, which never changes again.
async function cite(place) {
  fill(place, h("p", null, "One moment …"));
  const known = parameter("known_at") ?? (await lastChange());
  if (!known) {
    fill(place, h("p", null, "The state of the record could not be read. Try again."));
    return;
  }
  const query = parameters();
  if (byId("content").dataset.asOf) query.set("as_of", byId("content").dataset.asOf);
  query.set("known_at", known);
  const link = `${location.origin}${location.pathname}?${query}`;
  const asOf = query.get("as_of");
  const line =
    `Peacekeeping deployment tracker, “${document.querySelector("h1").textContent}”` +
    `${asOf ? `, as of ${date(asOf)}` : ""}, record of ${moment(known)}. ${link}`;
  fill(place, shown("Citation", line), shown("Fixed link", link));
}

async function lastChange() {
  try {
    const response = await fetch(address("/v1/changes", { format: "csv", sort: "-number", limit: 1 }));
    const [, row] = (await response.text()).trim().split(/\r?\n/);
    return row.slice(row.lastIndexOf(",") + 1);
  } catch {
    return null;
  }
}

function shown(label, text) {
  const field = h("textarea", { readonly: true, rows: 3, "aria-label": label });
  field.value = text;
  field.addEventListener("focus", () => field.select());
  return h("p", { class: "copy" }, h("span", null, label), field);
}
