/** Who is about to speak: the agent who types, the assistant whose answer is awaited. */
import type { Timers } from "./timers";

const TYPING_SHOWN_MS = 5000;
const TYPING_SENT_EVERY_MS = 3000;
/** A reply that is later than this comes without the three dots. */
const REPLY_AWAITED_MS = 30_000;

export class Presence {
  agentTyping = false;
  awaitingReply = false;
  /** How far the person who serves has read. */
  readTo = 0;
  private typingSentAt = 0;

  constructor(
    private readonly timers: Timers,
    private readonly onChange: () => void,
  ) {}

  agentTypes(): void {
    this.agentTyping = true;
    this.timers.later("typing", TYPING_SHOWN_MS, () => {
      this.agentTyping = false;
      this.onChange();
    });
    this.onChange();
  }

  agentReads(seq: number): void {
    if (seq <= this.readTo) return;
    this.readTo = seq;
    this.onChange();
  }

  agentSpoke(): void {
    this.agentTyping = false;
  }

  /** A message is on its way; `awaited`: the assistant will answer it. */
  sending(awaited: boolean): void {
    this.awaitingReply = awaited;
    if (awaited) this.timers.later("reply", REPLY_AWAITED_MS, () => this.replied());
  }

  notSending(): void {
    this.awaitingReply = false;
  }

  replied(): void {
    this.awaitingReply = false;
    this.timers.cancel("reply");
    this.onChange();
  }

  /** Tell the other side that the customer types, not oftener than it matters. */
  typing(tell: () => boolean): void {
    if (Date.now() - this.typingSentAt < TYPING_SENT_EVERY_MS) return;
    if (tell()) this.typingSentAt = Date.now();
  }
}
