// The feed of changes.

import { h } from "./dom.js";
import { count, moment, words } from "./format.js";
import { page } from "./links.js";
import { listPage } from "./lists.js";

const ACTS = {
  create: "recorded",
  correct: "corrected",
  retract: "retracted",
  dispute: "disputed",
  resolve: "resolved",
};

const single = (noun) => words(noun).replace(/ies$/, "y").replace(/s$/, "");
const done = (row) =>
  row.records.acts.map(({ noun, act, count: many }) =>
    h(
      "span",
      { class: "act" },
      `${many === 1 ? `1 ${single(noun)}` : `${count(many)} ${words(noun)}`} ${ACTS[act] ?? act}`,
    ),
  );

export function draw(place) {
  return listPage(place, {
    path: "/v1/changes",
    fixed: { limit: 30, sort: "-number" },
    filters: [
      { name: "author", label: "Author" },
      {
        name: "origin",
        label: "Origin",
        choices: [
          ["api", "API"],
          ["import", "Import"],
          ["cli", "Program"],
          ["seed", "Seed"],
        ],
      },
      {
        name: "noun",
        label: "Records",
        choices: [
          "headcounts",
          "reports",
          "sources",
          "status-events",
          "contingents",
          "claims",
          "missions",
          "ceilings",
        ].map((noun) => [noun, words(noun)]),
      },
    ],
    columns: [
      { label: "Number", cell: (row) => h("a", { href: page(row.records.all) }, String(row.number)) },
      { label: "When", cell: (row) => moment(row.recorded_at) },
      { label: "Author", cell: (row) => [row.author, row.accepted_by ? ` and ${row.accepted_by}` : null] },
      { label: "What", cell: done },
      { label: "Reason", minor: true, cell: (row) => row.reason },
    ],
    caption: ({ meta }) => `The record has ${count(meta.revision)} changes`,
    empty: "Nothing has been written yet.",
  });
}
