/** The widget on a page of its own, against a service small enough for tests; what its tests look at and press. */
import { vi } from "vitest";
import { YoubanChatElement } from "../src/element";
import { api } from "../src/index";
import { FakeService, uploadsOf } from "./service";

export const root = () => api.element.shadowRoot!;
export const find = <T extends Element = HTMLElement>(selector: string) => root().querySelector<T>(selector)!;
export const all = (selector: string) => [...root().querySelectorAll<HTMLElement>(selector)];
export const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

export async function press(node: HTMLElement): Promise<void> {
  node.click();
  await settle();
}

/** Before each test: time stands still, nothing is remembered, the service answers. */
export function stage(): FakeService {
  vi.useFakeTimers();
  localStorage.clear();
  const service = new FakeService();
  vi.stubGlobal("fetch", service.fetch);
  vi.stubGlobal("XMLHttpRequest", uploadsOf(service));
  vi.stubGlobal(
    "WebSocket",
    class {
      constructor() {
        return service.createSocket();
      }
    },
  );
  YoubanChatElement.origin = "http://h";
  return service;
}

/** After each test. */
export function leave(): void {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.useRealTimers();
}

export const TICKET = {
  number: "YB0000000687",
  title: "已付款未加到油",
  status: "processing",
  status_title: "处理中",
  summary: "加油没出油",
  created_at: "2026-11-20T04:00:00Z",
  due_at: "2026-11-20T06:00:00Z",
  question: null,
  resolution: null,
  card: { type: "ticket", number: "YB0000000687", steps: [], actions: ["ticket:urge:YB0000000687", "ticket:info:YB0000000687", "ticket:withdraw:YB0000000687"] },
};
export const DETAIL = { ...TICKET, nodes: [{ title: "已受理", at: "2026-11-20T04:00:00Z", note: null }], why: "两小时内处理好" };
