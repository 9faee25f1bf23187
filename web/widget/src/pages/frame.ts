/** Pages beside the chat: a stack with one title row, loading and trouble drawn the same way everywhere. */
import type { CustomerApi } from "@youban/shared/customer";
import { h } from "@youban/shared/dom";
import { ApiError } from "@youban/shared/http";
import type { Home, SessionAnswer } from "@youban/shared/wire";
import { icon } from "../view/icons";
import { WORDS } from "../words";

/** What a page may do and know. */
export interface Desk {
  readonly api: CustomerApi;
  readonly home: Home | null;
  readonly guest: boolean;
  readonly elder: boolean;
  readonly diagnosis: boolean | null;
  /** Say it in the chat, and show the chat. */
  say(text: string, payload?: string): void;
  go(page: Page): void;
  toast(text: string): void;
  copy(text: string): void;
  /** An address of the service's own, as this page has to ask for it. */
  absolute(address: string): string;
  consent(given: boolean): void;
  toggleElder(): void;
  /** The guest has another session from now on. */
  moved(session: SessionAnswer): void;
  upload(file: File): Promise<{ id: string; media_type: string }>;
}

export interface Page {
  title: string;
  body: HTMLElement;
  /** Called when the page comes to the front again, and when a ticket changed. */
  refresh?: () => void;
}

export class Pages {
  readonly element: HTMLElement;
  private readonly head: HTMLElement;
  private readonly heading = h("h2", { tabindex: "-1" });
  private readonly room = h("div", { class: "room" });
  private stack: Page[] = [];

  constructor(back: () => void) {
    this.head = h(
      "div",
      { class: "crumb" },
      h("button", { type: "button", class: "icon", "aria-label": WORDS.back, onclick: back }, icon("left")),
      this.heading,
    );
    this.element = h("div", { class: "pages", hidden: true }, this.head, this.room);
  }

  get depth(): number {
    return this.stack.length;
  }

  /** Begin anew with this page. */
  start(page: Page): void {
    this.stack = [page];
    this.draw(false);
  }

  push(page: Page): void {
    this.stack.push(page);
    this.draw(true);
  }

  /** False when there is nothing behind the page. */
  pop(): boolean {
    if (this.stack.length < 2) return false;
    this.stack.pop();
    this.draw(true);
    this.refresh();
    return true;
  }

  refresh(): void {
    this.stack.at(-1)?.refresh?.();
  }

  clear(): void {
    this.stack = [];
    this.room.replaceChildren();
  }

  private draw(focus: boolean): void {
    const page = this.stack.at(-1);
    if (!page) return;
    this.heading.textContent = page.title;
    this.head.hidden = this.stack.length < 2;
    this.room.replaceChildren(page.body);
    this.room.scrollTop = 0;
    if (focus) this.heading.focus({ preventScroll: true });
  }
}

/** The last fetch for each place. */
const turns = new WeakMap<HTMLElement, object>();

/**
 * Draw what `fetch` brings into `place`; while it is on its way and when it fails, say so. While `busy`, news must not
 * take away what the customer is writing or about to confirm: what stands there stays. Of several on their way only the
 * last is drawn: an earlier one that comes late tells what was.
 */
export function load<T>(place: HTMLElement, fetch: () => Promise<T>, draw: (found: T) => (Node | null)[], busy: () => boolean = () => false): void {
  if (!place.childElementCount) place.replaceChildren(h("div", { class: "wait", role: "status" }, h("span", { class: "hide" }, WORDS.loading)));
  const turn = {};
  turns.set(place, turn);
  const late = () => turns.get(place) !== turn;
  fetch().then(
    (found) => {
      if (!late() && !busy()) place.replaceChildren(...draw(found).filter((node): node is Node => node !== null));
    },
    (error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      if (late() || busy()) return;
      const again = h("button", { type: "button", class: "option", onclick: () => load(place, fetch, draw, busy) }, WORDS.again);
      place.replaceChildren(h("div", { class: "trouble", role: "alert" }, h("p", {}, error.message), error.transient ? again : null));
    },
  );
}

/** While an answer is awaited nothing here can be pressed or written: it would be done twice, or be gone with the answer. */
export function hold(place: HTMLElement, held: boolean): void {
  for (const control of place.querySelectorAll<HTMLButtonElement | HTMLTextAreaElement>("button, textarea")) control.disabled = held;
}

/** A row to tap: title, a smaller line below, an arrow. */
export function row(title: string, note: string | null, press: () => void, mark: Node | null = null): HTMLElement {
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "row", onclick: press },
      h("span", { class: "main" }, h("b", {}, title), note ? h("small", {}, note) : null),
      mark,
      icon("right", 16),
    ),
  );
}

export function section(title: string | null, ...children: (Node | null)[]): HTMLElement {
  return h("section", {}, title ? h("h3", {}, title) : null, ...children);
}
