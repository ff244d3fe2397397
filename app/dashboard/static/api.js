// Asks the public API: each address once a page view, again with growing pauses while it does not answer.

import { parameter } from "./state.js";

const PAUSES = [500, 1500, 4000];
const TIMEOUT = 20_000;
const kept = new Map();
export const asked = [];
const listeners = { waiting: () => {}, answered: () => {} };
let hurry = () => {};

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? `The service answered ${status}.`);
    this.status = status;
    this.code = body?.code ?? "";
    this.errors = body?.errors ?? [];
  }
}

export function onWaiting(waiting, answered) {
  Object.assign(listeners, { waiting, answered });
}

export const retryNow = () => hurry();

// The address with its parameters, and the state of the record that the page is about.
export function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") query.append(name, value);
  }
  return withState(query.size ? `${path}?${query}` : path);
}

export function withState(path) {
  const known = parameter("known_at");
  if (!known || path.includes("known_at=")) return path;
  return `${path}${path.includes("?") ? "&" : "?"}known_at=${encodeURIComponent(known)}`;
}

export function get(path) {
  if (!kept.has(path)) {
    if (!asked.includes(path)) asked.push(path);
    const answer = ask(path);
    answer.catch(() => kept.delete(path));
    kept.set(path, answer);
  }
  return kept.get(path);
}

export const forget = () => kept.clear();

// All rows of a list, page after page.
export async function getAll(path, most = 5) {
  const rows = [];
  let next = path;
  for (let page = 0; next && page < most; page++) {
    const answer = await get(next);
    rows.push(...answer.data);
    next = answer.links.next;
  }
  return rows;
}

async function ask(path) {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(path, {
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (response.status >= 502 && response.status <= 504) throw new Unreachable(response.status);
      const body = await response.json().catch(() => null);
      if (!response.ok) throw new Problem(response.status, body);
      if (attempt) listeners.answered();
      return body;
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (attempt >= PAUSES.length) throw error instanceof Unreachable ? error : new Unreachable(0);
      listeners.waiting(PAUSES[attempt]);
      await pause(PAUSES[attempt]);
    }
  }
}

export class Unreachable extends Error {
  constructor(status) {
    super(status ? `The service is not ready (${status}).` : "The service does not answer.");
    this.status = status;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const before = hurry;
    const timer = setTimeout(resolve, milliseconds);
    hurry = () => {
      clearTimeout(timer);
      resolve();
      before();
    };
  });
}

// A write, made once: `key` lets the service know a repeated one.
export async function send(method, path, { body, type = "application/json", token, key, etag }) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
  if (type) headers["Content-Type"] = type;
  if (key) headers["Idempotency-Key"] = key;
  if (etag) headers["If-Match"] = etag;
  let response;
  try {
    response = await fetch(path, { method, headers, body: type ? JSON.stringify(body) : body });
  } catch {
    throw new Unreachable(0);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, answer);
  forget();
  return answer;
}

// A record together with its ETag, as it stands now.
export async function getForWriting(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-cache" });
  const record = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, record);
  return { record, etag: response.headers.get("ETag") };
}
