import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/index";
import { type FakeService, refusal } from "./service";
import { DETAIL, TICKET, all, find, leave, press, settle, stage } from "./stage";

let service: FakeService;

const named = (words: string) => all("button, a").find((b) => b.textContent === words)!;
const asked = (path: string) => service.requests.filter((r) => r.path.endsWith(path));

async function start(): Promise<void> {
  api.open();
  await settle();
  await settle();
}

async function tab(name: string): Promise<void> {
  await press(all("[role=tab]").find((t) => t.textContent!.startsWith(name))!);
  await settle();
}

beforeEach(() => {
  service = stage();
});
afterEach(leave);

describe("the opening", () => {
  beforeEach(() => {
    service.home.predicted = [
      { title: "昨天城北站 ¥200 付了钱没加上油？", text: "昨天城北站 ¥200 付了钱没加上油", payload: "intent:paid_not_fueled", order_id: "A1" },
    ];
  });

  it("asks for what probably happened; a press starts it with its record attached", async () => {
    await start();
    await press(find(".guesses button"));
    expect(asked("/messages").at(-1)!.body).toMatchObject({
      text: "昨天城北站 ¥200 付了钱没加上油",
      payload: "intent:paid_not_fueled",
      context: { order_id: "A1" },
    });
  });

  it("asks again after a while, not in the middle of a talk", async () => {
    service.say("早上的话", { at: new Date(Date.now() - 3_600_000).toISOString() });
    await start();
    expect(all(".guesses")).toHaveLength(1);
    service.say("刚才的话");
    service.push({ type: "messages", messages: service.messages, state: "bot" });
    await settle();
    expect(all(".guesses")).toHaveLength(0);
  });

  it("does without when the page cannot be had", async () => {
    service.next.push({ path: "/api/v1/widget/home", answer: refusal(503, "not_ready", "稍后再试") });
    await start();
    expect(find(".welcome h2").textContent).toContain("您好");
    expect(find(".guesses")).toBeNull();
  });
});

describe("an article that is judged", () => {
  const card = { type: "article", id: "coupon_arrival_time", title: "多久到账", summary: "30 分钟内", steps: [], body: "" };

  it("goes on to its next step when it did not help, once", async () => {
    service.say("30 分钟内", { card });
    service.answers["/api/v1/widget/feedback"] = { next: { title: "加油券未到账", payload: "intent:coupon_not_received" } };
    await start();
    await press(named("没解决"));
    await settle();
    expect(asked("/feedback")[0]!.body).toEqual({ article_id: "coupon_arrival_time", solved: false, seq: 1 });
    expect(asked("/messages").at(-1)!.body).toMatchObject({ payload: "intent:coupon_not_received" });
    expect(find(".judge").textContent).toBe("已反馈：没解决");
  });

  it("says thanks when it did", async () => {
    service.say("30 分钟内", { card });
    service.answers["/api/v1/widget/feedback"] = { next: null };
    await start();
    await press(named("解决了"));
    expect(find(".toast").textContent).toBe("谢谢您的反馈");
    expect(service.posted).toEqual([]);
  });
});

describe("the help pages", () => {
  it("search while typing, read an article, and go back", async () => {
    const brief = { id: "invoice_how", title: "怎么申请发票？", summary: "在订单里", category: "invoice" };
    service.answers["/api/v1/widget/help/articles"] = { items: [brief] };
    service.answers["/api/v1/widget/help/articles/invoice_how"] = {
      ...brief,
      category_title: "发票",
      steps: [],
      body: "## 步骤\n1. 打开订单",
      media: [{ url: "javascript:alert(1)" }, { url: "https://h/a.png", alt: "订单页" }],
      related: [],
    };
    await start();
    await tab("帮助");
    const input = find<HTMLInputElement>("input[type=search]");
    input.value = "发";
    input.dispatchEvent(new Event("input"));
    input.value = "发票";
    input.dispatchEvent(new Event("input"));
    await vi.advanceTimersByTimeAsync(250);
    expect(asked("/help/articles")).toHaveLength(1);
    await press(find(".found .row"));
    await settle();
    expect(find(".body h4").textContent).toBe("步骤");
    expect(all(".figure").map((f) => f.getAttribute("src"))).toEqual(["https://h/a.png"]);
    await press(find(".crumb button"));
    expect(find<HTMLInputElement>("input[type=search]").value).toBe("发票");
  });

  it("offer the telephone and a call back, and file a complaint in three fields", async () => {
    await start();
    await tab("帮助");
    expect(find(".tiles a").getAttribute("href")).toBe("tel:4000009520");
    await press(named("投诉建议"));
    expect(all(".fields .label")).toHaveLength(3);
    find("form.fields").dispatchEvent(new Event("submit", { cancelable: true }));
    expect(find(".fields .problem").textContent).toContain("发生了什么");
    find<HTMLTextAreaElement>(".fields textarea").value = "加油员不认优惠";
    find<HTMLInputElement>(".fields input").value = "13800000000";
    find("form.fields").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(asked("/messages").at(-1)!.body).toMatchObject({
      text: "加油员不认优惠\n联系电话：13800000000",
      payload: "intent:station_complaint",
    });
    expect(find(".pages").hidden).toBe(true);
  });

  it("show a guest's own past once his number is proven", async () => {
    service.answers["/api/v1/widget/phone"] = { phone: "138****0000", expires_in: 300, again_in: 60 };
    service.answers["/api/v1/widget/phone/verify"] = { token: "t-home", conversation_id: "c9", tickets: [{ number: "YB1" }] };
    await start();
    await tab("帮助");
    await press(named("手机号查单"));
    const [phone, code] = all(".fields input") as HTMLInputElement[];
    phone!.value = "138 0000 0000";
    await press(named("获取验证码"));
    expect(find(".fields .fine").textContent).toContain("138****0000");
    expect(named("60 秒后可重发").hasAttribute("disabled")).toBe(true);
    code!.value = "123456";
    find("form.fields").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    await settle();
    expect(asked("/phone/verify")[0]!.body).toEqual({ phone: "13800000000", code: "123456" });
    expect(asked("/sessions").at(-1)!.body).toEqual({ session_token: "t-home" });
    expect(find(".toast").textContent).toContain("1 张");
  });
});

describe("tickets", () => {
  it("are listed, followed live, urged, and taken back only after a second tap", async () => {
    service.answers["/api/v1/widget/tickets"] = { items: [TICKET] };
    service.answers["/api/v1/widget/tickets/YB0000000687"] = DETAIL;
    const done = { message: { text: "已经帮您催了。负责的同事会马上看到。" }, ticket: DETAIL };
    service.answers["/api/v1/widget/tickets/YB0000000687/urge"] = done;
    service.answers["/api/v1/widget/tickets/YB0000000687/withdraw"] = done;
    await start();
    await tab("进度");
    await press(find(".room .row"));
    await settle();
    expect(find(".timeline").textContent).toContain("已受理");
    service.answers["/api/v1/widget/tickets/YB0000000687"] = { ...DETAIL, nodes: [...DETAIL.nodes, { title: "专人接手", at: TICKET.created_at, note: null }] };
    service.push({ type: "ticket", number: TICKET.number });
    await settle();
    expect(find(".timeline .newest").textContent).toContain("专人接手");
    await press(named("催一下"));
    expect(find(".toast").textContent).toBe("已经帮您催了");
    await press(named("撤销"));
    expect(asked("/withdraw")).toHaveLength(0);
    service.push({ type: "ticket", number: TICKET.number });
    await settle();
    await press(named("确定撤销"));
    expect(asked("/withdraw")).toHaveLength(1);
  });
});

describe("a rating", () => {
  it("needs all three marks, and thanks for them", async () => {
    service.say("您还满意吗？", { sender: "system", card: { type: "rating", handoff_id: 7 } });
    service.answers["/api/v1/widget/ratings"] = {};
    await start();
    const send = () => named("提交评价") as HTMLButtonElement;
    expect(send().disabled).toBe(true);
    for (const row of all(".stars")) row.querySelectorAll("button")[3]!.click();
    expect(send().disabled).toBe(false);
    await press(send());
    expect(asked("/ratings")[0]!.body).toMatchObject({ handoff_id: 7, attitude: 4, speed: 4, solution: 4 });
    expect(find(".rating").textContent).toContain("谢谢");
  });
});

describe("the device's state", () => {
  it("travels along only with consent, which is asked once and can be taken back", async () => {
    await start();
    expect(find(".consent").hidden).toBe(true);
    api.setContext({ app_version: "8.2", page: "home" });
    api.open({ text: "闪退" });
    await settle();
    expect(find(".consent").hidden).toBe(false);
    find("form").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(asked("/messages").at(-1)!.body["context"]).toEqual({ page: "home" });
    await press(named("可以"));
    expect(asked("/preferences")[0]!.body).toEqual({ diagnosis: true });
    expect(find(".consent").hidden).toBe(true);
    find<HTMLTextAreaElement>("textarea").value = "又闪退";
    find<HTMLTextAreaElement>("textarea").dispatchEvent(new Event("input"));
    find("form").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(asked("/messages").at(-1)!.body["context"]).toEqual({ page: "home", app_version: "8.2" });
    await tab("帮助");
    await press(named("设置"));
    await press(all("[role=switch]")[1]!);
    expect(asked("/preferences")[1]!.body).toEqual({ diagnosis: false });
  });
});

describe("Esc", () => {
  it("leaves the innermost thing first", async () => {
    await start();
    await tab("帮助");
    await press(named("投诉建议"));
    const esc = () => find(".crumb").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }));
    esc();
    await settle();
    expect(find(".help")).not.toBeNull();
    esc();
    expect(find(".panel").hidden).toBe(true);
  });
});
