/** The conversation as the page sees it: session, messages, sending, socket, queue place. Knows nothing of the DOM tree. */
import { Backoff } from "@youban/shared/backoff";
import { CustomerApi } from "@youban/shared/customer";
import { ApiError, Http } from "@youban/shared/http";
import { newId } from "@youban/shared/ids";
import { MessageLog, type Pending } from "@youban/shared/log";
import { resume } from "@youban/shared/resume";
import { LiveSocket, type SocketState, socketUrl } from "@youban/shared/socket";
import type { AttachmentInfo, ConversationState, CustomerFrame, Message, MessageAnswer } from "@youban/shared/wire";
import { Outbox } from "./outbox";
import { placeIn, type QueuePlace } from "./queue";
import { Sender } from "./sender";
import { Session } from "./session";
import type { Keep } from "./storage";

/** `offline`: tried and will try again; `expired`: the app must identify its user anew. */
export type Phase = "idle" | "opening" | "ready" | "offline" | "expired";

export interface ChatOptions {
  /** Origin of the service. */
  base: string;
  keep: Keep;
  customerToken: string | null;
  /** Nothing is sent yet: the app is still finding out who its user is. */
  held?: boolean;
  onChange: () => void;
  /** New words of the assistant or a person. */
  onNews: (messages: Message[]) => void;
  onTicket: (number: string) => void;
  createSocket?: (url: string) => WebSocket;
  fetch?: typeof fetch;
}

const TYPING_SHOWN_MS = 5000;
const TYPING_SENT_EVERY_MS = 3000;
/** A reply that is later than this comes without the three dots. */
const REPLY_AWAITED_MS = 30_000;

export class Chat {
  readonly log = new MessageLog("customer");
  phase: Phase = "idle";
  owner: ConversationState = "bot";
  queue: QueuePlace | null = null;
  line: SocketState = "idle";
  agentTyping = false;
  awaitingReply = false;

  readonly session: Session;
  private readonly api: CustomerApi;
  private readonly outbox: Outbox;
  private readonly sender: Sender;
  private readonly socket: LiveSocket;
  private readonly backoff = new Backoff(1000, 20_000);
  private context: Record<string, unknown> = {};
  private stopWatching: () => void;
  private timers = new Map<string, ReturnType<typeof setTimeout>>();
  private typingSentAt = 0;
  private resuming: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly options: ChatOptions) {
    const { base, keep } = options;
    this.session = new Session(keep, options.customerToken);
    this.api = new CustomerApi(new Http({ base, token: () => this.session.token, fetch: options.fetch }));
    this.outbox = new Outbox(keep, this.session.identity);
    this.sender = new Sender(this.api, this.outbox, `youban:${this.session.identity}`, () => this.phase === "ready", {
      onSending: (pending) => this.sending(pending),
      onSent: (pending, answer) => this.sent(pending, answer),
      onRefused: (pending) => this.shown(pending),
      onWaiting: (pending) => this.shown(pending),
      onUnauthorised: () => this.reopen(),
    });
    this.socket = new LiveSocket({
      url: socketUrl(base, "/api/v1/widget/socket"),
      hello: () => (this.session.token ? { type: "auth", token: this.session.token, after_seq: this.log.cursor } : null),
      onFrame: (frame) => this.heard(frame as unknown as CustomerFrame),
      onState: (state) => this.lineChanged(state),
      create: options.createSocket,
    });
    this.stopWatching = this.outbox.watch(() => {
      this.log.setPending(this.outbox.list());
      options.onChange();
      void this.sender.flush();
    });
    this.log.setPending(this.outbox.list().map((p) => (p.status === "sending" ? { ...p, status: "waiting" } : p)));
  }

  /** Whether this browser has talked here before, or still has something to send. */
  get worthResuming(): boolean {
    return this.session.token !== null || this.outbox.list().length > 0;
  }

  start(): void {
    if (this.phase === "idle" && !this.options.held) void this.open();
  }

  /** Take over what was written before it was known who writes. */
  adopt(pendings: readonly Pending[]): void {
    for (const pending of pendings) {
      this.outbox.put(pending);
      this.shown(pending);
    }
    if (pendings.length) this.start();
  }

  stop(): void {
    this.stopped = true;
    this.sender.stop();
    this.socket.stop();
    this.stopWatching();
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  setContext(context: Record<string, unknown>): void {
    this.context = { ...this.context, ...context };
  }

  /** Show the message at once and send it; it is kept until the service has it. */
  send(text: string, more: { payload?: string; attachments?: AttachmentInfo[] } = {}): void {
    const pending: Pending = {
      client_id: newId(),
      text,
      at: new Date().toISOString(),
      status: "waiting",
      ...more,
      ...(Object.keys(this.context).length ? { context: this.context } : {}),
    };
    this.outbox.put(pending);
    this.shown(pending);
    this.start();
    void this.sender.flush();
  }

  retry(clientId: string): void {
    const pending = this.outbox.list().find((p) => p.client_id === clientId);
    if (!pending) return;
    this.outbox.put({ ...pending, status: "waiting", error: undefined });
    this.shown({ ...pending, status: "waiting", error: undefined });
    void this.sender.flush();
  }

  discard(clientId: string): void {
    this.outbox.remove(clientId);
    this.log.drop(clientId);
    this.options.onChange();
  }

  async upload(file: Blob, name: string): Promise<AttachmentInfo> {
    if (this.phase !== "ready") throw new ApiError(0, "network", "网络连接不上，图片暂时不能上传，请稍后重试");
    const stored = await this.api.upload(file, name);
    return { id: stored.id, media_type: stored.media_type };
  }

  /** Tell a person on the other side that the customer is writing. */
  typing(): void {
    if (this.owner !== "human" && this.owner !== "queued") return;
    if (Date.now() - this.typingSentAt < TYPING_SENT_EVERY_MS) return;
    if (this.socket.send({ type: "typing" })) this.typingSentAt = Date.now();
  }

  private async open(): Promise<void> {
    if (this.stopped || this.phase === "opening") return;
    this.enter("opening");
    try {
      await this.session.open(this.api);
      if (this.stopped) return;
      await this.catchUp();
      if (this.stopped) return;
      this.backoff.reset();
      this.enter("ready");
      this.socket.restart();
      void this.sender.flush();
    } catch (error) {
      if (this.stopped) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) {
        this.enter("expired");
        return;
      }
      this.enter("offline");
      this.later("open", error.retryAfterSeconds ? error.retryAfterSeconds * 1000 : this.backoff.next(), () => void this.open());
    }
  }

  /** The session is over: a new one, after a moment, so that a service that refuses everybody is not hammered. */
  private reopen(): void {
    this.enter("offline");
    this.later("open", this.backoff.next(), () => void this.open());
  }

  /** Fetch what is missing; several callers at once share one fetch. */
  private catchUp(): Promise<void> {
    this.resuming ??= resume(this.log, (seq) => this.api.history(seq))
      .then((found) => this.took(found.fresh, found.state))
      .finally(() => {
        this.resuming = null;
      });
    return this.resuming;
  }

  private catchUpLater(): void {
    this.catchUp().catch(() => this.later("resume", this.backoff.next(), () => this.catchUpLater()));
  }

  private heard(frame: CustomerFrame): void {
    if (frame.type === "messages") {
      this.took(this.log.merge(frame.messages ?? []), frame.state);
      if (this.log.hasGap) this.catchUpLater();
    } else if (frame.type === "queue") {
      this.queue = { place: frame.place, estimateMinutes: frame.estimate_minutes ?? null };
      this.options.onChange();
    } else if (frame.type === "typing") {
      this.agentTyping = true;
      this.later("typing", TYPING_SHOWN_MS, () => {
        this.agentTyping = false;
        this.options.onChange();
      });
      this.options.onChange();
    } else if (frame.type === "ticket") {
      this.options.onTicket(frame.number);
      this.catchUpLater();
    }
  }

  private sending(pending: Pending): void {
    this.log.add(pending);
    this.awaitingReply = this.owner === "bot" || this.owner === "closed";
    if (this.awaitingReply) this.later("reply", REPLY_AWAITED_MS, () => this.replied());
    this.options.onChange();
  }

  private sent(pending: Pending, answer: MessageAnswer): void {
    this.log.acknowledge(pending.client_id, answer.ack.seq);
    this.took(this.log.merge(answer.messages), answer.state);
    if (this.log.hasGap) this.catchUpLater();
  }

  private shown(pending: Pending): void {
    if (pending.status !== "sending") this.awaitingReply = false;
    this.log.add(pending);
    this.options.onChange();
  }

  /** New messages and the state they came with. */
  private took(fresh: Message[], state: ConversationState): void {
    this.owner = state;
    const others = fresh.filter((m) => m.sender !== "customer");
    if (others.length || state === "human") this.replied();
    if (others.some((m) => m.sender === "agent")) this.agentTyping = false;
    this.queue = state === "queued" ? (this.queue ?? placeIn(others)) : null;
    for (const message of fresh) if (message.client_id) this.outbox.remove(message.client_id);
    if (others.length) this.options.onNews(others);
    this.options.onChange();
  }

  private replied(): void {
    this.awaitingReply = false;
    this.cancel("reply");
    this.options.onChange();
  }

  private lineChanged(state: SocketState): void {
    this.line = state;
    if (state === "refused" && this.phase === "ready") this.reopen();
    this.options.onChange();
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.options.onChange();
  }

  private later(name: string, ms: number, work: () => void): void {
    this.cancel(name);
    this.timers.set(
      name,
      setTimeout(() => {
        this.timers.delete(name);
        if (!this.stopped) work();
      }, ms),
    );
  }

  private cancel(name: string): void {
    const timer = this.timers.get(name);
    if (timer) clearTimeout(timer);
    this.timers.delete(name);
  }
}
