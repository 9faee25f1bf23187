/** Whether what was sent to a ticket is there although no answer came: sent again, it would stand there twice. */
import { ApiError, wordsOf } from "@youban/shared/http";
import type { TicketDetail } from "@youban/shared/wire";

/** What each of these leaves in the ticket. Other actions change its state: the service refuses them a second time. */
const EVENTS: Record<string, string> = { ask: "asked", answer: "answered", note: "note", pass: "passed", photo: "photo" };

interface Try {
  /** How many of these this person had sent before the first try. */
  before: number;
  said: string;
}

export interface Sending {
  ticket: TicketDetail | null;
  number: string;
  kind: string;
  said: string;
  /** The person who sends, by user name. */
  by: string;
  look: () => Promise<TicketDetail>;
}

/** Tries of which nobody knows yet whether they arrived. */
const tries = new Map<string, Try>();

/** Carry out once: after no answer, and before another try, it is looked whether the first one arrived. */
export async function once(sending: Sending, work: () => Promise<TicketDetail>): Promise<TicketDetail> {
  const event = EVENTS[sending.kind];
  if (!event) return work();
  const of = (ticket: TicketDetail) => ticket.events.filter((e) => e.kind === event && e.actor === sending.by).length;
  const key = `${sending.by}:${sending.number}:${sending.kind}`;
  const looked = async (earlier: Try): Promise<TicketDetail | null> => {
    const found = await sending.look();
    tries.delete(key);
    if (of(found) <= earlier.before) return null;
    if (earlier.said === sending.said) return found;
    throw new ApiError(409, "arrived", "上一次写的其实已经送到了，请核对工单后再决定要不要发这一条");
  };
  const earlier = tries.get(key);
  if (earlier) {
    let found: TicketDetail | null;
    try {
      found = await looked(earlier);
    } catch (error) {
      throw unknown(error);
    }
    if (found) return found;
  }
  const first: Try = { before: of(sending.ticket ?? (await sending.look())), said: sending.said };
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && !error.transient) throw error;
    tries.set(key, first);
    let found: TicketDetail | null;
    try {
      found = await looked(first);
    } catch (failed) {
      throw unknown(failed);
    }
    if (found) return found;
    throw error;
  }
}

function unknown(error: unknown): unknown {
  if (error instanceof ApiError && !error.transient) return error;
  return new ApiError(0, "unknown", `${wordsOf(error)}。还不知道上一次有没有送到，再点一次会先核对，不会重复发送`);
}
