// What several pages show: numbers that lead to their rows, tables, sections that load by themselves.

import { address, get, Problem, Unreachable } from "./api.js";
import { fill, h, newId } from "./dom.js";
import { count, reason } from "./format.js";
import { rowsAddress } from "./links.js";
import { pageAddress } from "./state.js";

// A number as honest as the API tells it: exact, at least, or unknown with the reason.
export function number(row, { field = "total", rows = row.rows, atLeast = row.at_least, why = row.reason } = {}) {
  const value = row[field];
  if (value === null || value === undefined) return unknown(why);
  const text = [atLeast ? h("span", { class: "bound" }, "at least ") : null, count(value)];
  return rows ? h("a", { href: rowsAddress(rows), class: "number" }, text) : h("span", null, text);
}

export const unknown = (why) =>
  h("span", { class: "unknown" }, "unknown", why ? h("small", null, ` ${reason(why)}`) : null);

export const countryLink = (row, more) =>
  row.country ? h("a", { href: pageAddress(`/countries/${row.country}`, more) }, row.country_name ?? row.country) : "";
export const missionLink = (row, more) =>
  row.mission
    ? h("a", { href: pageAddress(`/missions/${row.mission}`, more), title: row.mission_name ?? null }, row.mission)
    : "";
export const sourceLink = (id, words = id) =>
  id ? h("a", { href: pageAddress(`/sources/${encodeURIComponent(id)}`), class: "id" }, words) : "";
export const reportLink = (id, words = id) =>
  id ? h("a", { href: pageAddress(`/reports/${encodeURIComponent(id)}`), class: "id" }, words) : "";
export const sourceLinks = (ids) => ids.map((id, place) => [place ? ", " : null, sourceLink(id)]);

// `columns` are {label, cell(row), number, wide}; `caption` says what the table holds.
export function table(columns, rows, { caption, hidden = false, empty = "Nothing is on record." } = {}) {
  if (!rows.length) return h("p", { class: "empty" }, empty);
  const kind = (column) => [column.number && "number", column.minor && "minor"].filter(Boolean).join(" ") || null;
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      null,
      h("caption", { class: hidden ? "unseen" : null }, caption),
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          columns.map((one) => h("th", { scope: "col", class: kind(one) }, one.label)),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((row) =>
          h(
            "tr",
            null,
            columns.map((one, place) =>
              place === 0
                ? h("th", { scope: "row", class: kind(one) }, one.cell(row))
                : h("td", { class: kind(one) }, one.cell(row)),
            ),
          ),
        ),
      ),
    ),
  );
}

// A table of which the first rows are shown, and the others behind a button.
export function longTable(columns, rows, options = {}) {
  const few = options.few ?? 12;
  const place = h("div", null, table(columns, rows.slice(0, few), options));
  if (rows.length > few) {
    const more = h("button", { type: "button", class: "quiet" }, `Show all ${count(rows.length)}`);
    more.addEventListener("click", () => {
      fill(place, table(columns, rows, options));
      place.querySelector(".scroll").focus();
    });
    place.append(more);
  }
  return place;
}

export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => {
        const isLong = typeof value === "string" && value.length > 90;
        return h("div", { class: isLong ? "long" : null }, h("dt", null, name), h("dd", null, value));
      }),
  );
}

// A part of a page with its own heading, which stays in its place while its content is asked for.
export function section(title, load, { id = newId("section"), note, level = "h2", wide = false } = {}) {
  const place = h("div", { class: "part", "aria-busy": "true" }, h("p", { class: "waiting" }, "Loading …"));
  const whole = h(
    "section",
    { "aria-labelledby": id, class: wide ? "wide" : null },
    h(level, { id }, title),
    note ? h("p", { class: "note" }, note) : null,
    place,
  );
  run(place, load);
  return whole;
}

export async function run(place, load) {
  place.setAttribute("aria-busy", "true");
  try {
    fill(place, await load());
  } catch (error) {
    fill(
      place,
      failure(error, () => run(place, load)),
    );
  }
  place.removeAttribute("aria-busy");
}

export function failure(error, again) {
  if (!(error instanceof Problem || error instanceof Unreachable)) console.error(error);
  const isKnown = error instanceof Problem || error instanceof Unreachable;
  return h(
    "div",
    { class: "notice", role: "alert" },
    h("p", null, isKnown ? error.message : "This part could not be drawn."),
    again ? h("button", { type: "button", onclick: again }, "Try again") : null,
  );
}

// One page of a list, with a way on and back; the cursor stands in the address.
export function pager(answer, cursor, go) {
  const next = answer.links.next ? new URLSearchParams(answer.links.next.split("?")[1]).get("cursor") : null;
  if (!next && !cursor) return null;
  return h(
    "nav",
    { class: "pager", "aria-label": "Pages of the list" },
    cursor ? h("button", { type: "button", onclick: () => go(null) }, "First page") : null,
    next ? h("button", { type: "button", onclick: () => go(next) }, "Next page") : h("span", null, "End of the list."),
  );
}

export const askFor = (path, parameters) => get(address(path, parameters));
