/** How far the customer has read in this browser, and how many words he has not seen. */
import type { Message } from "@youban/shared/wire";
import type { Chat } from "./chat";
import type { Keep } from "./storage";

export class ReadMark {
  /** Words of the others that were not shown yet. */
  count = 0;

  constructor(
    private readonly keep: Keep,
    private readonly onCount: (count: number) => void,
  ) {}

  /** New words came; returns those that were not seen before. `shown`: they are on the screen now. */
  news(chat: Chat, messages: readonly Message[], shown: boolean): Message[] {
    // Where this browser has no mark yet, the history that comes first was read elsewhere.
    const mark = this.keep.read<number>(this.key(chat)) ?? (chat.phase === "opening" ? chat.log.highest : 0);
    const unseen = messages.filter((m) => m.seq > mark && m.sender !== "system");
    if (shown) this.seen(chat);
    else this.set(this.count + unseen.length);
    return unseen;
  }

  /** Everything is on the screen. */
  seen(chat: Chat): void {
    if (this.keep.read<number>(this.key(chat)) !== chat.log.highest) chat.tellRead();
    this.keep.write(this.key(chat), chat.log.highest);
    this.set(0);
  }

  set(count: number): void {
    if (this.count === count) return;
    this.count = count;
    this.onCount(count);
  }

  private key(chat: Chat): string {
    return `${chat.session.identity}:read`;
  }
}
