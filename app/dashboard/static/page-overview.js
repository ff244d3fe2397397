// Everybody, everywhere, on one date.

import { address } from "./api.js";
import { chart } from "./chart.js";
import { chosenDate, dateBar, isWhole, reportedMonths, steps } from "./dates.js";
import { fill, h } from "./dom.js";
import { figure, peopled, tally, womenShare } from "./figures.js";
import { count, date, month, monthBefore, share, signed } from "./format.js";
import { rowsAddress } from "./links.js";
import { askFor, countryLink, longTable, missionLink, number, reportLink, run, section, unknown } from "./parts.js";
import { pageAddress } from "./state.js";

export async function draw(place) {
  const months = await reportedMonths();
  if (!months.length) return fill(place, empty());
  const stops = steps(months);
  const asOf = chosenDate(stops);
  const view = h("div", { class: "view" });
  const choose = (chosen) => {
    place.dataset.asOf = chosen;
    show(view, chosen, months);
  };
  fill(place, dateBar(stops, asOf, choose), view);
  choose(asOf);
}

function empty() {
  return h(
    "div",
    { class: "notice" },
    h("h2", null, "The record is empty"),
    h("p", null, "Nothing has been recorded yet, so there is nothing to count. There are two ways to begin:"),
    h(
      "ul",
      null,
      h(
        "li",
        null,
        "Fill it with the first data that come with the service: ",
        h("code", null, "peacekeeping seed"),
        ".",
      ),
      h(
        "li",
        null,
        h("a", { href: "/post?form=import" }, "Import a file"),
        " such as a monthly table of the UN, or ",
        h("code", null, "peacekeeping import FILE"),
        ".",
      ),
    ),
  );
}

function show(view, asOf, months) {
  const totals = askFor("/v1/totals", { as_of: asOf });
  const byCountry = askFor("/v1/totals", { by: "country", as_of: asOf });
  const byMission = askFor("/v1/totals", { by: "mission", as_of: asOf });
  const gaps = askFor("/v1/gaps", { as_of: asOf });
  const figures = h("div", { class: "figures" });
  const bounds = h("div", null);
  run(bounds, async () => partly((await totals).meta, months, asOf));
  fill(
    view,
    bounds,
    figures,
    section("Where they are", () => map(asOf, byCountry), { wide: true }),
    h(
      "div",
      { class: "pair" },
      section("Who sends them", () => ranking(asOf, months)),
      section("Missions, and what the Security Council allows", () => missions(byMission, gaps, asOf)),
    ),
    section("Month by month", () => line(months), { wide: true }),
  );
  run(figures, async () => await headline(asOf, months, await totals, await byCountry, await byMission));
}

// Where no whole table is near enough, all numbers are lower bounds: say so, and where there is one.
function partly(meta, months, asOf) {
  if (!meta.at_least) return null;
  const near = months.findLast((one) => one.complete && one.complete <= asOf) ?? months.find((one) => one.complete);
  return h(
    "p",
    { class: "notice" },
    `No whole table of ${month(asOf)} is on record, so the numbers below are lower bounds. `,
    near
      ? h("a", { href: pageAddress("/", { as_of: near.asOf }) }, `The nearest whole table is of ${date(near.asOf)}.`)
      : null,
  );
}

async function headline(asOf, months, totals, byCountry, byMission) {
  const [row] = totals.data;
  const rows = (by) => address("/v1/totals", { by, as_of: asOf });
  return [
    figure("people deployed", number(row), sourceOf(totals)),
    figure(
      peopled(byCountry) === 1 ? "country sending them" : "countries sending them",
      tally(byCountry, rows("country")),
    ),
    figure(peopled(byMission) === 1 ? "mission" : "missions", tally(byMission, rows("mission"))),
    figure("women", womenShare(row), row.women === null ? null : [number(row, { field: "women" }), " women"]),
    await change(asOf, months),
  ];
}

function sourceOf(answer) {
  const reports = answer.meta.reports ?? [];
  if (!reports.length) return null;
  const [first] = reports;
  const more = reports.length > 1 ? ` and ${count(reports.length - 1)} more` : "";
  return [reportLink(first.id, `report of ${date(first.as_of)}`), more];
}

// Since the month before; where that has no whole table, since the last one that has.
async function change(asOf, months) {
  const before = monthBefore(asOf.slice(0, 7));
  const told = months.find((one) => one.month === before && one.complete);
  const last = months.findLast((one) => one.complete && one.month < asOf.slice(0, 7));
  if (told) return figure(`since ${month(before)}`, await delta(told.complete, asOf));
  const note = last
    ? [await delta(last.complete, asOf), ` since ${month(last.month)}`]
    : "no earlier month is on record";
  return figure(`since ${month(before)}`, unknown("no_report"), note);
}

async function delta(from, to) {
  const path = address("/v1/differences", { by: "mission", from, to });
  const { meta } = await askFor("/v1/differences", { by: "mission", from, to });
  if (meta.delta === null) return unknown(meta.reason_before ?? meta.reason_after ?? "not_exact");
  return h("a", { href: rowsAddress(path), class: "number" }, signed(meta.delta));
}

const share_ = (row) => (row.women === null || !row.total ? unknown(row.reason) : share(row.women / row.total));

async function map(asOf, byCountry) {
  const { data } = await byCountry;
  const sorted = [...data].sort((one, other) => (other.total ?? -1) - (one.total ?? -1));
  const columns = [
    { label: "Country", cell: (row) => countryLink(row, { as_of: asOf }) },
    { label: "People", number: true, cell: (row) => number(row) },
    { label: "Women", number: true, cell: (row) => number(row, { field: "women" }) },
  ];
  const label = `World map: people sent by country, and missions as circles, ${date(asOf)}.`;
  const numbers = longTable(columns, sorted, { caption: `People deployed by country, ${date(asOf)}`, few: 20 });
  return chart(address("/v1/totals", { by: "country", as_of: asOf }), label, numbers, { tall: true });
}

async function ranking(asOf, months) {
  if (!isWhole(months, asOf)) {
    return h("p", { class: "empty" }, `No complete table of ${month(asOf)} is on record, so nobody can be ranked.`);
  }
  const path = { month: asOf.slice(0, 7) };
  const { data } = await askFor("/v1/rankings", path);
  const columns = [
    { label: "Rank", number: true, cell: (row) => String(row.rank) },
    { label: "Country", cell: (row) => countryLink(row, { as_of: asOf }) },
    { label: "People", number: true, cell: (row) => number(row) },
    { label: "Women", number: true, minor: true, cell: share_ },
  ];
  const numbers = longTable(columns, data, { caption: `Contributors in ${month(asOf)}`, few: 8 });
  return chart(address("/v1/rankings", path), `Bars: the largest contributors in ${month(asOf)}.`, numbers);
}

async function missions(byMission, gaps, asOf) {
  const [totals, ceilings] = [await byMission, await gaps];
  const of = (mission, category) => ceilings.data.find((one) => one.mission === mission && one.category === category);
  const sorted = totals.data
    .filter((row) => row.total !== 0)
    .sort((one, other) => (other.total ?? -1) - (one.total ?? -1));
  const ceiling = (row, category) => {
    const gap = of(row.mission, category);
    if (!gap || gap.ceiling === null) return h("span", { class: "unknown" }, "none");
    return h("a", { href: `${pageAddress(`/missions/${row.mission}`)}#ceilings`, class: "number" }, count(gap.ceiling));
  };
  const deployed = (row, category) => {
    const gap = of(row.mission, category);
    return gap ? number({ ...gap, total: gap.deployed, reason: gap.deployed_reason }) : "";
  };
  const columns = [
    { label: "Mission", cell: (row) => missionLink(row, { as_of: asOf }) },
    { label: "People", number: true, cell: (row) => number(row) },
    { label: "Military", number: true, minor: true, cell: (row) => deployed(row, "military") },
    { label: "Allowed", number: true, cell: (row) => ceiling(row, "military") },
    { label: "Police", number: true, minor: true, cell: (row) => deployed(row, "police") },
    { label: "Allowed", number: true, minor: true, cell: (row) => ceiling(row, "police") },
  ];
  const numbers = longTable(columns, sorted, {
    caption: `Missions on ${date(asOf)}, military people and police beside their ceilings`,
    few: 10,
  });
  return chart(
    address("/v1/gaps", { as_of: asOf }),
    `Bars: people in each mission against its ceiling, ${date(asOf)}.`,
    numbers,
    { open: true },
  );
}

async function line(months) {
  const path = { from: months[0].month, to: months.at(-1).month, completeness: "complete" };
  const { data } = await askFor("/v1/series", path);
  const told = data.filter((row) => row.total !== null).reverse();
  const columns = [
    { label: "Month", cell: (row) => month(row.month) },
    { label: "People", number: true, cell: (row) => number(row) },
    { label: "Women", number: true, cell: (row) => number(row, { field: "women" }) },
    { label: "Share", number: true, cell: share_ },
  ];
  const numbers = longTable(columns, told, { caption: "People deployed, months with a complete table", few: 12 });
  const note = h(
    "p",
    { class: "note" },
    `${count(told.length)} of ${count(data.length)} months have a complete table on record; the line breaks where there is none.`,
  );
  return [note, chart(address("/v1/series", path), "Line: people deployed month by month.", numbers)];
}
