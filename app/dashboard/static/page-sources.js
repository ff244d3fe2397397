// All sources.

import { h } from "./dom.js";
import { date, sentence, words } from "./format.js";
import { listPage } from "./lists.js";
import { sourceLink } from "./parts.js";

const KINDS = ["un_monthly_report", "un_resolution", "government", "news", "dataset", "research"];

export function draw(place) {
  return listPage(place, {
    path: "/v1/sources",
    fixed: { limit: 50, sort: "-published_on" },
    filters: [
      { name: "kind", label: "Kind", choices: KINDS.map((code) => [code, sentence(words(code))]) },
      { name: "title__contains", label: "Title has" },
      { name: "publisher__contains", label: "Publisher has" },
      { name: "published_on__gte", label: "Published from", placeholder: "2024-01" },
    ],
    columns: [
      {
        label: "Title",
        cell: (row) => [sourceLink(row.id, row.title ?? row.id), h("small", { class: "sentence" }, row.id)],
      },
      { label: "Kind", minor: true, cell: (row) => words(row.kind) },
      { label: "Publisher", cell: (row) => row.publisher ?? "" },
      { label: "Published", cell: (row) => (row.published_on ? date(row.published_on) : "unknown") },
    ],
    caption: () => "Sources, the latest published first",
    empty: "No source is found for these filters.",
  });
}
