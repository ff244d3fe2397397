// The token of an analyst: kept for this tab alone, gone with it, never part of an address.

import { fill, h } from "./dom.js";

const PLACE = "peacekeeping-token";

export const token = () => sessionStorage.getItem(PLACE) ?? "";

export function tokenPanel() {
  const panel = h("section", { class: "token", "aria-labelledby": "token" }, h("h2", { id: "token" }, "Your token"));
  const place = h("div", null);
  panel.append(place);
  show(place);
  return panel;
}

function show(place) {
  if (token()) {
    const forget = () => {
      sessionStorage.removeItem(PLACE);
      show(place);
    };
    fill(
      place,
      h(
        "p",
        null,
        "A token is kept for this tab, until it is closed. ",
        h("button", { type: "button", class: "quiet", onclick: forget }, "Forget it"),
      ),
    );
    return;
  }
  const input = h("input", { id: "token-text", type: "password", autocomplete: "off", spellcheck: "false" });
  const form = h(
    "form",
    { class: "inline" },
    h("div", null, h("label", { for: "token-text" }, "Token of an analyst"), input),
    h("button", { type: "submit" }, "Keep for this tab"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!input.value.trim()) return input.focus();
    sessionStorage.setItem(PLACE, input.value.trim());
    show(place);
  });
  fill(
    place,
    form,
    h(
      "p",
      { class: "note" },
      "Made with ",
      h("code", null, "peacekeeping tokens create"),
      " by whoever runs the service. Everybody may read; writing needs one.",
    ),
  );
}
