// Countries with people in missions, and all others by name.

import { address, getAll } from "./api.js";
import { fill, h } from "./dom.js";
import { date } from "./format.js";
import { askFor, countryLink, longTable, number, section } from "./parts.js";
import { pageAddress, parameter } from "./state.js";

export function draw(place) {
  const asOf = parameter("as_of");
  fill(
    place,
    section("Contributors", async () => {
      const { data, meta } = await askFor("/v1/totals", { by: "country", as_of: asOf });
      const columns = [
        { label: "Country", cell: (row) => countryLink(row, { as_of: asOf }) },
        { label: "People", number: true, cell: (row) => number(row) },
        { label: "Women", number: true, cell: (row) => number(row, { field: "women" }) },
        { label: "Men", number: true, minor: true, cell: (row) => number(row, { field: "men" }) },
      ];
      const caption = meta.as_of ? `People deployed, ${date(meta.as_of)}` : "People deployed";
      const sorted = [...data].sort((one, other) => (other.total ?? -1) - (one.total ?? -1));
      return longTable(columns, sorted, { caption, few: 40, empty: "Nobody is counted." });
    }),
    section("All countries on record", async () => {
      const rows = await getAll(address("/v1/countries", { limit: 1000, sort: "name" }));
      const item = (row) => h("li", null, h("a", { href: pageAddress(`/countries/${row.iso3}`) }, row.name));
      return h("ul", { class: "names" }, rows.map(item));
    }),
  );
}
