/** The Markdown of articles as nodes: headings, paragraphs, lists, quotes, tables, bold, code, links. Nothing else. */
import { h } from "./dom";

/** Blocks of an article's body. */
export function markdown(source: string): DocumentFragment {
  const found = document.createDocumentFragment();
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (!line.trim()) {
      at += 1;
      continue;
    }
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading) {
      found.append(block(heading[1]!.length <= 2 ? "h4" : "h5", heading[2]!));
      at += 1;
    } else if (/^\s*([-*+]|\d+[.、)])\s+/.test(line)) {
      at = list(lines, at, found);
    } else if (/^\s*>/.test(line)) {
      const quoted = take(lines, at, (l) => /^\s*>/.test(l));
      found.append(h("blockquote", {}, markdown(quoted.map((l) => l.replace(/^\s*>\s?/, "")).join("\n"))));
      at += quoted.length;
    } else if (/^\s*\|/.test(line) && /^[\s|:-]+$/.test(lines[at + 1] ?? "")) {
      at = table(lines, at, found);
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      found.append(h("hr"));
      at += 1;
    } else {
      const text = take(lines, at, (l) => !!l.trim() && !/^(#{1,6}\s|\s*>|\s*\||\s*([-*+]|\d+[.、)])\s+)/.test(l));
      // A line that only looks like the start of a block still has to be consumed.
      const taken = text.length ? text : [line];
      found.append(block("p", taken.map((l) => l.trim()).join("\n")));
      at += taken.length;
    }
  }
  return found;
}

function take(lines: string[], from: number, while_: (line: string) => boolean): string[] {
  const end = lines.slice(from).findIndex((line) => !while_(line));
  return lines.slice(from, end < 0 ? undefined : from + end);
}

function block(tag: "p" | "h4" | "h5" | "td" | "th", text: string): HTMLElement {
  return h(tag, {}, inline(text));
}

function list(lines: string[], from: number, into: DocumentFragment): number {
  const ordered = /^\s*\d/.test(lines[from]!);
  const element = ordered ? h("ol") : h("ul");
  let at = from;
  for (; at < lines.length; at += 1) {
    const item = /^\s*([-*+]|\d+[.、)])\s+(.*)$/.exec(lines[at]!);
    if (item && /^\d/.test(item[1]!) === ordered) element.append(h("li", {}, inline(item[2]!)));
    else if (!item && /^\s{2,}\S/.test(lines[at]!) && element.lastElementChild) {
      element.lastElementChild.append(" ", inline(lines[at]!.trim()));
    } else break;
  }
  into.append(element);
  return at;
}

function table(lines: string[], from: number, into: DocumentFragment): number {
  const rows = take(lines, from, (line) => /^\s*\|/.test(line));
  const cells = (line: string) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const head = h("tr", {}, ...cells(rows[0]!).map((cell) => block("th", cell)));
  const body = rows.slice(2).map((row) => h("tr", {}, ...cells(row).map((cell) => block("td", cell))));
  into.append(h("div", { class: "table" }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...body))));
  return from + rows.length;
}

const INLINE = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[\w\-.~:/?#@!$&'()*+,;=%]+[\w\-~/#=&])|\n/g;

/** Inline marks of one line; anything else stays text. */
export function inline(text: string): DocumentFragment {
  const found = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    found.append(text.slice(from, match.index));
    if (match[1]) found.append(h("strong", {}, match[1]));
    else if (match[2]) found.append(h("code", {}, match[2]));
    else if (match[4]) found.append(link(match[4], match[3]!));
    else if (match[5]) found.append(link(match[5], match[5]));
    else found.append(h("br"));
    from = match.index + match[0].length;
  }
  found.append(text.slice(from));
  return found;
}

/** Plain text as people write it: only web addresses become links. */
export function plain(text: string): DocumentFragment {
  const found = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[\w\-.~:/?#@!$&'()*+,;=%]+[\w\-~/#=&]/g)) {
    found.append(text.slice(from, match.index), link(match[0], match[0]));
    from = match.index + match[0].length;
  }
  found.append(text.slice(from));
  return found;
}

function link(address: string, text: string): HTMLElement {
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}
