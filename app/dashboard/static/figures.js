// The large numbers at the top of a page.

import { h } from "./dom.js";
import { count, share } from "./format.js";
import { rowsAddress } from "./links.js";
import { unknown } from "./parts.js";

export const figure = (words, value, note) =>
  h(
    "div",
    { class: "figure" },
    h("p", { class: "value" }, value),
    h("p", { class: "words" }, words),
    note ? h("p", { class: "note" }, note) : null,
  );

// How many rows of an answer have people; a lower bound where the answer is one.
export function tally(answer, path) {
  const value = answer.data.filter((row) => row.total > 0).length;
  const bound = answer.meta.at_least ? h("span", { class: "bound" }, "at least ") : null;
  return h("a", { href: rowsAddress(path), class: "number" }, bound, count(value));
}

// Women among those whose sex is told.
export function womenShare(row) {
  if (!row || row.women === null || row.men === null) return unknown(row?.reason ?? "no_report");
  const told = row.women + row.men;
  if (!told) return unknown("no_people");
  const text = share(row.women / told);
  return row.rows ? h("a", { href: rowsAddress(row.rows), class: "number" }, text) : text;
}
