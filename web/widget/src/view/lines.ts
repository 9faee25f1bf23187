/** From the message log to what is drawn: time marks, who speaks, which buttons still count. Pure. */
import { type Card, readCard } from "@youban/shared/cards";
import { dayAndTime, timeOfDay } from "@youban/shared/clock";
import type { Line, PendingStatus } from "@youban/shared/log";
import type { AttachmentInfo, Button, Sender } from "@youban/shared/wire";

export interface Bubble {
  kind: "bubble";
  key: string;
  /** The number of a stored message. */
  seq: number | null;
  sender: Sender;
  text: string;
  card: Card | null;
  buttons: Button[];
  attachments: AttachmentInfo[];
  /** The first of a row of messages of one speaker carries the picture. */
  first: boolean;
  /** Buttons of answered questions step back, they still work. */
  answered: boolean;
  status: PendingStatus | null;
  error: string | null;
  clientId: string | null;
  /** The last of the customer's messages that the person who serves has read. */
  read: boolean;
}

export interface Mark {
  kind: "mark";
  key: string;
  text: string;
}

export type Item = Bubble | Mark;

const PAUSE_MS = 5 * 60_000;

/** `readTo`: how far the person who serves has read. */
export function itemsOf(lines: readonly Line[], now: Date, readTo = 0): Item[] {
  const items: Item[] = [];
  const lastOwn = lines.reduce((place, line, i) => (senderOf(line) === "customer" ? i : place), -1);
  const lastRead = lines.reduce((place, line, i) => (line.message?.sender === "customer" && line.message.seq <= readTo ? i : place), -1);
  let before: { at: number; sender: Sender } | null = null;
  lines.forEach((line, place) => {
    const source = line.message ?? line.pending;
    const sender = senderOf(line);
    const at = new Date(source.at).getTime();
    const paused = before === null || at - before.at > PAUSE_MS;
    if (paused && !Number.isNaN(at)) {
      const old = now.getTime() - at > 12 * 3_600_000;
      items.push({ kind: "mark", key: `t${line.key}`, text: old ? dayAndTime(source.at, now) : timeOfDay(source.at) });
    }
    items.push(bubbleOf(line, sender, paused || before?.sender !== sender, place < lastOwn, place === lastRead));
    before = { at, sender };
  });
  return items;
}

function senderOf(line: Line): Sender {
  return line.message ? line.message.sender : "customer";
}

function bubbleOf(line: Line, sender: Sender, first: boolean, answered: boolean, read: boolean): Bubble {
  const card = line.message ? readCard(line.message.card) : null;
  const inCard = new Set(card?.type === "records" ? card.items.map((item) => item.payload) : []);
  return {
    kind: "bubble",
    key: line.key,
    seq: line.message?.seq ?? null,
    sender,
    text: textOf(line, card),
    card,
    buttons: (line.message?.buttons ?? []).filter((button) => !inCard.has(button.payload)),
    attachments: (line.message ?? line.pending).attachments ?? [],
    first,
    answered,
    status: line.pending?.status ?? null,
    error: line.pending?.error ?? null,
    clientId: line.pending?.client_id ?? null,
    read,
  };
}

/** An article's message says its summary and steps in words for channels without cards; the card says them better. */
function textOf(line: Line, card: Card | null): string {
  const text = (line.message ?? line.pending).text;
  // The same for stations: the lines that list them stand in the card.
  if (card?.type === "stations") return text.split("\n").filter((line) => !line.startsWith("· ")).join("\n");
  return card?.type === "article" && card.summary && text.startsWith(card.summary) ? "" : text;
}

/** What a press on a record says: the title of the button that carries the same payload, so that it counts as one. */
export function titleFor(payload: string, buttons: readonly Button[] | null | undefined, otherwise: string): string {
  return buttons?.find((button) => button.payload === payload)?.title ?? otherwise;
}
