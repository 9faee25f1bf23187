/** `<youban-chat>`: the widget as a custom element. Everything it draws lives in its shadow root. */
import type { AttachmentInfo } from "@youban/shared/wire";
import { leaveMiniProgram, tellApp } from "./bridge";
import { Chat } from "./chat";
import type { OpenOptions } from "./options";
import { DeskOf } from "./desk";
import { ticketPage } from "./pages/tickets";
import { Pictures } from "./pictures";
import { ReadMark } from "./readmark";
import { identityOf, Keep } from "./storage";
import { attachStyles } from "./styles";
import { Panel } from "./view/panel";
import type { Shot } from "./view/viewer";
import { WORDS } from "./words";

const ELDER = "elder";
/** Until the service has said how much it takes. */
const USUAL_LIMIT_MB = 10;

/**
 * Attributes: `api` (origin of the service; default: the page's own or the script's), `token` (the app's signed
 * token), `await-token` (the app will call `identify`, nothing is sent before), `elder` (large type), `mode="page"`
 * (fills its surroundings), `launcher="off"`, `theme="dark|auto"`, `open`.
 *
 * Events: `youban:open`, `youban:close`, `youban:message`, `youban:unread`, `youban:ticket`, `youban:state`,
 * `youban:token-expired`. They bubble and cross the shadow root; details are plain objects.
 */
export class YoubanChatElement extends HTMLElement {
  static readonly observedAttributes = ["token", "elder", "mode", "open"];
  /** Where the script came from; set once at load. */
  static origin = "";

  private readonly keep = new Keep();
  private readonly panel: Panel;
  private readonly pictures = new Pictures(() => this.talk().api);
  private readonly desk: DeskOf;
  private chat: Chat | null = null;
  private token: string | null = null;
  private identified = false;
  private context: Record<string, unknown> = {};
  private readonly read = new ReadMark(this.keep, (count) => {
    this.emit("unread", { count });
    this.redraw();
  });
  private shown = false;
  private opener: HTMLElement | null = null;
  private scheduled = false;
  private lastState = "";
  private drawnHome: Chat["home"] = null;
  private readonly narrow = window.matchMedia("(max-width: 520px)");

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    this.desk = new DeskOf({
      chat: () => this.talk(),
      base: () => this.base,
      guest: () => this.token === null,
      elder: () => this.hasAttribute(ELDER),
      toggleElder: () => this.toggleElder(),
      panel: () => this.panel,
    });
    this.panel = new Panel({
      open: () => this.open(),
      close: () => this.close(),
      toggleElder: () => this.toggleElder(),
      send: (text, attachments) => this.talk().send(text, attachments.length ? { attachments } : {}),
      say: (text, payload) => this.talk().send(text, payload ? { payload } : {}),
      keep: this.keep,
      upload: (file, name, onProgress, signal) => this.talk().uploader.store(file, name, onProgress, signal),
      uploaded: (attachment: AttachmentInfo, address: string) => this.pictures.put(attachment.id, address),
      typing: () => this.chat?.typing(),
      retry: (clientId) => this.talk().retry(clientId),
      discard: (clientId) => this.talk().discard(clientId),
      copied: (text) => void this.panel.copy(text),
      preview: (id) => this.pictures.get(id),
      fetchPicture: (id) => this.pictures.fetch(id),
      enlarge: (id) => this.enlarge(id),
      look: (address, moving) => this.panel.viewer.open([{ moving, small: moving ? null : address, load: () => Promise.resolve({ address, moving }) }], 0, () => undefined),
      limit: () => this.chat?.home?.upload_megabytes ?? USUAL_LIMIT_MB,
      toast: (text) => this.panel.say(text),
      absolute: (address) => this.desk.absolute(address),
      lead: ({ id, title, address, place }) => this.emit("map", { id, title, address, ...place }, true),
      consent: (given) => this.talk().consent(given),
      page: (tab) => this.desk.page(tab),
      follow: (number, title) => this.panel.showPage("tickets", ticketPage(this.desk, number, title)),
      rate: async (handoffId, marks, words) => {
        await this.talk().api.rate(handoffId, { ...marks }, words);
      },
      predicted: (one) =>
        this.talk().send(one.text, { payload: one.payload, ...(one.order_id ? { context: { order_id: one.order_id } } : {}) }),
      judge: (articleId, title, seq, solved) => void this.desk.judge(articleId, title, seq, solved),
    });
    attachStyles(root);
    root.append(this.panel.launcher, this.panel.element);
  }

  connectedCallback(): void {
    this.token ??= this.getAttribute("token");
    if (this.keep.read<boolean>(ELDER) && !this.hasAttribute(ELDER)) this.setAttribute(ELDER, "");
    this.narrow.addEventListener("change", this.layout);
    window.visualViewport?.addEventListener("resize", this.layout);
    document.addEventListener("visibilitychange", this.looked);
    this.layout();
    if (this.talk().worthResuming) this.talk().start();
    if (this.hasAttribute("open")) this.open();
  }

  disconnectedCallback(): void {
    this.narrow.removeEventListener("change", this.layout);
    window.visualViewport?.removeEventListener("resize", this.layout);
    document.removeEventListener("visibilitychange", this.looked);
    this.chat?.stop();
    this.chat = null;
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return;
    if (name === "token") this.identify(after);
    else if (name === "open") {
      if (after === null) this.close();
      else if (!this.shown) this.open();
    } else {
      this.layout();
      this.redraw();
    }
  }

  /** Show the window. */
  open(options: OpenOptions = {}): void {
    const chat = this.talk();
    chat.start();
    if (options.text) this.panel.composer.suggest(options.text);
    chat.wantHome();
    if (options.page || options.text) this.panel.show(options.page ?? "chat");
    if (!this.shown) {
      this.shown = true;
      this.opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      this.panel.element.hidden = false;
      this.setAttribute("open", "");
      this.layout();
      this.emit("open");
    }
    this.read.seen(chat);
    this.redraw();
    this.panel.stream.toEnd();
    // On a phone the keyboard would cover what is offered: there the customer calls it himself.
    if (this.panel.tab === "chat" && (!this.narrow.matches || options.text)) this.panel.composer.focus();
    else this.panel.focus();
  }

  /** Hide the window and give the focus back to what opened it. */
  close(): void {
    if (!this.shown) return;
    this.shown = false;
    this.panel.element.hidden = true;
    this.removeAttribute("open");
    const opener = this.opener;
    this.opener = null;
    if (opener && opener !== document.body && opener !== this && opener.isConnected) opener.focus();
    else this.panel.launcher.focus();
    // As the whole page of a mini-program, closing it is going back.
    if (this.emit("close", {}, true) && this.getAttribute("launcher") === "off") leaveMiniProgram();
  }

  /** Say who the customer is (the app's signed token); null: a guest. Another customer gets another conversation. */
  identify(token: string | null): void {
    const now = token || null;
    const before = this.chat;
    const wasHeld = this.held;
    this.identified = true;
    if (before && !wasHeld && before.session.customerToken === now && before.phase !== "expired") return;
    const written = wasHeld && before ? [...before.log.pending] : [];
    for (const pending of written) before?.discard(pending.client_id);
    // What was written while nobody knew by whom goes with him; so does what he writes while his token is renewed.
    if (!wasHeld && identityOf(this.token) !== identityOf(now)) this.panel.forget();
    this.token = now;
    const chat = this.renew();
    chat.adopt(written);
    if (this.shown || chat.worthResuming) chat.start();
  }

  /** Another conversation from now on: nothing of the one before stays in sight. */
  private renew(): Chat {
    this.chat?.stop();
    this.chat = null;
    this.pictures.clear();
    this.read.set(0);
    this.panel.show("chat");
    const chat = this.talk();
    if (this.shown) chat.wantHome();
    this.redraw();
    return chat;
  }

  /** Show one picture of the conversation large, the others beside it. */
  private enlarge(id: string): void {
    const all = this.talk().log.lines().flatMap((line) => (line.message ?? line.pending).attachments ?? []);
    const shots = all.map((a): Shot => ({ moving: a.media_type.startsWith("video/"), small: this.pictures.get(a.id), load: () => this.pictures.whole(a.id) }));
    this.panel.viewer.open(shots, all.findIndex((a) => a.id === id), () => this.panel.say(WORDS.noPicture));
  }

  /** What the app knows now: `page`, `order_id`, `station_id`, `location`, `app_version`, `network`, `os`. */
  setContext(context: Record<string, unknown>): void {
    this.context = { ...this.context, ...context };
    this.chat?.context.add(context);
  }

  /** Origin of the service. */
  private get base(): string {
    return (this.getAttribute("api") ?? YoubanChatElement.origin) || window.location.origin;
  }

  /** Whether the app has yet to say who its user is. */
  private get held(): boolean {
    return this.hasAttribute("await-token") && !this.identified && !this.token;
  }

  /** The conversation of the current customer, made when first needed. */
  private talk(): Chat {
    if (this.chat) return this.chat;
    const chat = new Chat({
      base: this.base,
      // Until it is known whose words they are, they stay out of the browser's storage.
      keep: this.held ? new Keep(null) : this.keep,
      customerToken: this.token,
      held: this.held,
      onChange: () => this.redraw(),
      onNews: (messages) => {
        const seen = this.shown && document.visibilityState !== "hidden";
        for (const message of this.read.news(chat, messages, seen)) this.emit("message", { ...message });
      },
      onTicket: (number) => {
        if (this.panel.tab === "tickets") this.panel.pages.refresh();
        this.emit("ticket", { number });
      },
      onMoved: () => this.renew().start(),
      onRead: (seq) => {
        if (seq >= (this.chat?.log.highest ?? 0)) this.read.set(0);
      },
    });
    chat.context.add(this.context);
    this.chat = chat;
    return chat;
  }

  private toggleElder(): void {
    const large = !this.hasAttribute(ELDER);
    this.toggleAttribute(ELDER, large);
    this.keep.write(ELDER, large);
    this.chat?.preferElder(large);
  }

  /** What the customer chose on another device holds here too, until he chooses here. */
  private followElder(chat: Chat): void {
    const wished = chat.home?.preferences.elder;
    if (typeof wished !== "boolean" || this.keep.read<boolean>(ELDER) !== null) return;
    if (wished !== this.hasAttribute(ELDER) && wished) this.setAttribute(ELDER, "");
  }

  /** One drawing per frame, however much changed. */
  private redraw(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      const chat = this.chat;
      if (!chat) return;
      this.followElder(chat);
      if (chat.home !== this.drawnHome) {
        this.drawnHome = chat.home;
        if (this.panel.tab === "help") this.panel.pages.refresh();
      }
      this.panel.render(chat, this.hasAttribute(ELDER), this.read.count);
      const state = `${chat.phase}/${chat.owner}`;
      if (state !== this.lastState) {
        this.lastState = state;
        this.emit("state", { phase: chat.phase, owner: chat.owner });
        if (chat.phase === "expired") this.emit("token-expired");
      }
    });
  }

  /** The customer came back to the page with the window open. */
  private readonly looked = (): void => {
    if (this.shown && this.chat && document.visibilityState !== "hidden") this.read.seen(this.chat);
  };

  private readonly layout = (): void => {
    const full = this.getAttribute("mode") === "page" || this.narrow.matches;
    this.panel.fit(full, this.shown, this.narrow.matches);
  };

  /** False when the app has taken the matter into its own hands. */
  private emit(name: string, detail: Record<string, unknown> = {}, cancelable = false): boolean {
    tellApp(name, detail);
    return this.dispatchEvent(new CustomEvent(`youban:${name}`, { detail, bubbles: true, composed: true, cancelable }));
  }
}
