import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import type { Ticket } from "@youban/shared/wire";
import { useKeys } from "../src/keys";
import { useTickets } from "../src/stores/tickets";
import { isOpenTicket, NEXT_STATUSES, STATUSES } from "../src/words";
import { refusal, world, type World } from "./world";

let w: World;

const ticket = (number: string, more: Partial<Ticket> = {}) => ({
  number,
  category: "coupon_not_received",
  title: "加油券未到账",
  department: "ops",
  department_title: "运营部",
  priority: "P2",
  status: "accepted",
  status_title: "已受理",
  summary: "",
  details: {},
  order_ids: [],
  customer_id: "demo-gold",
  conversation_id: "c1",
  created_at: "2024-11-22T02:00:00Z",
  first_response_due_at: "2024-11-22T03:00:00Z",
  first_response_at: null,
  due_at: "2024-11-23T10:00:00Z",
  steps: [],
  ...more,
});

beforeEach(() => {
  w = world();
});
afterEach(() => vi.unstubAllGlobals());

describe("the list", () => {
  it("grows by pages without doubling, and starts anew with other filters", async () => {
    w.on("GET /api/v1/tickets?status=open", { items: [ticket("YB1"), ticket("YB2")], next: "n" })
      .on("GET /api/v1/tickets?status=open&cursor=n", { items: [ticket("YB2"), ticket("YB3")], next: null })
      .on("GET /api/v1/tickets?customer_id=demo-gold", { items: [], next: null });
    const tickets = useTickets();
    await tickets.load();
    await tickets.more();
    await tickets.more();
    expect(tickets.items.map((t) => t.number)).toEqual(["YB1", "YB2", "YB3"]);
    tickets.status = "";
    tickets.customerId = " demo-gold ";
    await tickets.load();
    expect(tickets.items).toEqual([]);
  });
});

describe("moving a ticket on", () => {
  it("shows the new state in list and detail", async () => {
    w.on("GET /api/v1/tickets?status=open", { items: [ticket("YB1")], next: null })
      .on("GET /api/v1/tickets/YB1", { ...ticket("YB1"), events: [] })
      .on("PATCH /api/v1/tickets/YB1", { ...ticket("YB1", { status: "checking" }), events: [] });
    const tickets = useTickets();
    await tickets.load();
    await tickets.open("YB1");
    expect(await tickets.advance("YB1", { status: "checking", note: "看一下" })).toBeNull();
    expect(w.asked.at(-1)!.body).toEqual({ status: "checking", note: "看一下" });
    expect(tickets.items[0]!.status).toBe("checking");
    expect(tickets.detail!.status).toBe("checking");
  });

  it("says why not, and shows how the ticket stands now", async () => {
    w.on("GET /api/v1/tickets/YB1", { ...ticket("YB1", { status: "closed" }), events: [] }).on(
      "PATCH /api/v1/tickets/YB1",
      refusal(409, "wrong_status", "工单已关闭，不能改为核查中"),
    );
    const tickets = useTickets();
    expect(await tickets.advance("YB1", { status: "checking", note: "" })).toBe("工单已关闭，不能改为核查中");
    expect(tickets.detail!.status).toBe("closed");
  });

  it("offers steps for every status, and only known ones", () => {
    for (const status of Object.keys(STATUSES)) {
      const next = NEXT_STATUSES[status]!;
      expect(next.length).toBeGreaterThan(0);
      for (const target of next) expect(STATUSES).toHaveProperty(target);
      expect(next).not.toContain(status);
    }
    expect(isOpenTicket("waiting_customer")).toBe(true);
    expect(isOpenTicket("withdrawn")).toBe(false);
  });
});

describe("keys", () => {
  it("work on the page, not while somebody writes, composes, or holds a modifier", () => {
    const heard: string[] = [];
    const Page = defineComponent({
      setup() {
        useKeys({ j: () => heard.push("j"), enter: () => heard.push("enter") });
        return () => h("div", [h("input"), h("button", { class: "plain" }), h("button", { "data-conversation": "c1" }), h("div", { role: "dialog" }, [h("p")])]);
      },
    });
    const page = mount(Page, { attachTo: document.body });
    const press = (selector: string, key: string, more: KeyboardEventInit = {}) =>
      page.get(selector).element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
    press("input", "j");
    press("p", "j");
    press("div", "j", { ctrlKey: true });
    press(".plain", "Enter");
    expect(heard).toEqual([]);
    press("div", "J");
    press("[data-conversation]", "Enter");
    expect(heard).toEqual(["j", "enter"]);
    page.unmount();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    expect(heard).toHaveLength(2);
  });
});
