/** The one script of the widget: defines `<youban-chat>` and `window.YoubanChat`. */
import { YoubanChatElement } from "./element";
import type { OpenOptions } from "./options";

const TAG = "youban-chat";

export interface YoubanChatApi {
  open(options?: OpenOptions): void;
  close(): void;
  identify(token: string | null): void;
  setContext(context: Record<string, unknown>): void;
  /** Listen to `open`, `close`, `message`, `unread`, `ticket`, `state`, `token-expired`; returns how to stop. */
  on(name: string, listener: (detail: unknown) => void): () => void;
  readonly element: YoubanChatElement;
}

/** The page's element; one is made when the page has none. */
function element(): YoubanChatElement {
  const there = document.querySelector<YoubanChatElement>(TAG);
  if (there) return there;
  const made = document.createElement(TAG) as YoubanChatElement;
  document.body.append(made);
  return made;
}

export const api: YoubanChatApi = {
  open: (options) => element().open(options),
  close: () => element().close(),
  identify: (token) => element().identify(token),
  setContext: (context) => element().setContext(context),
  on: (name, listener) => {
    const heard = (event: Event) => listener((event as CustomEvent).detail);
    document.addEventListener(`youban:${name}`, heard);
    return () => document.removeEventListener(`youban:${name}`, heard);
  },
  get element() {
    return element();
  },
};

declare global {
  interface Window {
    YoubanChat?: YoubanChatApi;
  }
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && script.src) YoubanChatElement.origin = new URL(script.src).origin;
if (!customElements.get(TAG)) customElements.define(TAG, YoubanChatElement);
window.YoubanChat ??= api;
