/** The window: launcher, head, banner, log, input. Draws what the chat says; decides nothing. */
import type { Chat } from "../chat";
import { NAME, queueWords, status, WORDS } from "../words";
import { Composer, type ComposerActions } from "./composer";
import { h } from "@youban/shared/dom";
import { icon } from "./icons";
import { Stream, type StreamActions } from "./stream";

export interface PanelActions extends ComposerActions, StreamActions {
  open: () => void;
  close: () => void;
  toggleElder: () => void;
}

export class Panel {
  readonly launcher: HTMLButtonElement;
  readonly element: HTMLElement;
  readonly composer: Composer;
  readonly stream: Stream;
  private readonly badge = h("span", { class: "badge", hidden: true });
  private readonly status = h("span", { class: "status" });
  private readonly banner = h("div", { class: "banner", role: "status", hidden: true });
  private readonly elderButton: HTMLButtonElement;
  private readonly toast = h("div", { class: "toast", role: "status" });
  private toastTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(actions: PanelActions) {
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
      this.banner,
      this.stream.element,
      this.composer.element,
      this.toast,
    );
    this.element.addEventListener("keydown", (event) => {
      // Esc that ends an input method's composition is not meant for the window.
      if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229) {
        event.stopPropagation();
        actions.close();
      } else if (event.key === "Tab" && this.element.getAttribute("aria-modal") === "true") this.keepFocus(event);
    });
  }

  render(chat: Chat, elder: boolean, unread: number): void {
    const said = status(chat);
    this.status.textContent = said.text;
    this.status.className = `status ${said.tone}`;
    this.banner.hidden = chat.owner !== "queued" || chat.phase === "expired";
    // A status region reads out each change: it is touched only when the words differ.
    const words = this.banner.hidden ? "" : queueWords(chat.queue);
    if (this.banner.textContent !== words) this.banner.textContent = words;
    this.composer.offerPerson(chat.owner !== "queued" && chat.owner !== "human");
    this.elderButton.setAttribute("aria-label", elder ? WORDS.smaller : WORDS.larger);
    this.elderButton.setAttribute("aria-pressed", String(elder));
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 99 ? "99+" : String(unread);
    this.launcher.setAttribute("aria-label", unread ? WORDS.unread(unread) : WORDS.launcher);
    this.stream.render(chat, elder, new Date());
  }

  /** Short words that go away by themselves. */
  say(text: string): void {
    this.toast.textContent = text;
    if (this.toastTimer) clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (this.toast.textContent = ""), 2200);
  }

  private keepFocus(event: KeyboardEvent): void {
    const root = this.element.getRootNode() as ShadowRoot;
    const stops = [...this.element.querySelectorAll<HTMLElement>("button, textarea, a[href], summary, [tabindex='0']")].filter(
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
