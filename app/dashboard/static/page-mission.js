// One mission: what it is, who serves in it, and its people against what the Security Council allows.

import { address } from "./api.js";
import { chosenDate, dateBar } from "./dates.js";
import { about } from "./disagreements.js";
import { fill, h } from "./dom.js";
import { figure, tally, womenShare } from "./figures.js";
import { count, date, sentence, signed, words } from "./format.js";
import { historyLine, monthly } from "./history.js";
import {
  askFor,
  countryLink,
  facts,
  longTable,
  missionLink,
  number,
  run,
  section,
  sourceLink,
  unknown,
} from "./parts.js";
import { pageAddress } from "./state.js";

export async function draw(place, mission) {
  const months = await monthly({ mission, completeness: "complete" });
  const asOf = chosenDate(months.stops);
  const view = h("div", { class: "view" });
  const choose = (chosen) => {
    place.dataset.asOf = chosen ?? "";
    onDate(view, mission, chosen, months.stops);
  };
  const mandate = h("div", null);
  fill(
    place,
    mandate,
    months.stops.length ? dateBar(months.stops, asOf, choose) : null,
    view,
    section("Month by month, under the ceiling", () =>
      months.path
        ? historyLine(months, `people in ${mission} month by month, with its ceiling`)
        : h("p", { class: "empty" }, "No report is on record."),
    ),
    section("What the Security Council decided", () => ceilings(mission), { id: "ceilings" }),
    section("Discrepancies", () => about({ mission }, pageAddress("/discrepancies", { mission }))),
  );
  run(mandate, () => identity(mission));
  choose(asOf);
}

async function identity(code) {
  const [mission, before, after] = await Promise.all([
    askFor(`/v1/missions/${code}`),
    askFor("/v1/mission-lineages", { successor: code }),
    askFor("/v1/mission-lineages", { predecessor: code }),
  ]);
  const linked = (rows, field) =>
    rows.data.map((row, place) => [place ? ", " : "", missionLink({ mission: row[field] })]);
  const hosts = mission.hosts.map((host, place) => [
    place ? ", " : "",
    countryLink(host),
    host.contested ? " (contested)" : "",
  ]);
  return facts([
    ["Kind", `${sentence(words(mission.kind))}, ${words(mission.status)}`],
    ["Where", hosts.length ? hosts : null],
    ["Headquarters", mission.headquarters],
    ["Authorised", mission.authorised_on ? date(mission.authorised_on) : null],
    ["Established by", mission.established_by],
    ["Began", mission.started_on ? date(mission.started_on) : null],
    ["Ended", mission.ended_on ? date(mission.ended_on) : null],
    ["Followed", before.data.length ? linked(before, "predecessor") : null],
    ["Followed by", after.data.length ? linked(after, "successor") : null],
    ["Note", mission.note],
  ]);
}

function onDate(view, mission, asOf, stops) {
  const scope = { mission, as_of: asOf };
  const figures = h("div", { class: "figures" });
  const byCountry = askFor("/v1/totals", { ...scope, by: "country" });
  const before = stops.findLast((one) => one.asOf < (asOf ?? ""));
  fill(
    view,
    figures,
    h(
      "div",
      { class: "pair" },
      section("Who serves there", async () => contributors((await byCountry).data, asOf)),
      section("What changed", () => changed(mission, before?.asOf, asOf)),
    ),
  );
  run(figures, async () => {
    const [totals, countries, gaps] = await Promise.all([
      askFor("/v1/totals", scope),
      byCountry,
      askFor("/v1/gaps", scope),
    ]);
    const [row] = totals.data;
    return [
      figure("people deployed", number(row), totals.meta.as_of ? `on ${date(totals.meta.as_of)}` : null),
      figure("contributors", tally(countries, address("/v1/totals", { ...scope, by: "country" }))),
      figure("women", womenShare(row), row.women === null ? null : [number(row, { field: "women" }), " women"]),
      ...["military", "police"].map((category) => ceiling(gaps.data.find((one) => one.category === category))),
    ];
  });
}

function ceiling(gap) {
  if (!gap) return null;
  const words = gap.category === "police" ? "police allowed" : "military people allowed";
  if (gap.ceiling === null) return gap.deployed ? figure(words, unknown(gap.reason)) : null;
  const value = h("a", { class: "number", href: `#ceilings` }, count(gap.ceiling));
  return figure(words, value, [
    number(gap, { field: "deployed", why: gap.deployed_reason }),
    " counted, ",
    gapWords(gap),
  ]);
}

function gapWords(gap) {
  if (gap.gap === null) return "difference unknown";
  return gap.gap < 0 ? `${count(-gap.gap)} above` : `${count(gap.gap)} below`;
}

function contributors(rows, asOf) {
  const sorted = rows.filter((row) => row.total !== 0).sort((one, other) => (other.total ?? -1) - (one.total ?? -1));
  const columns = [
    { label: "Country", cell: (row) => countryLink(row, { as_of: asOf }) },
    { label: "People", number: true, cell: (row) => number(row) },
    { label: "Women", number: true, cell: (row) => number(row, { field: "women" }) },
  ];
  return longTable(columns, sorted, {
    caption: `Contributors, ${asOf ? date(asOf) : ""}`,
    few: 12,
    empty: "Nobody is counted.",
  });
}

async function changed(mission, from, to) {
  if (!from || !to) return h("p", { class: "empty" }, "No earlier month is on record.");
  const { data, meta } = await askFor("/v1/differences", { mission, by: "country", from, to });
  const size = (row) => Math.abs(row.delta ?? 0);
  const columns = [
    { label: "Country", cell: (row) => countryLink(row) },
    {
      label: "Before",
      number: true,
      cell: (row) =>
        number(row, { field: "before", rows: row.rows_before, atLeast: row.at_least_before, why: row.reason_before }),
    },
    {
      label: "After",
      number: true,
      cell: (row) =>
        number(row, { field: "after", rows: row.rows_after, atLeast: row.at_least_after, why: row.reason_after }),
    },
    { label: "Change", number: true, cell: (row) => (row.delta === null ? unknown() : signed(row.delta)) },
  ];
  const all = meta.delta === null ? "" : `, ${signed(meta.delta)} in all`;
  const sorted = [...data].sort((one, other) => size(other) - size(one));
  return longTable(columns, sorted, {
    caption: `From ${date(from)} to ${date(to)}${all}`,
    few: 12,
    empty: "Nothing changed.",
  });
}

async function ceilings(mission) {
  const { data } = await askFor("/v1/ceilings", { mission, sort: "-effective_from", limit: 1000 });
  const stated = (value) => (value === null ? "" : count(value));
  const columns = [
    { label: "In force from", cell: (row) => date(row.effective_from) },
    { label: "Decision", cell: (row) => [row.decision, row.note ? h("small", { class: "sentence" }, row.note) : null] },
    { label: "Military", number: true, cell: (row) => stated(row.military) },
    { label: "Police", number: true, cell: (row) => stated(row.police) },
    { label: "Basis", minor: true, cell: (row) => words(row.basis) },
    { label: "Source", minor: true, cell: (row) => sourceLink(row.source) },
  ];
  return longTable(columns, data, {
    caption: "Decisions, the latest first; where no number stands the earlier one goes on",
    few: 8,
    empty: "No decision is on record.",
  });
}
