// Tables of any rows that the API answers with, and records as lists of facts.

import { get, withState } from "./api.js";
import { h } from "./dom.js";
import { count, date, moment, sentence, signed, words } from "./format.js";
import { page } from "./links.js";
import {
  countryLink,
  facts,
  longTable,
  missionLink,
  number,
  reportLink,
  sourceLink,
  sourceLinks,
  unknown,
} from "./parts.js";
import { pageAddress } from "./state.js";

const behind = (path, shown) => h("a", { href: pageAddress("/rows", { of: path }) }, shown);

const CELLS = {
  country: countryLink,
  mission: missionLink,
  as_of: (row) => date(row.as_of),
  month: (row) => date(row.month),
  on: (row) => date(row.on),
  recorded_at: (row) => moment(row.recorded_at),
  report: (row) => reportLink(row.report),
  source: (row) => sourceLink(row.source),
  sources: (row) => sourceLinks(row.sources),
  headcount: (row) => (row.headcount ? behind(`/v1/headcounts/${row.headcount}`, String(row.headcount)) : ""),
  id: (row) => (typeof row.id === "number" ? behind(`/v1/headcounts/${row.id}`, String(row.id)) : row.id),
  record: (row) => h("a", { href: page(`/v1/${row.noun}/${row.record}`), class: "id" }, row.record),
  delta: (row) => (row.delta === null ? unknown() : signed(row.delta)),
};
const NUMBERS = new Set(
  "total women men before after delta ceiling deployed gap rank revision persons recorded_in military police".split(
    " ",
  ),
);
const COLUMNS = (
  "rank revision act noun record country mission region host category personnel_type sex month as_of on change kind " +
  "before after delta ceiling deployed gap total women men persons status reason report source sources headcount id " +
  "recorded_by recorded_at"
).split(" ");
const MINOR = new Set(["headcount", "id", "recorded_at", "report"]);

export function answerTable(rows, of) {
  const told = (name) => rows.some((row) => row[name] !== undefined && (name !== "reason" || row[name] !== null));
  const isChange = (name) => (name === "before" || name === "after") && rows.some((row) => row.act !== undefined);
  const columns = COLUMNS.filter((name) => told(name) && !isChange(name)).map((name) => ({
    label: sentence(words(name)),
    number: NUMBERS.has(name),
    minor: MINOR.has(name),
    cell: (row) => (CELLS[name] && row[name] !== undefined ? CELLS[name](row) : plain(row, name)),
  }));
  return longTable(columns, rows, {
    caption: `Rows of ${of.split("?")[0]}`,
    few: 200,
    empty: "There is no row: nothing is counted.",
  });
}

function plain(row, name) {
  if (name === "revision" || name === "recorded_in") return String(row[name] ?? "");
  if (NUMBERS.has(name)) {
    const rows = name === "before" ? row.rows_before : name === "after" ? row.rows_after : row.rows;
    return number(row, { field: name, rows: rows === parameterOf() ? null : rows });
  }
  const value = row[name];
  if (value === null || value === undefined) return name === "personnel_type" && row.headcount === null ? "nobody" : "";
  return name === "reason" || name.endsWith("_by") ? String(value) : words(value);
}

const parameterOf = () => new URLSearchParams(location.search).get("of");

const HIDDEN = new Set([
  "country_name",
  "mission_name",
  "source_record",
  "report_record",
  "claims",
  "events",
  "authorisation_record",
]);

const correction = (noun, key) => h("a", { href: `/post?form=correct&noun=${noun}&record=${key}` }, "Correct it");

const TELLING = new Set("authorisations pledges contingents status-events ceilings".split(" "));

// A record: its fields, the sentences it rests on, and where its history is.
export async function record(of) {
  const [path, query] = of.split("?");
  const [, , noun, key] = path.split("/");
  const row = await get(withState(query || !TELLING.has(noun) ? of : `${of}?include=source_record,claims`));
  const pairs = Object.entries(row)
    .filter(([name, value]) => value !== null && !HIDDEN.has(name) && !(Array.isArray(value) && !value.length))
    .map(([name, value]) => [sentence(words(name)), fieldOf(name, value, row)]);
  const told = row.claims ?? [];
  return [
    facts(pairs),
    told.length ? [h("h2", null, "What the source says"), h("ul", { class: "claims" }, told.map(claim))] : null,
    row.source_record
      ? h("p", { class: "story" }, "Source: ", sourceLink(row.source_record.id, row.source_record.title))
      : null,
    h(
      "p",
      { class: "formats" },
      h("a", { href: of }, "JSON"),
      row.revision ? [behind(`${path}/revisions`, "History"), " ", correction(noun, key)] : null,
    ),
  ];
}

const claim = (one) =>
  h(
    "li",
    null,
    one.quote ? h("blockquote", null, one.quote) : null,
    h("p", null, one.statement),
    h("p", { class: "note" }, sourceLink(one.source), one.locator ? `, ${one.locator}` : null),
  );

function fieldOf(name, value, row) {
  if (CELLS[name] && name !== "id") return CELLS[name](row);
  if (NUMBERS.has(name) && typeof value === "number") return count(value);
  if (Array.isArray(value))
    return value
      .map((one) =>
        typeof one === "object"
          ? Object.values(one)
              .filter((part) => part !== null)
              .join(", ")
          : String(one),
      )
      .join("; ");
  if (typeof value === "object") return JSON.stringify(value);
  return name.endsWith("_on") || name.startsWith("effective_") ? date(String(value)) : String(value);
}
