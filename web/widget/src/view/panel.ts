/** The window: launcher, head, banner, log, input. Draws what the chat says; decides nothing. */
import type { Chat } from "../chat";
import { type Page, Pages } from "../pages/frame";
import { queueWords } from "../queue";
import { NAME, status, WORDS } from "../words";
import { Composer, type ComposerActions } from "./composer";
import { h } from "@youban/shared/dom";
import { icon } from "./icons";
import { acceptDrops } from "./drop";
import { Stream, type StreamActions } from "./stream";
import { Viewer } from "./viewer";

export interface PanelActions extends ComposerActions, StreamActions {
  open: () => void;
  close: () => void;
  toggleElder: () => void;
  /** A page beside the chat, made when its tab is chosen. */
  page: (tab: Exclude<Tab, "chat">) => Page;
}

export type Tab = "chat" | "help" | "tickets";
const TABS: readonly Tab[] = ["chat", "help", "tickets"];

export class Panel {
  readonly launcher: HTMLButtonElement;
  readonly element: HTMLElement;
  readonly composer: Composer;
  readonly stream: Stream;
  readonly pages: Pages;
  tab: Tab = "chat";
  private readonly tabs: Record<Tab, HTMLButtonElement>;
  private readonly open = h("span", { class: "count", hidden: true });
  readonly viewer = new Viewer();
  private readonly badge = h("span", { class: "badge", hidden: true });
  private readonly status = h("span", { class: "status" });
  private readonly banner = h("div", { class: "banner", role: "status", hidden: true });
  private readonly elderButton: HTMLButtonElement;
  private readonly toast = h("div", { class: "toast", role: "status" });
  private toastTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly actions: PanelActions) {
    this.pages = new Pages(() => this.back());
    const tab = (name: Tab, ...more: Node[]) =>
      h(
        "button",
        { type: "button", role: "tab", "aria-selected": String(name === "chat"), onclick: () => this.show(name) },
        WORDS[name],
        ...more,
      );
    this.tabs = { chat: tab("chat"), help: tab("help"), tickets: tab("tickets", this.open) };
    this.stream = new Stream(actions);
    this.composer = new Composer(actions);
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", part: "launcher", "aria-label": WORDS.launcher, "aria-haspopup": "dialog", onclick: actions.open },
      icon("chat", 26),
      this.badge,
    );
    this.elderButton = h("button", { type: "button", class: "icon", "aria-pressed": "false", onclick: actions.toggleElder }, icon("type"));
    const close = h("button", { type: "button", class: "icon", "aria-label": WORDS.close, onclick: actions.close }, icon("close"));
    this.element = h(
      "section",
      { class: "panel", part: "panel", role: "dialog", "aria-label": NAME, hidden: true },
      h(
        "header",
        {},
        h("span", { class: "logo" }, icon("drop", 22)),
        h("span", { class: "title" }, h("b", {}, NAME), this.status),
        this.elderButton,
        close,
      ),
      h("nav", { class: "tabs", role: "tablist", "aria-label": WORDS.sections, onkeydown: (event: Event) => this.walkTabs(event as KeyboardEvent) }, ...TABS.map((name) => this.tabs[name])),
      this.banner,
      this.stream.element,
      this.composer.element,
      this.pages.element,
      this.viewer.element,
      this.toast,
    );
    acceptDrops(this.element, () => this.tab === "chat" && !this.viewer.shown, (files) => this.composer.tray.take(files));
    this.element.addEventListener("keydown", (event) => {
      // Esc that ends an input method's composition is not meant for the window.
      if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229) {
        event.stopPropagation();
        this.escape();
      } else if (event.key === "Tab" && this.element.getAttribute("aria-modal") === "true") this.keepFocus(event);
    });
  }

  /** Show the chat, or the pages of a tab from their beginning. */
  show(tab: Tab): void {
    this.tab = tab;
    const chat = tab === "chat";
    for (const name of TABS) {
      this.tabs[name].setAttribute("aria-selected", String(name === tab));
      this.tabs[name].tabIndex = name === tab ? 0 : -1;
    }
    this.stream.element.hidden = this.composer.element.hidden = !chat;
    this.pages.element.hidden = chat;
    if (tab === "chat") this.pages.clear();
    else this.pages.start(this.actions.page(tab));
  }

  focus(): void {
    this.tabs[this.tab].focus({ preventScroll: true });
  }

  /** Show one page of a tab, the tab's first page behind it. */
  showPage(tab: Exclude<Tab, "chat">, page: Page): void {
    this.show(tab);
    this.pages.push(page);
  }

  back(): void {
    if (!this.pages.pop()) this.show("chat");
  }

  /** Esc leaves the innermost thing first. */
  private escape(): void {
    if (this.viewer.shown) this.viewer.close();
    else if (this.composer.closeFaces()) this.composer.focus();
    else if (this.tab !== "chat" && this.pages.depth > 1) this.back();
    else this.actions.close();
  }

  private walkTabs(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length]!;
    this.show(next);
    this.tabs[next].focus();
  }

  /** `full`: it fills its surroundings, and is then a dialog of its own. */
  fit(full: boolean, shown: boolean, narrow: boolean): void {
    this.element.toggleAttribute("data-full", full);
    if (full && shown) this.element.setAttribute("aria-modal", "true");
    else this.element.removeAttribute("aria-modal");
    // On phones the keyboard covers the lower part of the page: the window ends above it.
    const seen = window.visualViewport;
    const covered = full && narrow && seen ? Math.max(0, window.innerHeight - seen.height) : 0;
    this.element.style.setProperty("--covered", `${Math.round(covered)}px`);
  }

  render(chat: Chat, elder: boolean, unread: number): void {
    const said = status(chat);
    this.status.textContent = said.text;
    this.status.className = `status ${said.tone}`;
    this.banner.hidden = chat.owner !== "queued" || chat.phase === "expired";
    // A status region reads out each change: it is touched only when the words differ.
    const words = this.banner.hidden ? "" : queueWords(chat.queue);
    if (this.banner.textContent !== words) this.banner.textContent = words;
    this.composer.offerPhone(chat.home?.hotline ?? null);
    this.composer.askConsent(chat.asksConsent);
    const open = chat.home?.tickets.length ?? 0;
    this.open.hidden = open === 0;
    this.open.textContent = String(open);
    this.composer.offerPerson(chat.owner !== "queued" && chat.owner !== "human");
    this.elderButton.setAttribute("aria-label", elder ? WORDS.smaller : WORDS.larger);
    this.elderButton.setAttribute("aria-pressed", String(elder));
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 99 ? "99+" : String(unread);
    this.launcher.setAttribute("aria-label", unread ? WORDS.unread(unread) : WORDS.launcher);
    this.stream.render(chat, elder, new Date());
  }

  /** Another customer comes: nothing that the one before wrote, chose or looked at is left. */
  forget(): void {
    this.composer.clear();
    this.viewer.close();
  }

  /** Short words that go away by themselves. */
  say(text: string): void {
    this.toast.textContent = text;
    if (this.toastTimer) clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (this.toast.textContent = ""), 2200);
  }

  async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(WORDS.copied);
    } catch {
      // No clipboard here (plain http, old WebView).
      this.say(copyByHand(this.element, text) ? WORDS.copied : WORDS.noCopy);
    }
  }

  private keepFocus(event: KeyboardEvent): void {
    const root = this.element.getRootNode() as ShadowRoot;
    const stops = [...this.element.querySelectorAll<HTMLElement>("button, textarea, input:not([hidden]), a[href], summary, [tabindex='0']")].filter(
      (node) => !node.hasAttribute("disabled") && node.getClientRects().length > 0,
    );
    const first = stops[0];
    const last = stops.at(-1);
    if (event.shiftKey && root.activeElement === first) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && root.activeElement === last) {
      event.preventDefault();
      first?.focus();
    }
  }
}

/** The old way of copying, for WebViews without a clipboard. */
function copyByHand(place: HTMLElement, text: string): boolean {
  const before = (place.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
  const box = h("textarea", { class: "hide", readonly: true, "aria-hidden": "true" });
  box.value = text;
  place.append(box);
  box.select();
  const done = document.execCommand?.("copy") ?? false;
  box.remove();
  before?.focus({ preventScroll: true });
  return done;
}
