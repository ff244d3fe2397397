// The address of the page is its whole state: what is shown can be linked to, gone back to, and cited.

export const parameters = () => new URLSearchParams(location.search);
export const parameter = (name) => parameters().get(name) || null;

// `changes` are parameters to set; null takes one away. A new entry in the history unless `replace`.
export function setParameters(changes, { replace = false } = {}) {
  const query = parameters();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const next = query.size ? `${location.pathname}?${query}` : location.pathname;
  if (next === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", next);
  else history.pushState(null, "", next);
}

// The address of another page about the same date and the same state of the record.
export function pageAddress(path, more = {}) {
  const query = new URLSearchParams();
  const known = parameter("known_at");
  for (const [name, value] of Object.entries({ ...more, ...(known ? { known_at: known } : {}) })) {
    if (value !== null && value !== undefined && value !== "") query.set(name, value);
  }
  return query.size ? `${path}?${query}` : path;
}
