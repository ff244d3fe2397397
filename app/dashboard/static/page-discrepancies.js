// Where the record disagrees with itself.

import { COLUMNS } from "./disagreements.js";
import { count, sentence, words } from "./format.js";
import { listPage } from "./lists.js";

const KINDS =
  "sources_disagree kinds_and_total parts_and_printed_total women_and_men above_ceiling before_mission_start " +
  "after_mission_end not_published_by_mission series_stops far_from_last_count plan_without_authorisation " +
  "plan_above_authorisation mission_told_otherwise";

export function draw(place) {
  return listPage(place, {
    path: "/v1/discrepancies",
    fixed: { limit: 50 },
    filters: [
      { name: "kind", label: "Kind", choices: KINDS.split(" ").map((code) => [code, sentence(words(code))]) },
      { name: "country", label: "Country", placeholder: "KAZ or Kazakhstan" },
      { name: "mission", label: "Mission", placeholder: "UNDOF" },
      { name: "from", label: "From month", placeholder: "2024-01" },
      { name: "to", label: "To month", placeholder: "2024-12" },
      {
        name: "state",
        label: "State",
        choices: [
          ["open", "Open"],
          ["disputed", "Disputed"],
        ],
      },
    ],
    columns: COLUMNS,
    caption: ({ meta }) =>
      (meta.found ?? []).map((one) => `${sentence(words(one.kind))}: ${count(one.open + one.disputed)}`).join(" · ") ||
      "Discrepancies",
    empty: "No discrepancy is found for these filters.",
  });
}
