// Starts the page that the server named, and what all pages have in common.

import { onWaiting, retryNow } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { moment } from "./format.js";
import { failure } from "./parts.js";
import { parameter, setParameters } from "./state.js";

const content = byId("content");
const status = h("div", { class: "status", role: "status" });
document.body.append(status);

onWaiting(
  (milliseconds) =>
    fill(
      status,
      h("span", null, `The service does not answer. Trying again in ${Math.ceil(milliseconds / 1000)} s. `),
      h("button", { type: "button", onclick: retryNow }, "Try now"),
    ),
  () => fill(status),
);

async function start() {
  const page = await import(`./page-${content.dataset.page}.js`);
  const draw = async () => {
    fill(status);
    try {
      await page.draw(content, content.dataset.key);
    } catch (error) {
      fill(content, failure(error, draw));
    }
    showState();
  };
  window.addEventListener("popstate", draw);
  window.addEventListener("redraw", draw);
  await draw();
  const { addFooter } = await import("./behind.js");
  addFooter(byId("main"));
  const { addFinder } = await import("./finder.js");
  addFinder(document.querySelector(".top"));
}

// A page about a past state of the record says so, and leads back to now.
function showState() {
  const known = parameter("known_at");
  byId("state")?.remove();
  if (!known) return;
  const back = h("a", { href: "?" }, "Look at it as it stands now");
  back.addEventListener("click", (event) => {
    event.preventDefault();
    setParameters({ known_at: null });
    window.dispatchEvent(new Event("redraw"));
  });
  const when = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(known) ? moment(known) : known;
  byId("lead").after(h("p", { class: "notice", id: "state" }, `The record as it stood on ${when}. `, back, "."));
}

start();
