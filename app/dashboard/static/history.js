// Month by month: what a page about one country or mission steps through, and its line.

import { address } from "./api.js";
import { chart } from "./chart.js";
import { reportedMonths } from "./dates.js";
import { h } from "./dom.js";
import { count, lastDayOf, month } from "./format.js";
import { askFor, longTable, number } from "./parts.js";

// Every month on record with the numbers of a scope such as {country: "KAZ"}; and the request they are answered by.
export async function monthly(scope) {
  const months = await reportedMonths();
  if (!months.length) return { months, rows: [], stops: [], path: null };
  const query = { ...scope, from: months[0].month, to: months.at(-1).month };
  const { data } = await askFor("/v1/series", query);
  return { months, rows: data, stops: stopsOf(data), path: address("/v1/series", query) };
}

// Months whose number is known; those known whole, if any is.
function stopsOf(rows) {
  const known = rows.filter((row) => row.total !== null);
  const whole = known.filter((row) => !row.at_least);
  return (whole.length ? whole : known).map((row) => ({ month: row.month, asOf: lastDayOf(row.month) }));
}

export function historyLine({ rows, path }, label) {
  const known = rows.filter((row) => row.total !== null).reverse();
  const columns = [
    { label: "Month", cell: (row) => month(row.month) },
    { label: "People", number: true, cell: (row) => number(row) },
    { label: "Women", number: true, cell: (row) => number(row, { field: "women" }) },
    { label: "Men", number: true, minor: true, cell: (row) => number(row, { field: "men" }) },
  ];
  const numbers = longTable(columns, known, { caption: `${label}, months on record`, few: 12 });
  const gaps = rows.length - known.length;
  return [
    gaps
      ? h("p", { class: "note" }, `${count(gaps)} of ${count(rows.length)} months are unknown: the line breaks there.`)
      : null,
    chart(path, `Line: ${label}.`, numbers),
  ];
}
