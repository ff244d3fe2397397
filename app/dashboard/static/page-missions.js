// All missions.

import { h } from "./dom.js";
import { date, sentence, words } from "./format.js";
import { listPage } from "./lists.js";
import { countryLink, missionLink } from "./parts.js";

const span = (row) =>
  `${row.started_on ? date(row.started_on) : "unknown"} – ${row.ended_on ? date(row.ended_on) : row.status === "active" ? "now" : "unknown"}`;

export function draw(place) {
  return listPage(place, {
    path: "/v1/missions",
    fixed: { limit: 100, sort: "-started_on" },
    filters: [
      {
        name: "status",
        label: "Status",
        choices: ["active", "ended", "unknown"].map((code) => [code, sentence(code)]),
      },
      {
        name: "kind",
        label: "Kind",
        choices: [
          "peacekeeping",
          "special_political",
          "support_office",
          "component",
          "early_observation",
          "guard_contingent",
          "non_un",
        ].map((code) => [code, sentence(words(code))]),
      },
      { name: "host", label: "Host country", placeholder: "Sudan" },
    ],
    columns: [
      {
        label: "Mission",
        cell: (row) => [
          missionLink({ mission: row.code, mission_name: row.name }),
          h("small", { class: "sentence" }, row.name),
        ],
      },
      { label: "Kind", minor: true, cell: (row) => words(row.kind) },
      { label: "Where", cell: (row) => row.hosts.map((host, place) => [place ? ", " : "", countryLink(host)]) },
      { label: "When", cell: span },
    ],
    caption: () => "Missions, the latest first",
    empty: "No mission is found for these filters.",
  });
}
