// One source: what it is, what it says, and what rests on it.

import { address, getAll } from "./api.js";
import { byId, fill, h, outward } from "./dom.js";
import { count, date, plural, sentence, words } from "./format.js";
import { page } from "./links.js";
import { askFor, countryLink, facts, longTable, missionLink, reportLink, run, section } from "./parts.js";

const RESTING = ["authorisations", "pledges", "contingents", "status-events", "ceilings"];

export function draw(place, source) {
  const identity = h("div", null);
  fill(
    place,
    identity,
    section("What it says", () => claims(source)),
    section("Reports made of it", () => reports(source)),
    section("What rests on it", () => resting(source)),
  );
  return run(identity, () => about(source));
}

async function about(source) {
  const row = await askFor(`/v1/sources/${encodeURIComponent(source)}`);
  return facts([
    ["Kind", sentence(words(row.kind))],
    ["Publisher", row.publisher],
    ["Author", row.author],
    ["Published", row.published_on ? date(row.published_on) : "unknown"],
    ["Address", row.url ? outward(row.url, row.url) : null],
    ["Language", row.language],
    ["Licence", row.licence],
    ["Retrieved", row.retrieved_on ? date(row.retrieved_on) : null],
    ["Note", row.note],
  ]);
}

async function claims(source) {
  const rows = await getAll(address("/v1/claims", { source, limit: 1000 }));
  if (!rows.length) return h("p", { class: "empty" }, "No statement of it is quoted; its counts are below.");
  setTimeout(toMark);
  return h("ol", { class: "claims" }, rows.map(claim));
}

function claim(row) {
  const about = [
    row.locator,
    row.about ? date(row.about) : null,
    row.certainty,
    row.value === null ? null : `${count(Number(row.value))} ${words(row.unit ?? "")}`,
  ].filter(Boolean);
  return h(
    "li",
    { id: `claim-${row.id}` },
    row.quote ? h("blockquote", null, row.quote) : null,
    h("p", null, row.statement),
    h(
      "p",
      { class: "note" },
      about.join(" · "),
      row.country ? [" · ", countryLink(row)] : null,
      row.mission ? [" · ", missionLink(row)] : null,
      row.note ? ` · ${row.note}` : null,
    ),
  );
}

// The statement that a number of another page leads to.
function toMark() {
  const id = decodeURIComponent(location.hash.slice(1));
  const mark = id ? byId(id) : null;
  if (!mark) return;
  mark.classList.add("marked");
  mark.scrollIntoView({ block: "center" });
}

async function reports(source) {
  const rows = await getAll(address("/v1/reports", { source, limit: 1000 }));
  const columns = [
    { label: "Report", cell: (row) => reportLink(row.id) },
    { label: "Date", cell: (row) => date(row.as_of) },
    { label: "Complete for", cell: (row) => words(row.scope) },
    { label: "Note", minor: true, cell: (row) => row.note ?? "" },
  ];
  return longTable(columns, rows, {
    caption: plural(rows.length, "report", "reports"),
    empty: "No report is made of it.",
  });
}

async function resting(source) {
  const answers = await Promise.all(RESTING.map((noun) => askFor(`/v1/${noun}`, { source, limit: 100 })));
  const found = RESTING.flatMap((noun, place) => answers[place].data.map((row) => ({ noun, row })));
  const columns = [
    { label: "Record", cell: ({ noun, row }) => h("a", { href: page(`/v1/${noun}/${row.id}`), class: "id" }, row.id) },
    { label: "Kind", cell: ({ noun }) => words(noun) },
    { label: "Says", cell: ({ row }) => row.label ?? row.decision ?? row.outcome ?? row.note ?? words(row.kind ?? "") },
  ];
  return longTable(columns, found, {
    caption: "Records that name it as their source",
    empty: "No record beside counts names it.",
  });
}
