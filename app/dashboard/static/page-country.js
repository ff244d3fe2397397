// One country: where its people are, since when, who they are, and what became of its announcements.

import { announced, records } from "./announced.js";
import { address } from "./api.js";
import { chosenDate, dateBar, isWhole } from "./dates.js";
import { about } from "./disagreements.js";
import { fill, h } from "./dom.js";
import { figure, tally, womenShare } from "./figures.js";
import { count, date, month, plural, sentence, words } from "./format.js";
import { historyLine, monthly } from "./history.js";
import { askFor, longTable, missionLink, number, run, section, table, unknown } from "./parts.js";
import { pageAddress } from "./state.js";

export async function draw(place, country) {
  const months = await monthly({ country });
  const asOf = chosenDate(months.stops);
  const view = h("div", { class: "view" });
  const choose = (chosen) => {
    place.dataset.asOf = chosen ?? "";
    onDate(view, country, chosen, months.months);
  };
  fill(
    place,
    months.stops.length ? dateBar(months.stops, asOf, choose) : null,
    view,
    section("Announced, planned, counted", () => announced(country, null), {
      note: "Approvals and plans bound and announce; only reports count.",
    }),
    section("Month by month", () => (months.path ? historyLine(months, "people deployed month by month") : none())),
    section("Since when", () => since(country)),
    section("What is on record", () => records(country)),
    section("Discrepancies", () => about({ country }, pageAddress("/discrepancies", { country }))),
  );
  choose(asOf);
}

const none = () => h("p", { class: "empty" }, "No report is on record.");

function onDate(view, country, asOf, months) {
  const scope = { country, as_of: asOf };
  const figures = h("div", { class: "figures" });
  const byMission = askFor("/v1/totals", { ...scope, by: "mission" });
  fill(
    view,
    figures,
    h(
      "div",
      { class: "pair" },
      section("Where", async () => where((await byMission).data, asOf)),
      section("Who", async () => who((await askFor("/v1/totals", { ...scope, by: "personnel_type" })).data, asOf)),
    ),
  );
  run(figures, async () => {
    const [totals, missions, rank] = await Promise.all([
      askFor("/v1/totals", scope),
      byMission,
      ranked(country, asOf, months),
    ]);
    const [row] = totals.data;
    return [
      figure("people deployed", number(row), totals.meta.as_of ? `on ${date(totals.meta.as_of)}` : null),
      figure("missions", tally(missions, address("/v1/totals", { ...scope, by: "mission" }))),
      figure("women", womenShare(row), row.women === null ? null : [number(row, { field: "women" }), " women"]),
      rank,
    ];
  });
}

async function ranked(country, asOf, months) {
  if (!asOf) return null;
  const words = "place among contributors";
  if (!isWhole(months, asOf)) return figure(words, unknown("no_report"), "no complete table of that month");
  const { data } = await askFor("/v1/rankings", { country, month: asOf.slice(0, 7) });
  if (!data.length) return figure(words, h("span", { class: "unknown" }, "no rank"));
  const [row] = data;
  const place = h("a", { class: "number", href: pageAddress("/", { as_of: asOf }) }, count(row.rank));
  return figure(words, place, month(asOf));
}

function where(rows, asOf) {
  const sorted = rows.filter((row) => row.total !== 0).sort((one, other) => (other.total ?? -1) - (one.total ?? -1));
  const columns = [
    {
      label: "Mission",
      cell: (row) => [missionLink(row, { as_of: asOf }), h("small", { class: "sentence" }, row.mission_name)],
    },
    { label: "People", number: true, cell: (row) => number(row) },
    { label: "Women", number: true, cell: (row) => number(row, { field: "women" }) },
  ];
  return longTable(columns, sorted, {
    caption: `By mission, ${asOf ? date(asOf) : ""}`,
    few: 12,
    empty: "Nobody is counted in any mission.",
  });
}

function who(rows, asOf) {
  const columns = [
    { label: "Kind", cell: (row) => sentence(words(row.personnel_type ?? "unspecified")) },
    { label: "People", number: true, cell: (row) => number(row) },
    { label: "Women", number: true, cell: (row) => number(row, { field: "women" }) },
    { label: "Men", number: true, cell: (row) => number(row, { field: "men" }) },
  ];
  const shown = rows.filter((row) => row.total !== 0);
  return table(columns, shown, { caption: `By kind and sex, ${asOf ? date(asOf) : ""}`, empty: "Nobody is counted." });
}

async function since(country) {
  const { data, meta } = await askFor("/v1/presences", { country });
  const seen = data
    .filter((row) => row.first_month)
    .sort(
      (one, other) =>
        other.last_month.localeCompare(one.last_month) || one.first_month.localeCompare(other.first_month),
    );
  const at = (row, which) => number({ total: row[`${which}_total`], at_least: false }, { rows: row[`rows_${which}`] });
  const columns = [
    { label: "Mission", cell: (row) => missionLink(row) },
    { label: "First", cell: (row) => month(row.first_month) },
    { label: "People", number: true, minor: true, cell: (row) => at(row, "first") },
    {
      label: "Last",
      cell: (row) => (row.still_there ? `still there (${month(row.last_month)})` : month(row.last_month)),
    },
    { label: "People", number: true, minor: true, cell: (row) => at(row, "last") },
    { label: "Most", number: true, cell: (row) => count(row.peak_total) },
    { label: "In", minor: true, cell: (row) => month(row.peak_month) },
  ];
  const caption = meta.from
    ? `First and last seen in reports of ${month(meta.from)} to ${month(meta.to)}`
    : "First and last seen";
  const note = h(
    "p",
    { class: "note" },
    `${plural(seen.length, "mission", "missions")}; the first month on record is not always the first there was.`,
  );
  return [note, longTable(columns, seen, { caption, few: 12 })];
}
