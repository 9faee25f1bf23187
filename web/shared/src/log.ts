/** The messages of one conversation as a client keeps them: merged by `seq`, own ones recognised by `client_id`. */
import type { AttachmentInfo, Message, Sender } from "./wire";

/** `waiting`: for the network or for its turn; `sending`: on its way; `failed`: the service refused it. */
export type PendingStatus = "waiting" | "sending" | "failed";

/** An own message that the service has not numbered yet. */
export interface Pending {
  client_id: string;
  text: string;
  at: string;
  status: PendingStatus;
  payload?: string;
  attachments?: AttachmentInfo[];
  context?: Record<string, unknown>;
  error?: string;
}

/** A line of the conversation: `key` stays the same when a pending message becomes a stored one. */
export type Line = { key: string; message: Message; pending: null } | { key: string; message: null; pending: Pending };

export class MessageLog {
  private readonly bySeq = new Map<number, Message>();
  private readonly own = new Set<string>();
  private sorted: Message[] | null = null;
  private waiting: Pending[] = [];
  private settledTo = 0;
  private top = 0;

  /** `sender` is who the pending messages are from: "customer" in the widget, "agent" in the console. */
  constructor(private readonly sender: Sender) {}

  /** Add messages from any source, in any order, as often as they come. Returns those that were not known. */
  merge(messages: readonly Message[]): Message[] {
    const fresh: Message[] = [];
    for (const message of messages) {
      const known = this.bySeq.get(message.seq);
      // An acknowledged message is kept under its number before its stored form arrives; that one replaces it.
      if (!known) fresh.push(message);
      this.bySeq.set(message.seq, message);
      this.sorted = null;
      this.top = Math.max(this.top, message.seq);
      if (message.client_id) {
        this.own.add(message.client_id);
        this.waiting = this.waiting.filter((p) => p.client_id !== message.client_id);
      }
    }
    this.settle(this.settledTo);
    return fresh;
  }

  /** Everything up to `seq` has been fetched: numbers missing below it do not exist for this reader. */
  settle(seq: number): void {
    this.settledTo = Math.max(this.settledTo, seq);
    while (this.bySeq.has(this.settledTo + 1)) this.settledTo += 1;
  }

  /**
   * The number to fetch after: the end of the unbroken run. Not the highest number seen: replies that overtake a
   * lost hint would hide the message before them.
   */
  get cursor(): number {
    return this.settledTo;
  }

  get highest(): number {
    return this.top;
  }

  /** Whether a number below the highest one is missing. */
  get hasGap(): boolean {
    return this.top > this.settledTo;
  }

  /** Show an own message before the service has it. The same `client_id` again replaces it. */
  add(pending: Pending): void {
    if (this.own.has(pending.client_id)) return;
    const place = this.waiting.findIndex((p) => p.client_id === pending.client_id);
    if (place >= 0) this.waiting[place] = pending;
    else this.waiting.push(pending);
  }

  /** The service stored the pending message under `seq`. */
  acknowledge(clientId: string, seq: number): void {
    const pending = this.waiting.find((p) => p.client_id === clientId);
    this.waiting = this.waiting.filter((p) => p.client_id !== clientId);
    this.own.add(clientId);
    if (!pending || this.bySeq.has(seq)) return;
    this.merge([
      {
        seq,
        sender: this.sender,
        text: pending.text,
        at: pending.at,
        client_id: clientId,
        attachments: pending.attachments ?? null,
      },
    ]);
  }

  /** Replace all pending messages, as another tab of the same conversation left them. */
  setPending(pendings: readonly Pending[]): void {
    this.waiting = pendings.filter((p) => !this.own.has(p.client_id));
  }

  drop(clientId: string): void {
    this.waiting = this.waiting.filter((p) => p.client_id !== clientId);
  }

  get pending(): readonly Pending[] {
    return this.waiting;
  }

  /** Whether the service has this own message. */
  stored(clientId: string): boolean {
    return this.own.has(clientId);
  }

  /** In the order of their numbers; a copy would cost each drawing of a long conversation. */
  get messages(): readonly Message[] {
    this.sorted ??= [...this.bySeq.values()].sort((a, b) => a.seq - b.seq);
    return this.sorted;
  }

  /** All lines in order: stored ones by number, then what is still on its way. */
  lines(): Line[] {
    const stored: Line[] = this.messages.map((message) => ({
      key: message.client_id || `#${message.seq}`,
      message,
      pending: null,
    }));
    return [...stored, ...this.waiting.map((pending): Line => ({ key: pending.client_id, message: null, pending }))];
  }
}
