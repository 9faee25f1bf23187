import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import ElementPlus from "element-plus";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Ticket } from "@youban/shared/wire";
import TicketAdvance from "../src/parts/TicketAdvance.vue";
import { world, type World } from "./world";

let w: World;
let shown: VueWrapper;
const OPTIONS = "GET /api/v1/tickets/YB1/advance";
const PAY = "POST /api/v1/tickets/YB1/advance";
const button = (words: string) => [...document.querySelectorAll<HTMLButtonElement>(".el-dialog button")].find((b) => b.textContent?.includes(words))!;

beforeEach(() => {
  w = world();
});
afterEach(() => {
  shown.unmount();
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("pays with a press of its own: neither a double click nor Enter held down confirms", async () => {
  w.on(OPTIONS, { items: [{ cause: "double", title: "重复扣款", kind: "refund", amount: 20000, unit: "fen", needs_approval: false, approver: null, problem: null }] });
  shown = mount(TicketAdvance, { props: { ticket: { number: "YB1", customer_id: "demo-gold" } as Ticket }, global: { plugins: [ElementPlus] }, attachTo: document.body });
  await flushPromises();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  document.querySelector<HTMLInputElement>(".el-dialog input[type=radio]")!.click();
  const area = document.querySelector<HTMLTextAreaElement>(".el-dialog textarea")!;
  area.value = "先付给客户";
  area.dispatchEvent(new Event("input"));
  await flushPromises();
  const form = document.querySelector(".el-dialog form")!;
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  button("确认垫付").click();
  await flushPromises();
  expect(w.count(PAY)).toBe(0);
  await vi.advanceTimersByTimeAsync(600);
  button("确认垫付").click();
  await flushPromises();
  expect(w.count(PAY)).toBe(1);
});
