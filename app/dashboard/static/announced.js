// From what was announced to who was counted: the authorisation, its plans, their steps, the counts, in order of time.

import { address, getAll } from "./api.js";
import { chart } from "./chart.js";
import { h } from "./dom.js";
import { figure } from "./figures.js";
import { count, date, plural, sentence, words } from "./format.js";
import { page } from "./links.js";
import { askFor, facts, longTable, missionLink, number, sourceLink, table, unknown } from "./parts.js";
import { pageAddress } from "./state.js";

const BOUNDS = { up_to: "up to", at_least: "at least", about: "about", approximately: "about" };
const bounded = (bound, value) => [
  BOUNDS[bound] ? h("span", { class: "bound" }, `${BOUNDS[bound]} `) : null,
  count(value),
];

const STEPS = {
  first_observed: "First counted",
  observed: "Counted",
  planned: "Planned to be there",
  took_over: "Took over",
  offered: "Offered",
};

// The sentence that a record rests on: claims by the noun and key of each record they are about.
export async function claimsOf(country) {
  const claims = await getAll(address("/v1/claims", { country, limit: 1000 }));
  const found = new Map();
  for (const claim of claims) {
    for (const { noun, record } of claim.subjects) {
      const key = `/v1/${noun}/${record}`;
      found.set(key, [...(found.get(key) ?? []), claim]);
    }
  }
  return found;
}

export async function announced(country, asOf) {
  const [{ data }, claims] = await Promise.all([
    askFor("/v1/reconciliation", { country, as_of: asOf, timeline: true }),
    claimsOf(country),
  ]);
  if (!data.length) return h("p", { class: "empty" }, "No authorisation of this country is on record.");
  const picture = address("/v1/reconciliation", { country });
  return [
    data.map((row) => authorisation(row, claims)),
    chart(picture, "Line: the ceiling, the plan and what was counted, month by month.", null, {
      refine: toSentences(claims),
    }),
    data.map((row) => longTable(columns(claims), row.timeline ?? [], { caption: captionOf(row), few: 12 })),
  ];
}

const captionOf = (row) =>
  `What happened under the approval of ${row.approved_on ? date(row.approved_on) : "unknown date"}`;

// Marks of the picture lead to the very sentence of their source that states the number.
function toSentences(claims) {
  const all = [...claims.values()].flat();
  const sentences = (value) => {
    if (value === null || typeof value !== "object") return;
    const source = typeof value.href === "string" ? value.href.match(/^\/v1\/sources\/([^/?]+)$/)?.[1] : null;
    const found = source ? all.find((claim) => claim.source === source && claim.value === value.persons) : null;
    if (found) value.href = `${pageAddress(`/sources/${source}`)}#claim-${found.id}`;
    for (const inner of Object.values(value)) sentences(inner);
  };
  return sentences;
}

function authorisation(row, claims) {
  const told = claims.get(`/v1/authorisations/${row.authorisation}`) ?? [];
  const [plan] = row.plans;
  return [
    h(
      "p",
      { class: "story" },
      `${sentence(row.body ?? "The country")} approved ${row.approved_on ? `on ${date(row.approved_on)} ` : ""}people for `,
      row.missions.map((mission, place) => [place ? ", " : "", missionLink({ mission })]),
      ".",
    ),
    h(
      "div",
      { class: "figures small" },
      figure("allowed in all", toSource(row.source, told, row.ceiling, bounded(row.bound, row.ceiling))),
      figure(
        "planned",
        row.planned === null
          ? unknown("no_observation")
          : toSource(plan?.source, claims.get(`/v1/contingents/${plan?.contingent}`), row.planned, count(row.planned)),
        plan ? `for ${date(plan.planned_from)}` : null,
      ),
      figure(
        `counted in ${plural(row.missions.length, "mission", "missions")}`,
        number(row, { field: "observed_total", atLeast: row.observed_at_least, why: row.observed_reason }),
      ),
      figure(
        "allowed and not counted",
        row.unobserved_rest === null ? unknown("not_exact") : count(row.unobserved_rest),
      ),
    ),
  ];
}

// A number that leads to the sentence that states it.
function toSource(source, claims, value, shown) {
  const own = (claims ?? []).filter((one) => one.source === source);
  const claim = [...own, ...(claims ?? [])].find((one) => one.value === value) ?? own[0] ?? claims?.[0];
  const place = claim ? `#claim-${claim.id}` : "";
  return source
    ? h(
        "a",
        { class: "number", href: pageAddress(`/sources/${encodeURIComponent(claim?.source ?? source)}`) + place },
        shown,
      )
    : h("span", null, shown);
}

function columns(claims) {
  const persons = (entry) => {
    if (entry.persons === null) return "";
    const shown = bounded(entry.bound, entry.persons);
    if (entry.report) return h("a", { class: "number", href: page(entry.trace) }, shown);
    return toSource(entry.source, claims.get(entry.trace), entry.persons, shown);
  };
  return [
    { label: "Date", cell: (entry) => date(entry.on) },
    { label: "What", cell: (entry) => [STEPS[entry.kind] ?? sentence(words(entry.kind)), sentenceOf(entry, claims)] },
    { label: "People", number: true, cell: persons },
    { label: "Mission", minor: true, cell: (entry) => missionLink(entry) },
  ];
}

function sentenceOf(entry, claims) {
  const [claim] = claims.get(entry.trace) ?? [];
  const text = claim?.quote ? `“${claim.quote}”` : (claim?.statement ?? entry.text);
  return h("small", { class: "sentence" }, text ? `${text} ` : null, sourceLink(entry.source));
}

// Authorisations, offers and contingents as they are recorded, whatever the date.
export async function records(country) {
  const [authorisations, pledges, contingents] = await Promise.all(
    ["authorisations", "pledges", "contingents"].map((noun) => askFor(`/v1/${noun}`, { country, limit: 1000 })),
  );
  const none = !authorisations.data.length && !pledges.data.length && !contingents.data.length;
  if (none) return h("p", { class: "empty" }, "No authorisation, offer or plan of this country is on record.");
  return [
    authorisations.data.length ? [h("h3", null, "Authorisations"), authorisations.data.map(oneAuthorisation)] : null,
    pledges.data.length ? [h("h3", null, "Offers"), pledges.data.map(onePledge)] : null,
    contingents.data.length ? [h("h3", null, "Contingents"), contingents.data.map(oneContingent)] : null,
  ];
}

const oneAuthorisation = (row) =>
  facts([
    ["Allowed", row.max_persons === null ? unknown("not_exact") : bounded(row.bound, row.max_persons)],
    ["Approved", row.approved_on ? date(row.approved_on) : null],
    ["By", row.body],
    ["Missions", row.missions.map((mission, place) => [place ? ", " : "", missionLink({ mission })])],
    ["Source", sourceLink(row.source)],
    ["Note", row.note],
  ]);

const onePledge = (row) =>
  facts([
    ["Made", row.made_on ? date(row.made_on) : null],
    ["Where", row.forum],
    ["Offered", (row.unit_kinds ?? []).map(words).join(", ")],
    ["People", row.persons === null ? "no number stated" : count(row.persons)],
    ["Source", sourceLink(row.source)],
    ["Note", row.note],
  ]);

function oneContingent(row) {
  const columns = [
    { label: "Date", cell: (event) => (event.on ? date(event.on) : "unknown date") },
    {
      label: "Event",
      cell: (event) => [sentence(words(event.kind)), event.note ? h("small", { class: "sentence" }, event.note) : null],
    },
    { label: "Certainty", minor: true, cell: (event) => event.certainty },
    { label: "Source", cell: (event) => sourceLink(event.source) },
  ];
  const events = row.events ?? [];
  return h(
    "article",
    { class: "contingent" },
    h("h4", null, row.label ?? row.id),
    facts([
      ["Mission", missionLink(row)],
      ["Planned", row.planned_persons === null ? "no number stated" : bounded(row.planned_bound, row.planned_persons)],
      ["From", row.planned_from ? date(row.planned_from) : null],
      ["Source", sourceLink(row.source)],
    ]),
    events.length
      ? h(
          "details",
          null,
          h("summary", null, plural(events.length, "status event", "status events")),
          table(columns, events, { caption: `Events of ${row.label ?? row.id}`, hidden: true }),
        )
      : null,
  );
}
