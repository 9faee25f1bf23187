/** The conversation as the page sees it: session, messages, sending, socket, queue place. Knows nothing of the DOM tree. */
import { Backoff } from "@youban/shared/backoff";
import { hearServer } from "@youban/shared/clock";
import { CustomerApi } from "@youban/shared/customer";
import { ApiError, Http } from "@youban/shared/http";
import { newId } from "@youban/shared/ids";
import { MessageLog, type Pending } from "@youban/shared/log";
import { LiveSocket, type SocketState, socketUrl } from "@youban/shared/socket";
import type { AttachmentInfo, ConversationState, CustomerFrame, Home, Message, MessageAnswer, SessionAnswer } from "@youban/shared/wire";
import { Context } from "./context";
import { FirstPage } from "./first";
import type { ChatOptions, Phase } from "./options";
import { Outbox } from "./outbox";
import { Presence } from "./presence";
import { Reader } from "./reader";
import { placeIn, placeOf, type QueuePlace } from "./queue";
import { Sender } from "./sender";
import { Session } from "./session";
import { Tabs } from "./tabs";
import { Timers } from "./timers";
import { Uploader } from "./upload";

export class Chat {
  readonly log = new MessageLog("customer");
  phase: Phase = "idle";
  owner: ConversationState = "bot";
  queue: QueuePlace | null = null;
  line: SocketState = "idle";
  readonly presence: Presence;

  readonly session: Session;
  readonly api: CustomerApi;
  readonly reader: Reader;
  readonly uploader: Uploader;
  private readonly tabs: Tabs;
  private readonly first: FirstPage;
  readonly context: Context;
  private readonly outbox: Outbox;
  private readonly sender: Sender;
  private readonly socket: LiveSocket;
  private readonly backoff = new Backoff(1000, 20_000);
  private stopWatching: () => void;
  private readonly timers = new Timers();
  private stopped = false;
  /** The other side has yet to hear how far the customer has read. */
  private unsaid = false;

  constructor(private readonly options: ChatOptions) {
    const { base, keep } = options;
    this.presence = new Presence(this.timers, options.onChange);
    this.session = new Session(keep, options.customerToken);
    this.api = new CustomerApi(new Http({ base, token: () => this.session.token, fetch: options.fetch, onDate: hearServer }));
    this.reader = new Reader(this.api, this.log, (found) => this.took(found.fresh, found.state), (seq) => this.presence.agentReads(seq), (queue) => {
      this.queue = queue ? placeOf(queue) : null;
    });
    this.uploader = new Uploader(base, () => (this.phase === "ready" ? this.session.token : null), () => this.reopen());
    this.outbox = new Outbox(keep, this.session.identity);
    this.context = new Context(keep, `${this.session.identity}:diagnosis`);
    this.first = new FirstPage(this.api, (home) => this.homeCame(home));
    this.tabs = new Tabs(this.session.identity, (news) => {
      if (news.type === "read") options.onRead?.(news.seq);
      else if (this.phase === "ready") this.catchUpLater();
    });
    this.sender = new Sender(this.api, this.outbox, `youban:${this.session.identity}`, () => this.phase === "ready", {
      onSending: (pending) => {
        this.presence.sending(this.owner === "bot" || this.owner === "closed");
        this.shown(pending);
      },
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
    for (const part of [this.sender, this.socket, this.timers, this.tabs]) part.stop();
    this.stopWatching();
  }

  /** The first page, once it was asked for and has come. */
  get home(): Home | null {
    return this.first.home;
  }

  /** Whether the customer is to be asked if the device's state may be sent. */
  get asksConsent(): boolean {
    return this.home !== null && this.context.asks;
  }

  /** The customer allows or forbids that version, network and permissions travel along. */
  consent(given: boolean): void {
    this.context.decide(given);
    this.options.onChange();
    this.quietly(this.api.prefer({ diagnosis: given }));
  }

  /** Large type, remembered with the customer wherever he opens the chat. */
  preferElder(elder: boolean): void {
    if (this.phase === "ready") this.quietly(this.api.prefer({ elder }));
  }

  /** Ask for the first page unless it is fresh; it comes when the conversation is open. */
  wantHome(anew = false): void {
    this.first.wanted = true;
    if (anew) this.first.age();
    if (this.phase === "ready") void this.first.fetch();
  }

  /** Everything up to here was shown. */
  tellRead(): void {
    this.tabs.tell({ type: "read", seq: this.log.highest });
    if (!this.socket.send({ type: "read", seq: this.log.highest })) this.unsaid = true;
  }

  /** This session is the guest's from now on; the chat is to be built anew on it. */
  adoptSession(session: SessionAnswer): void {
    this.session.replace(session);
    this.options.onMoved?.();
  }

  /** Show the message at once and send it; it is kept until the service has it. */
  send(text: string, more: { payload?: string; attachments?: AttachmentInfo[]; context?: Record<string, unknown> } = {}): void {
    const context = { ...this.context.told, ...more.context };
    const pending: Pending = {
      client_id: newId(),
      text,
      at: new Date().toISOString(),
      status: "waiting",
      ...(more.payload ? { payload: more.payload } : {}),
      ...(more.attachments ? { attachments: more.attachments } : {}),
      ...(Object.keys(context).length ? { context } : {}),
    };
    this.outbox.put(pending);
    this.shown(pending);
    this.start();
    void this.sender.flush();
  }

  retry(clientId: string): void {
    const pending = this.outbox.list().find((p) => p.client_id === clientId);
    if (!pending) return;
    const again: Pending = { ...pending, status: "waiting", error: undefined };
    this.outbox.put(again);
    this.shown(again);
    void this.sender.flush();
  }

  discard(clientId: string): void {
    this.outbox.remove(clientId);
    this.log.drop(clientId);
    this.options.onChange();
  }

  /** Tell a person on the other side that the customer is writing. */
  typing(): void {
    if (this.owner === "human" || this.owner === "queued") this.presence.typing(() => this.socket.send({ type: "typing" }));
  }

  private async open(): Promise<void> {
    if (this.stopped || this.phase === "opening") return;
    this.enter("opening");
    try {
      await this.session.open(this.api);
      if (this.stopped) return;
      await this.reader.catchUp();
      if (this.stopped) return;
      this.backoff.reset();
      this.enter("ready");
      this.socket.restart();
      if (this.first.wanted) void this.first.fetch();
      void this.sender.flush();
    } catch (error) {
      if (this.stopped) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) {
        this.enter("expired");
        return;
      }
      this.enter("offline");
      this.timers.later("open", error.retryAfterSeconds ? error.retryAfterSeconds * 1000 : this.backoff.next(), () => void this.open());
    }
  }

  /** The session is over: a new one, after a moment, so that a service that refuses everybody is not hammered. */
  private reopen(): void {
    this.enter("offline");
    this.timers.later("open", this.backoff.next(), () => void this.open());
  }

  private catchUpLater(): void {
    this.reader.catchUp().catch(() => this.timers.later("resume", this.backoff.next(), () => this.catchUpLater()));
  }

  private heard(frame: CustomerFrame): void {
    if (frame.type === "messages") {
      this.took(this.log.merge(frame.messages ?? []), frame.state);
      if (this.log.hasGap) this.catchUpLater();
    } else if (frame.type === "queue") {
      this.queue = placeOf(frame);
      this.options.onChange();
    } else if (frame.type === "typing") this.presence.agentTypes();
    else if (frame.type === "read") this.presence.agentReads(frame.seq);
    else if (frame.type === "ticket") {
      this.options.onTicket(frame.number);
      if (this.first.wanted) this.wantHome(true);
      this.catchUpLater();
    }
  }

  private sent(pending: Pending, answer: MessageAnswer): void {
    if (answer.session) {
      this.adoptSession(answer.session);
      return;
    }
    this.tabs.tell({ type: "news" });
    this.log.acknowledge(pending.client_id, answer.ack.seq);
    this.took(this.log.merge(answer.messages), answer.state);
    if (this.log.hasGap) this.catchUpLater();
  }

  private shown(pending: Pending): void {
    if (pending.status !== "sending") this.presence.notSending();
    this.log.add(pending);
    this.options.onChange();
  }

  /** New messages and the state they came with. */
  private took(fresh: Message[], state: ConversationState): void {
    this.owner = state;
    const others = fresh.filter((m) => m.sender !== "customer");
    if (others.length || state === "human") this.presence.replied();
    if (others.some((m) => m.sender === "agent")) this.presence.agentSpoke();
    this.queue = state === "queued" ? (this.queue ?? placeIn(others)) : null;
    for (const message of fresh) if (message.client_id) this.outbox.remove(message.client_id);
    if (others.length) this.options.onNews(others);
    this.options.onChange();
  }

  private lineChanged(state: SocketState): void {
    this.line = state;
    if (state === "open" && this.unsaid) this.unsaid = !this.socket.send({ type: "read", seq: this.log.highest });
    if (state === "refused" && this.phase === "ready") this.reopen();
    this.options.onChange();
  }

  private homeCame(home: Home): void {
    if (this.stopped) return;
    if (typeof home.preferences.diagnosis === "boolean") this.context.decide(home.preferences.diagnosis);
    this.options.onChange();
  }

  /** What is a wish only may fail: it is asked again when it is changed again. */
  private quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
    });
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.options.onChange();
  }
}
