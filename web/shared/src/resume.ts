/** Fetching what is missing: the socket is a hint, this is the truth. */
import type { MessageLog } from "./log";
import type { History, Message } from "./wire";

export interface Resumed {
  fresh: Message[];
  state: History["state"];
}

/** Fetch everything after the log's cursor, page by page, and merge it. */
export async function resume(log: MessageLog, fetchAfter: (seq: number) => Promise<History>): Promise<Resumed> {
  const fresh: Message[] = [];
  let after = log.cursor;
  for (;;) {
    const page = await fetchAfter(after);
    fresh.push(...log.merge(page.messages));
    const last = page.messages.reduce((seq, message) => Math.max(seq, message.seq), after);
    log.settle(last);
    if (!page.more || last === after) return { fresh, state: page.state };
    after = last;
  }
}
