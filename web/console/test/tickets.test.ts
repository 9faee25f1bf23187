import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import type { Ticket } from "@youban/shared/wire";
import { useKeys } from "../src/keys";
import { useTicketDesk } from "../src/stores/ticketsDesk";
import { useTickets } from "../src/stores/tickets";
import { sounds } from "../src/stores/ticketsChoices";
import { narrowed, nothing, ofAddress, tableStatus, toAddress, toQuery } from "../src/stores/ticketsFilters";
import { answerClock, inOrder, line, mainClock, moveTo, nextDue, solutionClock } from "../src/stores/ticketsWords";
import { isOpenTicket } from "../src/words";
import { refusal, world, type World } from "./world";

let w: World;

const ticket = (number: string, more: Partial<Ticket> = {}): Ticket =>
  ({
    number,
    category: "coupon_not_received",
    title: "加油券未到账",
    department: "ops",
    department_title: "运营部",
    working: "ops",
    priority: "P2",
    status: "accepted",
    status_title: "已受理",
    summary: "",
    details: {},
    order_ids: [],
    customer_id: "demo-gold",
    conversation_id: "c1",
    created_at: "2024-11-22T02:00:00Z",
    updated_at: "2024-11-22T02:00:00Z",
    first_response_due_at: "2024-11-22T03:00:00Z",
    first_response_at: null,
    due_at: "2024-11-23T10:00:00Z",
    paused: false,
    paused_left: null,
    owner_id: null,
    assignee_id: null,
    urges: 0,
    reopened: 0,
    steps: [],
    ...more,
  }) as unknown as Ticket;

const MOVES = {
  accepted: ["checking", "finance_review", "solved", "waiting_customer", "withdrawn"],
  checking: ["finance_review", "solved", "waiting_customer", "withdrawn"],
  waiting_customer: ["accepted", "checking", "closed", "finance_review", "reopened", "solved", "withdrawn"],
  solved: ["closed", "reopened", "withdrawn"],
  closed: ["reopened"],
};
const at = (iso: string) => new Date(iso);

beforeEach(() => {
  w = world();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const LIST = "GET /api/v1/tickets?sort=due";
function table(): ReturnType<typeof useTickets> {
  w.on("GET /api/v1/tickets/counts?sort=due", { counts: { accepted: 3 }, overdue: 1 });
  const tickets = useTickets();
  tickets.view = "table";
  return tickets;
}

describe("the list", () => {
  it("grows by pages without doubling", async () => {
    const tickets = table();
    w.on(`${LIST}&status=open&limit=50`, { items: [ticket("YB1"), ticket("YB2")], next: "n" }).on(`${LIST}&status=open&limit=50&cursor=n`, { items: [ticket("YB2"), ticket("YB3")], next: null });
    await tickets.load();
    await tickets.more("table");
    await tickets.more("table");
    expect(tickets.items.map((t) => t.number)).toEqual(["YB1", "YB2", "YB3"]);
    expect([tickets.counts["accepted"], tickets.overdue]).toEqual([3, 1]);
  });

  it("keeps what is shown when it cannot be fetched anew, and says so", async () => {
    const tickets = table();
    w.on(`${LIST}&status=open&limit=50`, { items: [ticket("YB1")], next: null });
    await tickets.load();
    w.on(`${LIST}&status=open&limit=50`, "network");
    await tickets.load();
    expect(tickets.items).toHaveLength(1);
    expect(tickets.problem).toContain("网络");
  });

  it("has a column for each node on the board, and moves a card when something is heard of it", async () => {
    w.on("GET /api/v1/tickets/counts?sort=due", { counts: {}, overdue: 0 });
    const tickets = useTickets();
    tickets.view = "board";
    for (const node of tickets.nodes) w.on(`${LIST}&status=${node}&limit=30`, { items: node === "accepted" ? [ticket("YB1"), ticket("YB2")] : [], next: null });
    await tickets.load();
    w.on(`${LIST}&numbers=YB1%2CYB2&limit=100`, { items: [ticket("YB1", { status: "checking" })], next: null });
    tickets.touched("YB1");
    tickets.touched("YB2");
    await vi.advanceTimersByTimeAsync(400);
    expect(tickets.lists["accepted"]!.items).toEqual([]);
    expect(tickets.lists["checking"]!.items.map((t) => t.number)).toEqual(["YB1"]);
    expect(w.count(`${LIST}&numbers=YB1%2CYB2&limit=100`)).toBe(1);
  });

  it("looks again for what could not be looked up, and says no longer that something is wrong", async () => {
    const tickets = table();
    w.on(`${LIST}&status=open&limit=50`, { items: [ticket("YB1")], next: null }).on(`${LIST}&numbers=YB1&limit=100`, "network");
    await tickets.load();
    tickets.touched("YB1");
    await vi.advanceTimersByTimeAsync(400);
    expect(tickets.problem).toContain("网络");
    w.on(`${LIST}&numbers=YB1&limit=100`, { items: [ticket("YB1", { priority: "P0" })], next: null });
    await vi.advanceTimersByTimeAsync(6000);
    expect([tickets.items[0]!.priority, tickets.problem]).toEqual(["P0", null]);
  });

  it("puts a card where the order wants it, and leaves what belongs behind the last page to that page", async () => {
    const tickets = table();
    w.on(`${LIST}&status=open&limit=50`, { items: [ticket("YB1", { first_response_due_at: "2024-11-22T03:00:00Z" }), ticket("YB3", { first_response_due_at: "2024-11-22T05:00:00Z" })], next: "n" });
    await tickets.load();
    tickets.place("YB2", ticket("YB2", { first_response_due_at: "2024-11-22T04:00:00Z" }));
    tickets.place("YB9", ticket("YB9", { first_response_due_at: "2024-11-22T09:00:00Z" }));
    expect(tickets.items.map((t) => t.number)).toEqual(["YB1", "YB2", "YB3"]);
    tickets.place("YB1", ticket("YB1", { status: "closed" }));
    expect(tickets.items.map((t) => t.number)).toEqual(["YB2", "YB3"]);
  });
});

describe("the filters", () => {
  it("stand in the address and come back from it", () => {
    const filters = { ...nothing(), status: ["accepted", "checking"], category: ["app_error"], owner: "me", due: "overdue" as const, since: "2026-11-01", until: "2026-11-22", q: "发票", sort: "priority" as const };
    expect(ofAddress(toAddress(filters))).toEqual(filters);
    expect(toAddress(nothing())).toEqual({});
    expect(ofAddress({ due: "never", sort: "size", since: "yesterday", q: ["a"] })).toEqual(nothing());
    expect([narrowed(filters), narrowed(nothing())]).toEqual([4, 0]);
  });

  it("ask the service for whole days of China, and for what is open unless statuses are chosen", () => {
    const filters = { ...nothing(), since: "2026-11-30", until: "2026-11-30", due: "soon" as const };
    expect(toQuery(filters)).toEqual({ sort: "due", soon: true, since: "2026-11-30T00:00:00+08:00", until: "2026-12-01T00:00:00+08:00" });
    expect([tableStatus(nothing()), tableStatus({ ...nothing(), status: ["all"] }), tableStatus({ ...nothing(), status: ["solved"] })]).toEqual(["open", "", "solved"]);
  });

  it("find categories by characters, syllables and initials", () => {
    expect(sounds("未到", "加油券未到账", "jiayouquanweidaozhang jyqwdz")).toBe(true);
    expect(sounds("jyq", "加油券未到账", "jiayouquanweidaozhang jyqwdz")).toBe(true);
    expect(sounds("fapiao", "加油券未到账", "jiayouquanweidaozhang jyqwdz")).toBe(false);
  });
});

describe("clocks", () => {
  const now = at("2024-11-22T02:30:00Z");

  it("show the first answer while it is the next thing due, then the result", () => {
    expect(mainClock(ticket("YB1"), now, 60)).toMatchObject({ urgency: "soon", label: "首次响应", text: "剩 30:00" });
    const answered = ticket("YB1", { first_response_at: "2024-11-22T02:10:00Z" });
    expect(mainClock(answered, now, 60)).toMatchObject({ urgency: "calm", label: "解决" });
    expect(answerClock(answered, now, 60).text).toBe("按时");
    expect(answerClock(ticket("YB1", { first_response_at: "2024-11-22T03:20:00Z" }), now, 60)).toMatchObject({ urgency: "late", text: "晚了 20 分钟" });
    expect(nextDue(answered)).toBe(answered.due_at);
  });

  it("stand still while the customer is asked, and say when they are over", () => {
    const paused = ticket("YB1", { status: "waiting_customer", paused: true, paused_left: 7200 });
    expect(solutionClock(paused, now, 60)).toMatchObject({ urgency: "paused", text: "已暂停 · 剩 2 小时" });
    expect(mainClock(ticket("YB1"), at("2024-11-22T03:05:00Z"), 60)).toMatchObject({ urgency: "late", text: "超时 5 分钟" });
    expect(mainClock(ticket("YB1", { status: "closed" }), now, 60)).toMatchObject({ urgency: "done", text: "已关闭" });
  });

  it("order lists as the service does", () => {
    const one = ticket("YB1", { priority: "P2" });
    const two = ticket("YB2", { priority: "P0", first_response_due_at: "2024-11-22T04:00:00Z" });
    const sorted = (sort: string) => [two, one].sort(inOrder(sort)).map((t) => t.number);
    expect([sorted("due"), sorted("priority"), sorted("newest")]).toEqual([["YB1", "YB2"], ["YB2", "YB1"], ["YB2", "YB1"]]);
  });
});

describe("moves", () => {
  it("ask for what the move needs, and are not offered where the service would refuse", () => {
    expect(moveTo("accepted", "checking", MOVES)).toBe("accept");
    expect(moveTo("accepted", "finance_review", MOVES)).toBe("pass");
    expect(moveTo("waiting_customer", "checking", MOVES)).toBe("resume");
    expect(moveTo("checking", "waiting_customer", MOVES)).toBe("ask");
    expect(moveTo("solved", "closed", MOVES)).toBe("close");
    expect(moveTo("closed", "reopened", MOVES)).toBe("reopen");
    for (const [from, to] of [["checking", "accepted"], ["accepted", "closed"], ["closed", "solved"], ["waiting_customer", "accepted"], ["checking", "checking"]] as const)
      expect(moveTo(from, to, MOVES)).toBeNull();
  });
});

describe("what happened", () => {
  const event = (kind: string, data: Record<string, unknown> = {}) => line({ kind, actor: "lan", data, at: "2024-11-22T02:00:00Z" }, (who) => (typeof who === "number" ? `#${who}` : String(who)), at("2024-11-22T03:00:00Z"));

  it("is told in words, with what changed", () => {
    expect(event("passed", { from: "station", to: "finance", note: "已核对" })).toMatchObject({ text: "已核对", changes: [{ from: "油站管理部", to: "财务部" }] });
    expect(event("unassigned", { from: 3 })).toMatchObject({ internal: true, changes: [{ from: "#3", to: "无" }] });
    const raised = event("priority", { from: "P2", to: "P0", before: { due: "2024-11-23T10:00:00Z" }, promise: { due: "2024-11-22T05:00:00Z" } });
    expect(raised.changes.map((c) => c.name)).toEqual(["优先级", "解决时限"]);
    expect(event("breached", { of: "first_response" }).title).toContain("首次响应");
    expect(event("advance", { amount: 20000, kind: "refund", words: "先付" }).changes[0]!.to).toBe("¥200.00");
  });

  it("keeps unknown kinds readable", () => {
    expect(event("something_new", { note: "…" })).toMatchObject({ title: "something_new", text: "…" });
  });
});

describe("many at once", () => {
  const answer = (items: unknown[]) => ({ items, done: items.length });

  it("go in parts, say what did not work, and can be taken back to what each was", async () => {
    const desk = useTicketDesk();
    const numbers = Array.from({ length: 12 }, (_, i) => `YB${i}`);
    w.on("POST /api/v1/tickets/bulk", () => {
      const body = w.asked.at(-1)!.body as { numbers: string[]; action: string };
      return answer(body.numbers.map((number) => (number === "YB11" && body.action === "assign" ? { number, done: false, problem: "工单已关闭" } : { number, done: true, assignee: number === "YB0" ? "he" : null, priority: "P2" })));
    });
    const progress = await desk.bulk("分派", { action: "assign", username: "lan", note: "" }, numbers);
    expect(w.asked.map((a) => (a.body["numbers"] as string[]).length)).toEqual([10, 2]);
    expect(progress.items.filter((i) => !i.done)).toMatchObject([{ number: "YB11", problem: "工单已关闭" }]);
    await progress.undo!();
    const undone = w.asked.slice(2).map((a) => [a.body["action"], a.body["username"] ?? null, (a.body["numbers"] as string[]).length]);
    expect(undone).toEqual([["assign", "he", 1], ["unassign", null, 10]]);
    expect(desk.progress).toBeNull();
  });

  it("name the reason when the line is down, and notes cannot be taken back", async () => {
    w.on("POST /api/v1/tickets/bulk", "network");
    const progress = await useTicketDesk().bulk("备注", { action: "note", note: "x" }, ["YB1"]);
    expect(progress.items[0]).toMatchObject({ done: false, problem: expect.stringContaining("网络") as unknown });
    expect(progress.undo).toBeNull();
  });
});

describe("one action", () => {
  it("shows what became of the ticket, or says why not", async () => {
    const tickets = table();
    w.on(`${LIST}&status=open&limit=50`, { items: [ticket("YB1")], next: null })
      .on("GET /api/v1/tickets/YB1", { ...ticket("YB1"), events: [] })
      .on("POST /api/v1/tickets/YB1/accept", { ...ticket("YB1", { status: "checking", assignee_id: 1 }), events: [] });
    await tickets.load();
    await tickets.open("YB1");
    const desk = useTicketDesk();
    await desk.accept(tickets.items[0]!);
    expect([tickets.items[0]!.status, tickets.detail!.status]).toEqual(["checking", "checking"]);
    const refused = await desk.act(() => Promise.reject(new Error("x")), "");
    expect(refused).toContain("出了点问题");
    w.on("POST /api/v1/tickets/YB1/accept", refusal(409, "wrong_status", "这张工单已由工号 1002 处理"));
    await desk.accept(tickets.items[0]!);
    expect(desk.busy).toBe(false);
  });

  it("knows what is open", () => {
    expect([isOpenTicket("waiting_customer"), isOpenTicket("withdrawn")]).toEqual([true, false]);
  });
});

describe("keys", () => {
  it("work on the page, not while somebody writes, composes, or holds a modifier", () => {
    const heard: string[] = [];
    const Page = defineComponent({
      setup() {
        useKeys({ j: () => heard.push("j"), enter: () => heard.push("enter") });
        return () => h("div", [h("input"), h("button", { class: "plain" }), h("button", { "data-conversation": "c1" }), h("div", { role: "dialog" }, [h("p")]), h("div", { role: "dialog", "data-keys": "" }, [h("i")])]);
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
    press("i", "j"); // a drawer beside the list says that the page's keys work in it
    expect(heard).toEqual(["j", "enter", "j"]);
    page.unmount();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    expect(heard).toHaveLength(3);
  });
});
