// Finds a country or a mission by any of its names: the server resolves what is typed.

import { address, get } from "./api.js";
import { h } from "./dom.js";
import { pageAddress } from "./state.js";

export function addFinder(place) {
  const options = h("datalist", { id: "places" });
  const field = h("input", {
    type: "search",
    list: "places",
    autocomplete: "off",
    placeholder: "Country or mission",
    "aria-label": "Go to a country or mission",
  });
  const known = new Map();
  const load = async () => {
    if (known.size) return;
    const [missions, countries] = await Promise.all([
      get(address("/v1/missions", { limit: 1000 })),
      get(address("/v1/countries", { limit: 1000 })),
    ]);
    for (const one of missions.data) known.set(one.code, `/missions/${one.code}`);
    for (const one of countries.data) known.set(one.name, `/countries/${one.iso3}`);
    options.append(...[...known.keys()].map((value) => h("option", { value })));
  };
  field.addEventListener("focus", () => load().catch(() => {}));
  const form = h("form", { role: "search", class: "finder" }, field, options);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = field.value.trim();
    if (!typed) return;
    await load().catch(() => {});
    location.assign(pageAddress(known.get(typed) ?? (await guess(typed))));
  });
  place.append(form);
}

// A mission if the record knows one by that name; else the page of the country, which says what is near.
async function guess(typed) {
  const key = encodeURIComponent(typed);
  const found = await get(`/v1/missions/${key}`).catch(() => null);
  return found ? `/missions/${found.code}` : `/countries/${key}`;
}
