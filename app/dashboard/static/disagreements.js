// Discrepancies as a table: what is at odds, between which reports, and the rows behind each side.

import { h } from "./dom.js";
import { count, date, sentence, words } from "./format.js";
import { page } from "./links.js";
import { askFor, countryLink, missionLink, sourceLink, table } from "./parts.js";

export const COLUMNS = [
  { label: "Date", cell: (row) => date(row.as_of) },
  {
    label: "What",
    cell: (row) => [
      h("strong", null, sentence(words(row.kind))),
      row.state === "open" ? null : ` (${row.state})`,
      sides(row),
    ],
  },
  { label: "People", number: true, cell: (row) => count(row.size) },
  { label: "Country", minor: true, cell: (row) => countryLink(row) },
  { label: "Mission", minor: true, cell: (row) => missionLink(row) },
];

function sides(row) {
  return [
    h("p", { class: "detail" }, row.detail),
    h(
      "ul",
      { class: "sides" },
      row.values.map((value) =>
        h(
          "li",
          null,
          value.trace ? h("a", { href: page(value.trace) }, value.says) : value.says,
          " ",
          sourceLink(value.source),
        ),
      ),
    ),
  ];
}

// Those about one country or mission, the latest first.
export async function about(scope, all) {
  const { data, meta } = await askFor("/v1/discrepancies", { ...scope, limit: 5 });
  const found = (meta.found ?? []).reduce((sum, one) => sum + one.open + one.disputed, 0);
  return [
    table(COLUMNS, data, { caption: `The latest ${data.length} of ${count(found)}`, empty: "None is found." }),
    found > data.length ? h("p", null, h("a", { href: all }, `All ${count(found)} discrepancies`)) : null,
  ];
}
