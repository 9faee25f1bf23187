/** The scrolling log: draws only what changed, stays at the end unless the reader went back. */
import type { RecordItem } from "@youban/shared/cards";
import type { Chat } from "../chat";
import type { Predicted } from "@youban/shared/wire";
import { WORDS } from "../words";
import { type BubbleActions, drawItem, drawTyping } from "./bubble";
import { h } from "@youban/shared/dom";
import { icon } from "./icons";
import { type Bubble, type Item, itemsOf, titleFor } from "./lines";
import { greeting, guesses } from "./welcome";
import { LineWindow, STEP } from "./window";

export interface StreamActions {
  say: (text: string, payload?: string) => void;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
  copied: (text: string) => void;
  preview: (attachmentId: string) => string | null;
  fetchPicture: (attachmentId: string) => Promise<string | null>;
  enlarge: (attachmentId: string) => void;
  follow: (number: string, title: string) => void;
  rate: BubbleActions["rate"];
  absolute: BubbleActions["absolute"];
  lead: BubbleActions["lead"];
  /** The customer pressed what was predicted for him. */
  predicted: (chosen: Predicted) => void;
  /** Keep 解决了 or 没解决, and go on where it did not help. */
  judge: (articleId: string, title: string, seq: number, solved: boolean) => void;
}

/** After such a pause the opening offers again what probably troubles him. */
const AWAY_MS = 30 * 60_000;

const NEAR_END_PX = 80;
/** So far before the end of what is drawn the next page is fetched. */
const AHEAD_PX = 600;
/** Lines by which the place on the screen is held. */
const HELD = 8;

export class Stream {
  readonly element: HTMLElement;
  private readonly list: HTMLElement;
  private readonly log: HTMLElement;
  private readonly newer: HTMLButtonElement;
  private readonly earlier: HTMLButtonElement;
  private readonly drawn = new Map<string, { signature: string; node: HTMLElement }>();
  private readonly window = new LineWindow();
  private keys: string[] = [];
  private atEnd = true;
  private moving = false;
  private lastKey: string | null = null;
  private readonly judgements = new Map<string, boolean>();
  private elder = false;
  private readonly bubbleActions: BubbleActions;
  private chat: Chat | null = null;

  constructor(private readonly actions: StreamActions) {
    this.earlier = h("button", { type: "button", class: "earlier", hidden: true, onclick: () => void this.showEarlier() }, WORDS.earlier);
    this.list = h("div", { class: "list" });
    this.log = h(
      "div",
      { class: "log", role: "log", "aria-label": WORDS.messages, "aria-live": "off", tabindex: "0", onscroll: () => this.scrolled() },
      this.earlier,
      this.list,
    );
    this.newer = h("button", { type: "button", class: "newer", hidden: true, onclick: () => this.toEnd(true) }, WORDS.newer, icon("down", 14));
    this.element = h("div", { class: "stream" }, this.log, this.newer);
    this.bubbleActions = {
      press: (button) => this.actions.say(button.title, button.payload),
      choose: (bubble, item) => this.choose(bubble, item),
      retry: actions.retry,
      discard: actions.discard,
      copied: actions.copied,
      preview: actions.preview,
      fetchPicture: actions.fetchPicture,
      enlarge: actions.enlarge,
      follow: actions.follow,
      rate: actions.rate,
      absolute: actions.absolute,
      lead: actions.lead,
      judged: (bubble) => this.judged(bubble.key),
      judge: (bubble, solved) => this.judge(bubble, solved),
    };
  }

  render(chat: Chat, elder: boolean, now: Date): void {
    if (this.chat !== chat) this.begin();
    this.chat = chat;
    this.elder = elder;
    const lines = chat.log.lines();
    this.keys = lines.map((line) => line.key);
    const { from, to } = this.window.of(this.keys, !this.atEnd);
    const shown = lines.slice(from, to);
    this.earlier.hidden = from === 0 && !chat.reader.older;
    const items = itemsOf(shown, now, chat.owner === "human" ? chat.presence.readTo : 0);
    const nodes = items.map((item) => this.node(item, now));
    const following = this.window.following;
    if (lines.length === 0 && chat.phase !== "opening") nodes.push(this.welcome(chat, elder));
    else if (following && this.wasAway(chat, now)) nodes.push(this.again(chat));
    if (!following) this.newer.hidden = false;
    else if (chat.presence.agentTyping) nodes.push(this.typing("agent"));
    else if (chat.presence.awaitingReply) nodes.push(this.typing("bot"));
    this.place(nodes);
    this.forget(items);
    // What is there already when the log opens is not read out; what comes afterwards is.
    this.log.setAttribute("aria-live", chat.phase === "ready" && this.lastKey !== null ? "polite" : "off");
    this.follow(lines.at(-1)?.key ?? "");
  }

  toEnd(smooth = false): void {
    this.newer.hidden = true;
    this.atEnd = true;
    if (!this.window.following) {
      this.window.toEnd();
      this.redraw();
    }
    // The greeting is read from its beginning.
    if (this.chat && !this.lastKey) {
      this.log.scrollTop = 0;
      return;
    }
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth && !calm ? "smooth" : "auto" });
  }

  /** Another conversation counts its messages from one again: what was drawn of the one before is not its own. */
  private begin(): void {
    this.drawn.clear();
    this.window.toEnd();
    this.atEnd = true;
    this.newer.hidden = true;
  }

  private node(item: Item, now: Date): HTMLElement {
    const signature = JSON.stringify([item, this.judged(item.key)]);
    const known = this.drawn.get(item.key);
    // Stars and words that are not sent yet stay when a message beside them changes how theirs looks.
    const filledIn = item.kind === "bubble" && item.card?.type === "rating";
    if (known && (filledIn || known.signature === signature)) return known.node;
    const node = drawItem(item, this.bubbleActions, now);
    this.drawn.set(item.key, { signature, node });
    return node;
  }

  private typing(who: "bot" | "agent"): HTMLElement {
    const key = `typing-${who}`;
    const known = this.drawn.get(key);
    if (known) return known.node;
    const node = drawTyping(who);
    this.drawn.set(key, { signature: "", node });
    return node;
  }

  /** Whether the customer comes back after a while and nobody is at work for him. */
  private wasAway(chat: Chat, now: Date): boolean {
    const last = chat.log.messages.at(-1);
    if (!last || chat.log.pending.length || !chat.home?.predicted.length) return false;
    return (chat.owner === "bot" || chat.owner === "closed") && now.getTime() - new Date(last.at).getTime() > AWAY_MS;
  }

  private again(chat: Chat): HTMLElement {
    const predicted = chat.home?.predicted ?? [];
    return this.once("welcome-again", JSON.stringify(predicted), () => h("div", { class: "welcome" }, guesses(predicted, this.actions.predicted)));
  }

  private once(key: string, signature: string, draw: () => HTMLElement): HTMLElement {
    const known = this.drawn.get(key);
    if (known?.signature === signature) return known.node;
    const node = draw();
    this.drawn.set(key, { signature, node });
    return node;
  }

  private welcome(chat: Chat, elder: boolean): HTMLElement {
    const predicted = chat.home?.predicted ?? [];
    const signature = JSON.stringify([elder, predicted, chat.home?.customer]);
    return this.once("welcome-first", signature, () => greeting(chat.home?.customer?.name ?? null, predicted, elder, this.actions));
  }

  private judge(bubble: Bubble, solved: boolean): void {
    if (bubble.card?.type !== "article" || bubble.seq === null) return;
    this.judgements.set(this.judgementOf(bubble.key), solved);
    this.actions.judge(bubble.card.id, bubble.card.title, bubble.seq, solved);
    this.redraw();
  }

  private judged(key: string): boolean | undefined {
    return this.judgements.get(this.judgementOf(key));
  }

  /** Messages are counted within their conversation, so it is named too. */
  private judgementOf(key: string): string {
    return `${this.chat?.session.conversationId}/${key}`;
  }

  /** Bring the list to these nodes with as few moves as possible: a moved node loses focus and restarts animations. */
  private place(nodes: HTMLElement[]): void {
    const wanted = new Set<Node>(nodes);
    for (const child of [...this.list.childNodes]) if (!wanted.has(child)) child.remove();
    nodes.forEach((node, place) => {
      const there = this.list.childNodes[place];
      if (there !== node) this.list.insertBefore(node, there ?? null);
    });
  }

  private forget(items: Item[]): void {
    const kept = new Set(items.map((item) => item.key));
    for (const key of this.drawn.keys()) if (!kept.has(key) && !/^(typing|welcome)-/.test(key)) this.drawn.delete(key);
  }

  private follow(lastKey: string): void {
    const grew = lastKey !== this.lastKey;
    const own = this.chat?.log.pending.some((p) => p.client_id === lastKey) ?? false;
    this.lastKey = lastKey;
    if (this.atEnd || (grew && own)) this.toEnd();
    else if (grew) this.newer.hidden = false;
  }

  private scrolled(): void {
    const below = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
    const following = this.window.following;
    this.atEnd = following && below < NEAR_END_PX;
    if (this.atEnd) this.newer.hidden = true;
    if (this.log.scrollTop < AHEAD_PX && !this.earlier.hidden) void this.showEarlier();
    else if (!following && below < AHEAD_PX) this.moved(() => this.window.down(this.keys));
  }

  /** What stands before: first what is here, then what only the service has. */
  private async showEarlier(): Promise<void> {
    const chat = this.chat;
    if (!chat || this.moving) return;
    this.moving = true;
    try {
      const { from } = this.window.of(this.keys, true);
      if (from < STEP && chat.reader.older) await chat.reader.back();
      // The customer may be another by now.
      if (this.chat === chat) this.moved(() => this.window.up(this.keys));
    } finally {
      this.moving = false;
    }
  }

  /** Draw another stretch; what the reader looks at stays where it is. */
  private moved(change: () => void): void {
    const top = this.log.getBoundingClientRect().top;
    // Several, because the first may be drawn anew: a time mark goes when what stood before it comes.
    const seen: { node: Element; at: number }[] = [];
    for (const node of this.list.children) {
      const place = node.getBoundingClientRect();
      if (place.bottom > top) seen.push({ node, at: place.top });
      if (seen.length === HELD) break;
    }
    this.keys = this.chat?.log.lines().map((line) => line.key) ?? [];
    change();
    this.atEnd = false;
    this.redraw();
    const held = seen.find(({ node }) => node.isConnected);
    if (held) this.log.scrollTop += held.node.getBoundingClientRect().top - held.at;
  }

  private redraw(): void {
    if (this.chat) this.render(this.chat, this.elder, new Date());
  }

  private choose(bubble: Bubble, item: RecordItem): void {
    if (!item.payload) return;
    const message = this.chat?.log.messages.find((m) => (m.client_id || `#${m.seq}`) === bubble.key);
    this.actions.say(titleFor(item.payload, message?.buttons, item.title), item.payload);
  }
}
