// One report: what one source says about one date, row by row.

import { fill, h } from "./dom.js";
import { count, date, sentence, words } from "./format.js";
import { page } from "./links.js";
import { listPage } from "./lists.js";
import { askFor, countryLink, facts, longTable, missionLink, run, section, sourceLink, unknown } from "./parts.js";

export const stated = (value) => (value === null ? unknown() : count(value));

export const HEADCOUNTS = [
  { label: "Country", cell: (row) => countryLink(row) },
  { label: "Mission", cell: (row) => missionLink(row) },
  { label: "Kind", minor: true, cell: (row) => words(row.personnel_type) },
  {
    label: "People",
    number: true,
    cell: (row) => [
      row.status === "disputed" ? h("span", { class: "bound" }, "disputed ") : null,
      h("a", { href: page(`/v1/headcounts/${row.id}`), class: "number" }, stated(row.total)),
    ],
  },
  { label: "Women", number: true, cell: (row) => stated(row.women) },
  { label: "Men", number: true, minor: true, cell: (row) => stated(row.men) },
];

export function draw(place, report) {
  const identity = h("div", null);
  const rows = h("div", null);
  fill(
    place,
    identity,
    h("section", { "aria-labelledby": "counts" }, h("h2", { id: "counts" }, "Its counts"), rows),
    section("Totals it prints itself", () => printed(report)),
  );
  run(identity, () => about(report));
  return listPage(rows, {
    path: "/v1/headcounts",
    fixed: { report, limit: 100, sort: "-total", count: "exact" },
    filters: [
      { name: "country", label: "Country", placeholder: "KAZ or Kazakhstan" },
      { name: "mission", label: "Mission", placeholder: "UNDOF" },
    ],
    columns: HEADCOUNTS,
    caption: ({ meta }) => `${count(meta.count)} counts as the report states them`,
    empty: "The report states no such count.",
  });
}

async function about(report) {
  const row = await askFor(`/v1/reports/${encodeURIComponent(report)}`);
  return facts([
    ["Date", date(row.as_of)],
    ["Source", sourceLink(row.source)],
    ["Complete for", `${sentence(words(row.scope))}${row.missions.length ? `: ${row.missions.join(", ")}` : ""}`],
    ["Counts by", words(row.breakdown)],
    ["Recorded in change", String(row.recorded_in)],
    ["Note", row.note],
  ]);
}

async function printed(report) {
  const { data } = await askFor("/v1/printed-totals", { report, limit: 1000 });
  const columns = [
    {
      label: "Of",
      cell: (row) => [
        row.country ? countryLink(row) : null,
        row.country && row.mission ? " in " : null,
        row.mission ? missionLink(row) : null,
        row.country || row.mission ? null : "everyone",
      ],
    },
    { label: "People", number: true, cell: (row) => stated(row.total) },
    { label: "Women", number: true, cell: (row) => stated(row.women) },
    { label: "Men", number: true, cell: (row) => stated(row.men) },
  ];
  return longTable(columns, data, {
    caption: "Printed totals check sums and are never added",
    few: 10,
    empty: "None is on record.",
  });
}
