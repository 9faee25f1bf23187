/** Where a waiting customer stands. */
import { readCard } from "@youban/shared/cards";
import type { Message } from "@youban/shared/wire";

export interface QueuePlace {
  place: number;
  estimateMinutes: number | null;
}

/** The place that the newest of these messages tells, if one does. */
export function placeIn(messages: Message[]): QueuePlace | null {
  for (const message of [...messages].reverse()) {
    const card = readCard(message.card);
    if (card?.type === "queue") return { place: card.place, estimateMinutes: card.estimateMinutes };
  }
  return null;
}
