/** Sends what the outbox holds, one after the other, until it is empty; waits and tries again when the network fails. */
import { Backoff } from "@youban/shared/backoff";
import type { CustomerApi } from "@youban/shared/customer";
import { ApiError } from "@youban/shared/http";
import type { Pending } from "@youban/shared/log";
import type { MessageAnswer } from "@youban/shared/wire";
import type { Outbox } from "./outbox";

export interface SenderEvents {
  onSending(pending: Pending): void;
  onSent(pending: Pending, answer: MessageAnswer): void;
  /** The service refused it for good; the customer decides. */
  onRefused(pending: Pending): void;
  /** It will be tried again by itself. */
  onWaiting(pending: Pending): void;
  /** The session is over; a new one must be opened before the next attempt. */
  onUnauthorised(): void;
}

const OTHER_TAB_MS = 1500;

export class Sender {
  private busy = false;
  private again = false;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private stopped = false;
  private readonly backoff = new Backoff(1000, 20_000);

  constructor(
    private readonly api: CustomerApi,
    private readonly outbox: Outbox,
    private readonly lockName: string,
    private readonly ready: () => boolean,
    private readonly events: SenderEvents,
  ) {}

  /** Send now what can be sent; returns at once when that is happening already. */
  async flush(): Promise<void> {
    if (this.stopped) return;
    // What is written in the instant between the last look and the end must not lie there until something else comes.
    this.again = this.busy;
    if (this.busy) return;
    this.busy = true;
    if (this.retry) clearTimeout(this.retry);
    this.retry = null;
    try {
      const mine = await withLock(this.lockName, () => this.drain());
      if (!mine && this.outbox.head()) this.later(OTHER_TAB_MS);
    } finally {
      this.busy = false;
    }
    if (this.again) await this.flush();
  }

  stop(): void {
    this.stopped = true;
    if (this.retry) clearTimeout(this.retry);
  }

  private async drain(): Promise<void> {
    for (let head = this.outbox.head(); head && !this.stopped && this.ready(); head = this.outbox.head()) {
      const pending: Pending = { ...head, status: "sending", error: undefined };
      this.events.onSending(pending);
      try {
        const answer = await this.api.send(requestOf(pending));
        this.backoff.reset();
        this.outbox.remove(pending.client_id);
        if (!this.stopped) this.events.onSent(pending, answer);
      } catch (error) {
        if (this.stopped) return;
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) {
          this.events.onWaiting({ ...pending, status: "waiting" });
          this.events.onUnauthorised();
          return;
        }
        if (error.transient) {
          const waiting: Pending = { ...pending, status: "waiting", error: error.message };
          this.outbox.put(waiting);
          this.events.onWaiting(waiting);
          this.later((error.retryAfterSeconds ?? 0) * 1000 || this.backoff.next());
          return;
        }
        const refused: Pending = { ...pending, status: "failed", error: error.message };
        this.outbox.put(refused);
        this.events.onRefused(refused);
      }
    }
  }

  private later(ms: number): void {
    if (this.stopped) return;
    if (this.retry) clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.flush(), ms);
  }
}

function requestOf(pending: Pending) {
  return {
    client_id: pending.client_id,
    text: pending.text,
    ...(pending.payload ? { payload: pending.payload } : {}),
    ...(pending.attachments?.length ? { attachments: pending.attachments.map((a) => ({ id: a.id })) } : {}),
    ...(pending.context && Object.keys(pending.context).length ? { context: pending.context } : {}),
  };
}

/** Run `work` unless another tab does the same; where browsers have no locks the service's deduplication suffices. */
async function withLock(name: string, work: () => Promise<void>): Promise<boolean> {
  if (typeof navigator === "undefined" || !navigator.locks) {
    await work();
    return true;
  }
  return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await work();
    return true;
  });
}
