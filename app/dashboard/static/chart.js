// Pictures: drawn from the specification that the API gives for a question, after the numbers are on the page.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { page } from "./links.js";
import { pageAddress } from "./state.js";

const PICTURES = [
  ["SVG", "svg"],
  ["PNG", "png"],
  ["Vega-Lite", "vega-lite"],
];
const TABLES = [
  ["CSV", "csv"],
  ["JSON", "json"],
];
const NARROW = 560; // pixels
const DARK = matchMedia("(prefers-color-scheme: dark)");
// The colours of pictures are made for white; these tell the same things apart on black.
const ON_BLACK = {
  "#0072B2": "#6fb0ee",
  "#D55E00": "#f08b6d",
  "#009E73": "#5cc9a0",
  "#CC79A7": "#e3a3c6",
  // The classes of the map: more people are lighter there, and nobody is close to the paper.
  "#eef0f2": "#262b30",
  "#d0e1f2": "#23415f",
  "#94c4df": "#2f628f",
  "#4a98c9": "#4a90c8",
  "#1764ab": "#8cc0ea",
  "#08306b": "#d6ebff",
};
let bundle = null;

// A figure of one request; `numbers` is the same as a table, which readers of screens and of print have instead.
export function chart(path, label, numbers, { open = false, tall = false, refine = () => {} } = {}) {
  const place = h("div", { class: tall ? "chart tall" : "chart", role: "img", "aria-label": label });
  const notes = h("p", { class: "note" });
  const details = numbers ? h("details", { class: "numbers", open }, h("summary", null, "Numbers"), numbers) : null;
  const figure = h("figure", null, place, notes, details, links(path));
  const act = () => draw(place, notes, path, refine).catch((error) => fail(place, details, error));
  whenSeen(place, () => {
    act();
    DARK.addEventListener("change", () => place.isConnected && act());
  });
  return figure;
}

function links(path) {
  const at = (format) => `${path}${path.includes("?") ? "&" : "?"}format=${format}`;
  const item = ([name, format]) => h("a", { href: at(format) }, name);
  return h("figcaption", { class: "formats" }, h("span", null, "As"), [...PICTURES, ...TABLES].map(item));
}

function whenSeen(place, act) {
  let begun = false;
  const begin = () => {
    if (begun || !place.isConnected) return;
    begun = true;
    watch.disconnect();
    requestIdleCallback(act, { timeout: 500 });
  };
  const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && begin(), {
    rootMargin: "300px",
  });
  watch.observe(place);
  // Paper has no place out of sight: what nobody scrolled to is drawn once the page is at rest.
  setTimeout(begin, 2000);
}

function fail(place, details, error) {
  console.warn("chart:", error.message);
  fill(place, h("p", { class: "note" }, "The chart could not be drawn; the numbers are below."));
  place.classList.add("failed");
  place.removeAttribute("role");
  if (details) details.open = true;
}

async function draw(place, notes, path, refine) {
  const specification = await get(`${path}${path.includes("?") ? "&" : "?"}format=vega-lite`);
  bundle ??= import("./vega-embed.js");
  const { vegaEmbed, default: whole } = await bundle;
  const embed = vegaEmbed ?? whole;
  const spec = structuredClone(specification);
  refine(spec);
  inward(spec);
  fill(notes, takeNotes(spec));
  const { view } = await embed(place, fitted(spec, place.clientWidth), {
    actions: false,
    ast: true,
    config: theme(place.clientWidth),
    defaultStyle: false,
    renderer: "svg",
    tooltip: { disableDefaultStyle: true },
    loader: { target: "_self" },
  });
  view.addEventListener("click", (_event, item) => follow(item?.datum));
}

// The chart takes the width there is, and its title is the heading above it.
function fitted(spec, width) {
  const isMap = JSON.stringify(spec).includes('"geoshape"');
  spec.width = isMap ? width : "container";
  if (isMap) spec.height = Math.round(width * 0.46);
  spec.autosize = isMap ? "pad" : { type: "fit-x", contains: "padding" };
  adapt(spec, width);
  if (spec.height?.step) {
    spec.height = spec.height.step * barsOf(spec);
    spec.padding = { left: 0, top: 4, bottom: 4, right: 14 };
  }
  delete spec.title;
  delete spec.background;
  return spec;
}

// How many bars there are: a height told by the bar is not taken together with a width that is fitted.
function barsOf(spec) {
  const field = (spec.encoding ?? spec.layer[0].encoding).y.field;
  const { values } = spec.data ?? spec.layer[0].data;
  return new Set(values.map((row) => row[field])).size;
}

// Room for other letters than those that the picture was measured for, and for little width.
function adapt(value, width) {
  for (const [name, inner] of Object.entries(value)) {
    if (!inner || typeof inner !== "object") continue;
    if (name === "axis") delete inner.maxExtent;
    if (name === "axis" && inner.labelLimit) inner.labelLimit = Math.min(inner.labelLimit, width * 0.36);
    if (name === "legend" && width < NARROW && inner.columns > 2) inner.columns = 2;
    adapt(inner, width);
  }
}

// Notes and sources that a picture writes below itself are text of the page here, which wraps and can be read aloud.
function takeNotes(spec) {
  const isNote = (layer) => Array.isArray(layer.mark?.text) && layer.data?.values?.length === 1;
  const notes = (spec.layer ?? []).filter(isNote).flatMap((layer) => layer.mark.text);
  if (notes.length) spec.layer = spec.layer.filter((layer) => !isNote(layer));
  return notes.join(" ");
}

// Marks lead to pages instead of bare answers, wherever the specification keeps the addresses.
function inward(value) {
  for (const [name, inner] of Object.entries(value)) {
    if (inner && typeof inner === "object") inward(inner);
    else if (DARK.matches && ON_BLACK[inner]) value[name] = ON_BLACK[inner];
    else if (typeof inner === "string" && inner.startsWith("/v1/") && !name.startsWith("$")) value[name] = page(inner);
  }
}

// A mark without an address of its own leads to the page of its mission or country.
function follow(mark) {
  if (!mark || mark.href) return;
  const country = mark.country ?? mark.properties?.country;
  if (mark.mission) location.assign(pageAddress(`/missions/${mark.mission}`));
  else if (country) location.assign(pageAddress(`/countries/${country}`));
}

// Colours and letters of the page, in either scheme.
function theme(width) {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  const text = { labelColor: of("--soft"), titleColor: of("--soft"), labelFont: of("--font"), titleFont: of("--font") };
  return {
    background: null,
    font: of("--font"),
    view: { stroke: null },
    axis: {
      ...text,
      domainColor: of("--rule"),
      gridColor: of("--rule"),
      tickColor: of("--rule"),
      labelFontSize: 12,
      titleFontWeight: "normal",
    },
    legend:
      width < NARROW ? { ...text, columns: 2, layout: { bottom: { anchor: "start", direction: "vertical" } } } : text,
    title: {
      color: of("--ink"),
      subtitleColor: of("--soft"),
      font: of("--font"),
      subtitleFont: of("--font"),
      anchor: "start",
      fontWeight: 600,
    },
    text: { color: of("--ink"), font: of("--font") },
    mark: { color: of("--accent") },
    bar: { color: of("--accent") },
    line: { color: of("--accent") },
    point: { color: of("--accent") },
    circle: { color: of("--accent") },
    geoshape: { fill: of("--land"), stroke: of("--paper") },
    range: { category: ["--accent", "--second", "--third", "--fourth", "--fifth"].map(of), ramp: { scheme: "blues" } },
  };
}
