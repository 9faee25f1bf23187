import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import { createMemoryHistory } from "vue-router";
import LoginPage from "../src/pages/LoginPage.vue";
import ConversationList from "../src/parts/ConversationList.vue";
import FeelingChart from "../src/parts/FeelingChart.vue";
import RecordList from "../src/parts/RecordList.vue";
import ReplyBox from "../src/parts/ReplyBox.vue";
import StoryPanel from "../src/parts/StoryPanel.vue";
import TicketDetails from "../src/parts/TicketDetails.vue";
import { buildRouter } from "../src/router";
import { useDesk } from "../src/stores/desk";
import { useQueue } from "../src/stores/queue";
import { useSession } from "../src/stores/session";
import { AGENT, claimed, refusal, story, world, type World } from "./world";

let w: World;
let shown: VueWrapper | null = null;

const flush = async () => {
  for (let i = 0; i < 12; i += 1) await Promise.resolve();
  await nextTick();
};

function key(element: Element, name: string, more: { isComposing?: boolean; shiftKey?: boolean } = {}): void {
  const event = new KeyboardEvent("keydown", { key: name, shiftKey: more.shiftKey ?? false, cancelable: true, bubbles: true });
  Object.defineProperty(event, "isComposing", { value: more.isComposing ?? false });
  element.dispatchEvent(event);
}

beforeEach(() => {
  w = world();
});
afterEach(() => {
  shown?.unmount();
  shown = null;
  vi.unstubAllGlobals();
});

describe("the input", () => {
  it("sends on Enter, not while an input method composes and not with Shift", async () => {
    w.on("GET /api/v1/conversations/c1", claimed()).on("POST /api/v1/conversations/c1/messages", { seq: 2 });
    const desk = useDesk();
    await desk.open("c1");
    shown = mount(ReplyBox, { attachTo: document.body });
    const input = shown.get("textarea").element;
    desk.setDraft("nihao");
    key(input, "Enter", { isComposing: true });
    key(input, "Enter", { shiftKey: true });
    await flush();
    expect(w.count("POST /api/v1/conversations/c1/messages")).toBe(0);
    key(input, "Enter");
    await flush();
    expect(w.asked.filter((a) => a.method === "POST").at(-1)!.body["text"]).toBe("nihao");
  });

  it("leaves what was written alone while suggestions are open, unless the arrows chose one", async () => {
    w.on("GET /api/v1/conversations/c1", claimed()).on("POST /api/v1/conversations/c1/messages", { seq: 2 });
    w.on("GET /api/v1/conversations/c1/suggestions", { calming: [], items: [{ source: "a", title: "到账时间", text: "一般十分钟内到账", score: 0.9 }] });
    const desk = useDesk();
    await desk.open("c1");
    const box = mount(ReplyBox, { attachTo: document.body });
    shown = box;
    const input = box.get("textarea").element;
    const suggest = async () => {
      await box.findAll("button").find((b) => b.text() === "推荐答复")!.trigger("click");
      await flush();
      expect(box.text()).toContain("到账时间");
    };
    desk.setDraft("我查一下");
    await flush();
    await suggest();
    expect(box.find("[role=option].on").exists()).toBe(false);
    key(input, "Tab");
    expect(desk.draft).toBe("我查一下");
    key(input, "ArrowDown");
    key(input, "Enter");
    expect(desk.draft).toBe("一般十分钟内到账");
    desk.setDraft("");
    await flush();
    await suggest();
    key(input, "Enter");
    expect(desk.draft).toBe("一般十分钟内到账");
    desk.setDraft("");
    await flush();
    await suggest();
    await box.get("textarea").setValue("稍");
    await flush();
    expect(box.text()).not.toContain("到账时间");
    expect(w.count("POST /api/v1/conversations/c1/messages")).toBe(0);
  });

  it("says what has to happen before one can write", async () => {
    w.on("GET /api/v1/conversations/c1", story());
    await useDesk().open("c1");
    shown = mount(ReplyBox);
    expect(shown.find("textarea").exists()).toBe(false);
    expect(shown.text()).toContain("接入会话");
    w.on("GET /api/v1/conversations/c1", story({ state: "human", agent: { ...AGENT, id: 2, number: "1002" } }));
    await useDesk().refresh();
    await nextTick();
    expect(shown.text()).toContain("1002");
    expect(shown.find("button").exists()).toBe(false);
  });
});

describe("the lists", () => {
  it("say when nobody waits, and what to do when they could not be fetched", async () => {
    const queue = useQueue();
    await queue.refresh();
    shown = mount(ConversationList, { props: { selected: null } });
    expect(shown.text()).toContain("现在没有客户在等");
    queue.clear();
    w.on("GET /api/v1/handoff/queue", "network");
    await queue.refresh();
    await nextTick();
    expect(shown.text()).toContain("重试");
  });

  it("tell the story in one sentence, who it is, why and how long", async () => {
    w.on("GET /api/v1/handoff/queue", {
      items: [
        {
          conversation_id: "c1", place: 1, reason: "anger", reason_title: "客户情绪激动", rule: "r", department: null,
          queued_at: new Date(Date.now() - 270_000).toISOString(), waiting_seconds: 240, customer: story().customer,
          story: "我要退款：“再不退钱我打12315”", sentiment: "angry", label: null, label_title: null, open_tickets: 2, priority: "P0", skills: ["yue"], at_the_pump: true, off_hours: false, opens_at: null,
        },
      ],
    });
    await useQueue().refresh();
    shown = mount(ConversationList, { props: { selected: "c1" } });
    const item = shown.get("[data-conversation='c1']");
    for (const words of ["李**", "金卡", "客户情绪激动", "2 张工单", "已等 4 分钟", "我要退款", "紧急", "在油枪旁", "粤语"]) expect(item.text()).toContain(words);
    expect(item.attributes("aria-current")).toBe("true");
    await item.trigger("click");
    expect(shown.emitted("open")).toEqual([["c1"]]);
  });
});

describe("the story", () => {
  const plugins = () => ({ global: { plugins: [buildRouter(createMemoryHistory())] } });

  it("shows summary, customer, reasons, and opens the reasons for one message", async () => {
    shown = mount(StoryPanel, { props: { story: story() }, attachTo: document.body, ...plugins() });
    for (const words of ["加油券未到账", "138****6512", "云A****89", "¥126.50", "93%"]) expect(shown.text()).toContain(words);
    const trace = shown.get<HTMLDetailsElement>("[data-turn='1'] details");
    expect(trace.element.open).toBe(false);
    (shown.vm as unknown as { why: (seq: number) => void }).why(1);
    await flush();
    expect(trace.element.open).toBe(true);
  });

  it("passes on what the colleague said, and says when the platform is silent", () => {
    shown = mount(StoryPanel, {
      props: { story: story({ platform_available: false, handoff: { reason_title: "转接", note: { from: "1002", text: "已核对订单" } } }) },
      ...plugins(),
    });
    expect(shown.text()).toContain("已核对订单");
    expect(shown.text()).toContain("加油平台暂时没有响应");
  });

  it("draws the feelings and says them", () => {
    const turn = story().turns[0]!;
    shown = mount(FeelingChart, { props: { turns: [turn, { ...turn, seq: 3, sentiment: "angry" }, { ...turn, seq: 5, sentiment: "no such feeling" }] } });
    expect(shown.get("svg").attributes("aria-label")).toContain("不满、愤怒");
    const heights = shown.findAll("circle").map((c) => Number(c.attributes("cy")));
    expect(heights[1]!).toBeLessThan(heights[0]!);
    expect(heights[2]!).toBeGreaterThan(heights[0]!);
  });

  it("words orders and coupons, and points to what does not fit", () => {
    shown = mount(RecordList, {
      props: {
        kind: "orders",
        records: [{ id: "1", station_name: "城北站", paid_fen: 23000, pump_fen: 20000, fuel: "95号", gun: "5", channel: "wechat", status: "fuelled", created_at: "2024-11-21T02:00:00Z", note: "" }],
      },
    });
    for (const words of ["城北站", "¥230.00", "油机 ¥200.00", "已加油", "5 号枪", "微信"]) expect(shown.text()).toContain(words);
  });

  it("shows a ticket's free fields whatever they hold", () => {
    shown = mount(TicketDetails, { props: { details: { said: ["一", "二"], checked: "已核对", sentiment: "angry", odd: { a: 1 }, nothing: null } } });
    for (const words of ["已核对", "愤怒", "a：1"]) expect(shown.text()).toContain(words);
    expect(shown.text()).not.toContain("nothing");
  });
});

describe("logging in", () => {
  it("says what is wrong, then leads back to where one was", async () => {
    const router = buildRouter(createMemoryHistory());
    await router.push("/tickets/YB1?x=1");
    expect(router.currentRoute.value.name).toBe("login");
    shown = mount(LoginPage, { global: { plugins: [router] }, attachTo: document.body });
    await shown.get("form").trigger("submit");
    expect(shown.text()).toContain("请输入用户名和密码");
    w.on("POST /api/v1/agents/login", refusal(401, "bad_login", "用户名或密码不对，请重新输入"));
    await shown.get("#username").setValue("xiaolin");
    await shown.get("#password").setValue("wrong");
    await shown.get("form").trigger("submit");
    await flush();
    expect(shown.text()).toContain("用户名或密码不对");
    w.on("POST /api/v1/agents/login", { token: "t", agent: AGENT });
    await shown.get("form").trigger("submit");
    await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe("/tickets/YB1?x=1"), 5000);
  });

  it("carries a caller's number along behind #, never in the query", async () => {
    const router = buildRouter(createMemoryHistory());
    await router.push("/conversations?x=1#phone=13800000000");
    expect(router.currentRoute.value.query).toEqual({ to: "/conversations?x=1" });
    w.on("POST /api/v1/agents/login", { token: "t", agent: AGENT });
    shown = mount(LoginPage, { global: { plugins: [router] }, attachTo: document.body });
    await flush();
    await shown.get("#username").setValue("xiaolin");
    await shown.get("#password").setValue("secret");
    await shown.get("form").trigger("submit");
    await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe("/conversations?x=1#phone=13800000000"), 5000);
  });

  it("gives each role its pages", async () => {
    const where = async (role: string) => {
      w.on("POST /api/v1/agents/login", { token: "t", agent: { ...AGENT, role } });
      await useSession().login("a", "b");
      const router = buildRouter(createMemoryHistory());
      await router.push("/");
      return router.currentRoute.value.name;
    };
    expect(await where("agent")).toBe("desk");
    expect(await where("supervisor")).toBe("desk");
    expect(await where("handler")).toBe("tickets");
    expect(await where("station")).toBe("tickets");
    expect(await where("editor")).toBe("knowledge");
  });
});
