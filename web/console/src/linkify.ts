/** A message's words in pieces: plain, links that may be opened, and what is being searched for. */

export interface Piece {
  text: string;
  href?: string;
  found?: boolean;
}

// Letters of addresses only: Chinese punctuation and characters end a link.
const LINK = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/gi;
const TRAILING = /[.,;:!?)\]'"]+$/;

export function pieces(text: string, find = ""): Piece[] {
  const made: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TRAILING, "");
    if (!hostOf(address)) continue;
    made.push(...marked(text.slice(at, match.index), find));
    made.push({ text: address, href: address });
    at = match.index + address.length;
  }
  made.push(...marked(text.slice(at), find));
  return made;
}

function marked(text: string, find: string): Piece[] {
  if (!text) return [];
  if (!find) return [{ text }];
  const made: Piece[] = [];
  const [low, wanted] = [text.toLowerCase(), find.toLowerCase()];
  let at = 0;
  for (let place = low.indexOf(wanted); place >= 0; place = low.indexOf(wanted, at)) {
    if (place > at) made.push({ text: text.slice(at, place) });
    made.push({ text: text.slice(place, place + wanted.length), found: true });
    at = place + wanted.length;
  }
  if (at < text.length) made.push({ text: text.slice(at) });
  return made;
}

/** Where a link leads, as the browser reads it; null for what is no address, or one that hides its host. */
export function hostOf(address: string): string | null {
  try {
    const url = new URL(address);
    return (url.protocol === "http:" || url.protocol === "https:") && !url.username && !url.password ? url.host : null;
  } catch {
    return null;
  }
}
