// Builds nodes. Text always stays text: nothing here ever reads markup.

const SAFE_ADDRESS = /^(https?:\/\/|\/(?!\/)|#|\?)/i;

export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "href" && !SAFE_ADDRESS.test(value)) continue;
    else node.setAttribute(name, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

export const byId = (id) => document.getElementById(id);

// A link to another host says so, and tells it nothing about this page.
export function outward(href, words) {
  return h("a", { href, rel: "noopener noreferrer external" }, words);
}

let made = 0;
export const newId = (stem) => `${stem}-${++made}`;
