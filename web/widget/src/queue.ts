/** Where a waiting customer stands, and how he is told. */
import { readCard } from "@youban/shared/cards";
import { dayAndTime } from "@youban/shared/clock";
import type { Message, QueueState } from "@youban/shared/wire";

export interface QueuePlace {
  place: number;
  estimateMinutes: number | null;
  /** Nobody can answer before `opensAt` (null: nobody knows). */
  closed?: boolean;
  opensAt?: string | null;
}

export function placeOf(state: QueueState): QueuePlace {
  return { place: state.place, estimateMinutes: state.estimate_minutes ?? null, closed: state.closed === true, opensAt: state.opens_at ?? null };
}

/** The place that the newest of these messages tells, if one does. */
export function placeIn(messages: Message[]): QueuePlace | null {
  for (const message of [...messages].reverse()) {
    const card = readCard(message.card);
    if (card?.type === "queue") return { place: card.place, estimateMinutes: card.estimateMinutes, closed: card.closed, opensAt: card.opensAt };
  }
  return null;
}

/** The place in words; nothing is promised that the service did not say. */
export function queueWords(queue: QueuePlace | null, now = new Date()): string {
  if (!queue) return "正在排队等待人工客服";
  if (queue.closed) {
    const when = queue.opensAt ? `${dayAndTime(queue.opensAt, now)} 上班` : "上班时间还没有定下来";
    return `人工客服已下班，${when}。您排在第 ${queue.place} 位`;
  }
  const time = queue.estimateMinutes === null ? "" : `，预计 ${queue.estimateMinutes} 分钟左右`;
  return `您排在第 ${queue.place} 位${time}`;
}
