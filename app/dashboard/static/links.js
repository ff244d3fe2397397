// From addresses of the API to the pages that show the same.

import { pageAddress } from "./state.js";

const PAGES = /^\/v1\/(sources|reports|countries|missions)\/([^/?]+)(\?.*)?$/;
const ROWS = /^\/v1\/(?!imports|tokens|proposals|changes\/stream)[a-z-]+([/?]|$)/;

export function page(address) {
  const found = PAGES.exec(address);
  if (found) return pageAddress(`/${found[1]}/${found[2]}`);
  return ROWS.test(address) ? pageAddress("/rows", { of: address }) : address;
}

// The page that shows the rows behind an address of the API.
export const rowsAddress = (path) => pageAddress("/rows", { of: path });
