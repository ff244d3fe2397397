// The date a page is about: a slider over the months that are reported, whose place stands in the address.

import { address, getAll } from "./api.js";
import { h } from "./dom.js";
import { date } from "./format.js";
import { parameter, setParameters } from "./state.js";

// Months on record, the earliest first: the last date reported in each, and whether a whole table is.
export async function reportedMonths() {
  const rows = await getAll(address("/v1/reports", { sort: "as_of", limit: 1000 }));
  const months = new Map();
  for (const row of rows) {
    const key = row.as_of.slice(0, 7);
    if (key.length < 7) continue;
    const one = months.get(key) ?? { month: key, asOf: row.as_of, complete: null };
    if (row.as_of.length >= one.asOf.length) one.asOf = row.as_of;
    if (row.scope === "all_missions") one.complete = row.as_of;
    months.set(key, one);
  }
  return [...months.values()].map((one) => ({ ...one, asOf: one.complete ?? one.asOf }));
}

// The months that a page about everybody steps through: those with a whole table, or all if there is none.
export function steps(months) {
  const whole = months.filter((one) => one.complete);
  return whole.length ? whole : months;
}

// True if a whole table of the month of that date is on record, which rankings are made of.
export const isWhole = (months, asOf) => months.some((one) => one.complete && one.month === asOf.slice(0, 7));

export function chosenDate(months) {
  return parameter("as_of") ?? months.at(-1)?.asOf ?? null;
}

// `stops` are months; `choose(date)` is called when one is chosen.
export function dateBar(stops, chosen, choose) {
  const found = stops.findLastIndex((one) => one.asOf <= chosen);
  const at = Math.max(0, found);
  const words = h("output", { class: "date" }, date(chosen));
  const slider = h("input", {
    type: "range",
    min: 0,
    max: stops.length - 1,
    value: at,
    "aria-label": "Date",
    "aria-valuetext": date(chosen),
  });
  let waiting = null;
  const pick = (place, replace) => {
    const stop = stops[place];
    if (!stop) return;
    clearTimeout(waiting);
    slider.value = place;
    slider.setAttribute("aria-valuetext", date(stop.asOf));
    words.textContent = date(stop.asOf);
    back.disabled = place === 0;
    on.disabled = place === stops.length - 1;
    const act = () => {
      setParameters({ as_of: place === stops.length - 1 ? null : stop.asOf }, { replace });
      choose(stop.asOf);
    };
    if (replace) waiting = setTimeout(act, 150);
    else act();
  };
  slider.addEventListener("input", () => pick(Number(slider.value), true));
  slider.addEventListener("change", () => pick(Number(slider.value), false));
  const step = (by) => () => pick(Number(slider.value) + by, false);
  const back = h("button", { type: "button", "aria-label": "Earlier", disabled: at === 0, onclick: step(-1) }, "‹");
  const on = h(
    "button",
    { type: "button", "aria-label": "Later", disabled: at === stops.length - 1, onclick: step(1) },
    "›",
  );
  const ends = h(
    "p",
    { class: "ends", "aria-hidden": "true" },
    h("span", null, date(stops[0].month)),
    h("span", null, date(stops.at(-1).month)),
  );
  return h(
    "div",
    { class: "dates" },
    h("div", { class: "when" }, back, words, on),
    h("div", { class: "track" }, slider, ends),
  );
}
