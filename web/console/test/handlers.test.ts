import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory } from "vue-router";
import type { Ticket, TicketDetail } from "@youban/shared/wire";
import AlarmBanner from "../src/parts/AlarmBanner.vue";
import HandlerSheet from "../src/parts/HandlerSheet.vue";
import HandlerTimeline from "../src/parts/HandlerTimeline.vue";
import { keep } from "../src/keep";
import { buildRouter } from "../src/router";
import { auth } from "../src/service";
import { useAlarms, RING_EVERY_MS, RINGS } from "../src/stores/alarms";
import { useHandler } from "../src/stores/handler";
import { useSession } from "../src/stores/session";
import { AGENT, refusal, world, type World } from "./world";

const notify = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../src/notify", async (original) => ({ ...(await original<object>()), call: notify.call }));

const WORKING = "accepted%2Cchecking%2Cfinance_review%2Creopened";
const HANDLER = { ...AGENT, role: "handler", department: "station" };

const ticket = (number: string, more: Partial<Ticket> = {}) =>
  ({
    number, category: "paid_not_fueled", title: "支付成功未加油", department: "finance", department_title: "财务部", working: "station", priority: "P0",
    status: "accepted", status_title: "已受理", summary: "钱扣了", details: {}, order_ids: [], customer_id: "de****17", level: "gold", channel: "widget", station_id: "S001",
    conversation_id: "", created_at: "2024-11-22T02:00:00Z", updated_at: "2024-11-22T02:00:00Z", first_response_due_at: "2024-11-22T02:05:00Z", first_response_at: null,
    promised_at: "2024-11-22T04:00:00Z", due_at: "2024-11-22T04:00:00Z", overdue: false, paused: false, urges: 0, reopened: 0, escalation: 0, owner_id: null, assignee_id: null,
    parent_number: null, merged_into: null, incident: false, resolution: null, root_cause: null, side: null, steps: [], ...more,
  }) as Ticket;
const detail = (number: string, more: Partial<TicketDetail> = {}) =>
  ({
    ...ticket(number), events: [], said: ["钱扣了油枪没反应"], checked: [], demanded: null, attachments: [], owner: null, assignee: null, parties: [], rulings: [], links: [],
    children: [], proposal: null, why: "", timers: {}, next_step: "finance", may: [], ...more,
  }) as TicketDetail;

let w: World;
beforeEach(() => {
  w = world();
  w.on("GET /api/v1/tickets/counts?status=" + WORKING + "&owner=none", { counts: { accepted: 2 }, overdue: 0 });
  w.on("GET /api/v1/tickets/counts", { counts: { accepted: 2, checking: 3, waiting_customer: 1, solved: 4, closed: 5 }, overdue: 0 });
  notify.call.mockClear();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe("the lists of department and station staff", () => {
  it("keep what nobody took apart from what somebody works on, over pages", async () => {
    w.on(`GET /api/v1/tickets?sort=due&limit=50&status=${WORKING}&owner=none`, { items: [ticket("YB1")], next: null });
    w.on(`GET /api/v1/tickets?sort=due&limit=50&status=${WORKING}`, { items: [ticket("YB1"), ticket("YB2")], next: "n" });
    w.on(`GET /api/v1/tickets?sort=due&limit=50&cursor=n&status=${WORKING}`, { items: [ticket("YB3", { assignee_id: 7 })], next: null });
    const handler = useHandler();
    await handler.load();
    await flushPromises();
    expect(handler.items.map((t) => t.number)).toEqual(["YB1"]);
    expect(handler.counts).toEqual({ waiting: 2, working: 3, customer: 1, done: 9 });
    handler.group = "working";
    await handler.load();
    expect(handler.items.map((t) => t.number)).toEqual(["YB3"]);
  });

  it("stay as long as they are when something is heard", async () => {
    const list = `GET /api/v1/tickets?sort=due&limit=50`;
    w.on(`${list}&status=${WORKING}&owner=none`, { items: [ticket("YB1")], next: "n" }).on(`${list}&cursor=n&status=${WORKING}&owner=none`, { items: [ticket("YB2")], next: "m" });
    const handler = useHandler();
    await handler.load();
    await handler.loadMore();
    await handler.load();
    expect(handler.items.map((t) => t.number)).toEqual(["YB1", "YB2"]);
    expect(handler.next).toBe("m");
  });

  it("search everything, whatever list is open", async () => {
    w.on("GET /api/v1/tickets?sort=newest&limit=50&q=YB9", { items: [ticket("YB9", { status: "closed" })], next: null });
    const handler = useHandler();
    handler.text = " YB9 ";
    await handler.load();
    expect(handler.items.map((t) => t.number)).toEqual(["YB9"]);
  });

  it("say what is wrong and keep what was there", async () => {
    w.on(`GET /api/v1/tickets?sort=due&limit=50&status=${WORKING}&owner=none`, { items: [ticket("YB1")], next: null });
    const handler = useHandler();
    await handler.load();
    w.on(`GET /api/v1/tickets?sort=due&limit=50&status=${WORKING}&owner=none`, "network");
    await handler.load();
    expect(handler.problem).toContain("网络");
    expect(handler.items).toHaveLength(1);
  });
});

describe("doing something with a ticket", () => {
  const open = (task: "ask" | "solve" | "photo", one = detail("YB1")) =>
    mount(HandlerSheet, { props: { task: null, ticket: one }, attachTo: document.body }).setProps({ task }).then(() => flushPromises());
  const press = async () => {
    document.body.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await flushPromises();
  };
  const write = (text: string) => {
    const area = document.body.querySelector("textarea")!;
    area.value = text;
    area.dispatchEvent(new Event("input"));
  };

  it("needs words, keeps them when it fails, and forgets them when it went well", async () => {
    const handler = useHandler();
    handler.ticket = detail("YB1");
    await open("ask");
    await press();
    expect(document.body.textContent).toContain("请先写一点内容");
    write("请发截图");
    w.on("POST /api/v1/tickets/YB1/ask", refusal(409, "wrong_status", "工单已关闭")).on("GET /api/v1/tickets/YB1", detail("YB1", { status: "closed" }));
    await press();
    expect(document.body.textContent).toContain("工单已关闭");
    expect(keep.draft("handler:YB1:ask")).toBe("请发截图");
    w.on("POST /api/v1/tickets/YB1/ask", detail("YB1", { status: "waiting_customer" }));
    await press();
    expect(w.asked.find((a) => a.path.endsWith("/ask"))!.body).toEqual({ text: "请发截图" });
    expect(keep.draft("handler:YB1:ask")).toBe("");
    expect(handler.ticket.status).toBe("waiting_customer");
  });

  it("asks for the reason before a ticket is solved, and for a photo before one is sent", async () => {
    w.on("GET /api/v1/tickets/root-causes", { items: [{ id: "station_equipment", title: "油站设备故障", kind: "equipment", side: "station" }] });
    await open("solve");
    write("已退款");
    await press();
    expect(document.body.textContent).toContain("请选择问题原因");
    document.body.replaceChildren();
    await open("photo");
    await press();
    expect(document.body.textContent).toContain("请先拍一张");
    expect(w.asked.some((a) => a.method === "POST")).toBe(false);
  });
});

describe("the timeline", () => {
  it("names what happened, newest first, and marks what customers do not see", () => {
    const at = "2024-11-22T02:00:00Z";
    const line = mount(HandlerTimeline, {
      props: {
        events: [
          { kind: "filed", actor: "assistant", data: { summary: "钱扣了" }, at },
          { kind: "passed", actor: "zhan", data: { to: "finance", note: "请退款" }, at },
          { kind: "photo", actor: "zhan", data: { text: "油机屏幕", internal: true, attachments: ["a"] }, at },
        ],
      },
    });
    const said = line.findAll("li").map((li) => li.text());
    expect(said[0]).toContain("上传照片");
    expect(said[0]).toContain("仅内部可见");
    expect(said[1]).toContain("转派到财务部");
    expect(said[1]).toContain("请退款");
    expect(said[2]).toContain("智能助手");
  });
});

describe("the alarm", () => {
  const alarm = (number: string, since = "2024-11-22T02:00:00Z") => ({ number, title: "支付成功未加油", department: "station", department_title: "油站管理部", since, due_at: since });
  const shown = async () => {
    const banner = mount(AlarmBanner, { global: { plugins: [buildRouter(createMemoryHistory())] } });
    await flushPromises();
    return banner;
  };

  it("rings again and again for a minute, and ends when somebody took it", async () => {
    vi.useFakeTimers();
    w.on("GET /api/v1/alarms", { tickets: [alarm("YB1")], conversations: [] });
    const banner = await shown();
    expect(banner.get("[role=alert]").text()).toContain("YB1");
    expect(notify.call).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(RING_EVERY_MS * 2);
    expect(notify.call).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(RING_EVERY_MS * RINGS * 2);
    expect(notify.call).toHaveBeenCalledTimes(RINGS);
    w.on("GET /api/v1/alarms", { tickets: [], conversations: [] });
    await useAlarms().refresh();
    expect(banner.find("[role=alert]").exists()).toBe(false);
    banner.unmount();
  });

  it("is silent once it was put away, and loud again when the ticket rings anew", async () => {
    w.on("GET /api/v1/alarms", { tickets: [alarm("YB1")], conversations: [{ conversation_id: "c1", reason: "critical", since: "2024-11-22T02:00:00Z" }] });
    const banner = await shown();
    expect(banner.findAll("[role=alert]")).toHaveLength(2);
    await banner.get("[aria-label='知道了，不再提醒YB1']").trigger("click");
    expect(banner.findAll("[role=alert]")).toHaveLength(1);
    await useAlarms().refresh();
    expect(notify.call).toHaveBeenCalledTimes(1);
    w.on("GET /api/v1/alarms", { tickets: [alarm("YB1", "2024-11-22T03:00:00Z")], conversations: [] });
    await useAlarms().refresh();
    await flushPromises();
    expect(banner.text()).toContain("YB1");
    expect(notify.call).toHaveBeenCalledTimes(2);
    banner.unmount();
  });
});

describe("where department staff land", () => {
  it.each([
    [true, "handler"],
    [false, "tickets"],
  ])("narrow %s: %s", async (matches, name) => {
    vi.stubGlobal("matchMedia", () => ({ matches, addEventListener: () => undefined }));
    auth.token = "t";
    useSession().agent = HANDLER as never;
    const router = buildRouter(createMemoryHistory());
    await router.push("/");
    expect(router.currentRoute.value.name).toBe(name);
  });

  it("leads from a deep link to the log-in and back", async () => {
    const router = buildRouter(createMemoryHistory());
    await router.push("/m/YB1");
    expect(router.currentRoute.value.name).toBe("login");
    expect(router.currentRoute.value.query["to"]).toBe("/m/YB1");
  });
});
