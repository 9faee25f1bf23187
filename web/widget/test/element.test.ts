import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { api } from "../src/index";
import { type FakeService } from "./service";
import { all, find, leave, root, settle, stage } from "./stage";

let service: FakeService;

const input = () => find<HTMLTextAreaElement>("textarea");

function write(text: string): void {
  input().value = text;
  input().dispatchEvent(new Event("input"));
}

function key(name: string, more: KeyboardEventInit & { keyCode?: number } = {}): void {
  const event = new KeyboardEvent("keydown", { key: name, bubbles: true, composed: true, cancelable: true, ...more });
  // happy-dom leaves these two at their defaults.
  Object.defineProperty(event, "isComposing", { value: more.isComposing ?? false });
  Object.defineProperty(event, "keyCode", { value: more.keyCode ?? 0 });
  input().dispatchEvent(event);
}

async function start(): Promise<void> {
  api.open();
  await settle();
}

beforeEach(() => {
  service = stage();
});
afterEach(leave);

describe("<youban-chat>", () => {
  it("offers questions at the start and sends the one that is pressed in the customer's own words", async () => {
    await start();
    expect(find(".welcome h2").textContent).toContain("您好");
    find(".welcome button").click();
    await settle();
    expect(service.posted).toEqual(["钱扣了油枪没反应"]);
    expect(find(".welcome")).toBeNull();
    expect(all(".own .bubble").map((b) => b.textContent)).toEqual(["钱扣了油枪没反应"]);
  });

  it("asks for a person with one tap, and no longer offers it in the queue", async () => {
    await start();
    service.reply = () => ({ text: "好的，马上为您转人工客服。" });
    service.state = "queued";
    find(".chip.person").click();
    await settle();
    expect(service.requests.at(-1)!.body).toMatchObject({ text: "转人工", payload: "human" });
    service.push({ type: "queue", place: 3, estimate_minutes: 4 });
    await settle();
    expect(find(".banner").textContent).toBe("您排在第 3 位，预计 4 分钟左右");
    expect(find(".chip.person").hidden).toBe(true);
    service.push({ type: "messages", messages: [], state: "human" });
    await settle();
    expect(find(".banner").hidden).toBe(true);
    expect(find(".status").textContent).toContain("人工客服");
  });

  it("says what the person on the other side has read, and tells him what the customer has seen", async () => {
    await start();
    service.state = "human";
    write("在吗");
    key("Enter");
    await settle();
    service.push({ type: "read", sender: "agent", seq: 1 });
    await settle();
    expect(all(".own .note").map((n) => n.textContent)).toEqual(["已读"]);
    service.push({ type: "messages", state: "human", messages: [service.say("在的", { sender: "agent" })] });
    await settle();
    expect(service.sockets.at(-1)!.sent.at(-1)).toEqual({ type: "read", seq: 2 });
  });

  it("opens a long conversation at its end and fetches what is older on the way up", async () => {
    for (let n = 1; n <= 200; n += 1) service.say(`第${n}句`);
    await start();
    expect(all(".bubble")).toHaveLength(60);
    expect(find(".earlier").hidden).toBe(false);
    for (let n = 0; n < 12 && !find(".earlier").hidden; n += 1) {
      find(".earlier").click();
      await settle();
      expect(all(".bubble").length).toBeLessThanOrEqual(180);
    }
    expect(all(".bubble")[0]!.textContent).toBe("第1句");
    expect(find(".newer").hidden).toBe(false);
    find(".newer").click();
    expect(all(".bubble").at(-1)!.textContent).toBe("第200句");
    expect(service.requests.filter((r) => r.path.endsWith("/messages"))).toHaveLength(4);
  });

  it("sends on Enter, but not while an input method composes and not with Shift", async () => {
    await start();
    write("nihao");
    key("Enter", { isComposing: true });
    key("Enter", { keyCode: 229 });
    key("Enter", { shiftKey: true });
    await settle();
    expect(service.posted).toEqual([]);
    key("Enter");
    await settle();
    expect(service.posted).toEqual(["nihao"]);
    expect(input().value).toBe("");
  });

  it("closes on Esc and gives the focus back to what opened it; not while composing", async () => {
    const opener = document.createElement("button");
    document.body.append(opener);
    opener.focus();
    await start();
    expect(root().activeElement).toBe(input());
    key("Escape", { isComposing: true });
    expect(find(".panel").hidden).toBe(false);
    key("Escape");
    expect(find(".panel").hidden).toBe(true);
    expect(document.activeElement).toBe(opener);
  });

  it("is labelled for screen readers and does not read the history out", async () => {
    service.say("昨天的话");
    api.open();
    await settle();
    const log = find(".log");
    expect(log.getAttribute("role")).toBe("log");
    expect(log.getAttribute("aria-label")).toBeTruthy();
    expect(input().getAttribute("aria-label")).toBeTruthy();
    expect(find(".panel").getAttribute("role")).toBe("dialog");
    for (const button of all("button")) expect(button.getAttribute("aria-label") || button.textContent).toBeTruthy();
    service.push({ type: "messages", messages: [service.say("新的话")], state: "bot" });
    await settle();
    expect(log.getAttribute("aria-live")).toBe("polite");
  });

  it("draws buttons and sends title and payload of the one that is pressed", async () => {
    service.say("请问是哪一种情况？", { buttons: [{ title: "支付失败", payload: "answer:points_cause=pay" }] });
    await start();
    find(".option").click();
    await settle();
    expect(service.requests.at(-1)!.body).toMatchObject({ text: "支付失败", payload: "answer:points_cause=pay" });
    expect(find(".line.other").classList.contains("answered")).toBe(true);
  });

  it("chooses a record by the title of the button that carries its payload, and shows that button only once", async () => {
    service.say("请问是哪一笔？", {
      card: { type: "orders", kind: "order", items: [{ id: "7", title: "今天 10:32 城北站", note: "200 元 · 92号", status: "未加油", payload: "answer:order_id=7" }] },
      buttons: [
        { title: "今天 10:32 城北站 200 元", payload: "answer:order_id=7" },
        { title: "都不是", payload: "answer:order_id=none" },
      ],
    });
    await start();
    expect(all(".options .option").map((o) => o.textContent)).toEqual(["都不是"]);
    find(".records button").click();
    await settle();
    expect(service.requests.at(-1)!.body).toMatchObject({ text: "今天 10:32 城北站 200 元", payload: "answer:order_id=7" });
  });

  it("draws a ticket's progress and an article with its steps, and says neither twice", async () => {
    service.say("工单 YB0000000646 已提交", {
      card: { type: "ticket", number: "YB0000000646", title: "加油券未到账", priority: "P2", status_title: "已受理", due_at: "2024-11-22T10:00:00Z", steps: [{ title: "已受理", done: true }, { title: "运营核查", done: false }] },
    });
    service.say("12 个月内都能开。\n1. 打开订单", {
      card: { type: "article", id: "a", title: "怎么开发票", summary: "12 个月内都能开。", steps: ["打开订单"], body: "**注意** <img src=x onerror=alert(1)>" },
    });
    service.say("看不懂的卡片", { card: { type: "hologram" } });
    await start();
    expect(all(".steps li").map((li) => li.className)).toEqual(["done", "now"]);
    expect(find(".ticket .number b").textContent).toBe("YB0000000646");
    expect(all(".article .how li").map((li) => li.textContent)).toEqual(["打开订单"]);
    expect(find(".article").closest(".line")!.querySelector(":scope > .bubble")).toBeNull();
    expect(find(".article strong + *, .body strong").textContent).toBeTruthy();
    expect(all(".body img")).toHaveLength(0);
    expect(find(".body").textContent).toContain("<img src=x");
    expect(all(".line.other").at(-1)!.textContent).toContain("看不懂的卡片");
  });

  it("never turns text into markup, and only web addresses into links", async () => {
    service.say("<b>粗</b> javascript:alert(1) 看 https://kf.example.cn/a?b=1。");
    await start();
    expect(find(".bubble b")).toBeNull();
    const links = all(".bubble a");
    expect(links.map((a) => a.getAttribute("href"))).toEqual(["https://kf.example.cn/a?b=1"]);
    expect(links[0]!.getAttribute("rel")).toContain("noopener");
  });

  it("counts what was not seen, and forgets it when the window opens", async () => {
    await start();
    api.close();
    const heard: unknown[] = [];
    const stop = api.on("unread", (detail) => heard.push(detail));
    service.push({ type: "messages", messages: [service.say("您的工单有进展")], state: "bot" });
    await settle();
    expect(find(".badge").textContent).toBe("1");
    api.open();
    await settle();
    expect(find(".badge").hidden).toBe(true);
    expect(heard).toEqual([{ count: 1 }, { count: 0 }]);
    stop();
  });

  it("sends the app's context along and begins with the app's words", async () => {
    api.setContext({ page: "order", order_id: "7" });
    api.open({ text: "这笔订单有问题" });
    await settle();
    expect(input().value).toBe("这笔订单有问题");
    key("Enter");
    await settle();
    expect(service.requests.at(-1)!.body["context"]).toEqual({ page: "order", order_id: "7" });
  });

  it("shows another customer nothing of the one before", async () => {
    await start();
    write("我的秘密");
    key("Enter");
    await settle();
    service.messages = [];
    api.identify("another-customer");
    await settle();
    expect(root().textContent).not.toContain("我的秘密");
    expect(service.requests.filter((r) => r.path.endsWith("/sessions")).at(-1)!.body).toEqual({ customer_token: "another-customer" });
  });

  it("keeps what is written before the app has said who its user is, and sends it as that customer", async () => {
    const element = document.createElement("youban-chat");
    element.setAttribute("await-token", "");
    document.body.append(element);
    await start();
    write("别丢了");
    key("Enter");
    await settle();
    expect(service.requests).toEqual([]);
    write("还没写完");
    expect(all(".own .bubble").map((b) => b.textContent)).toEqual(["别丢了"]);
    api.identify("app-token");
    await settle();
    expect(service.requests[0]!.body).toEqual({ customer_token: "app-token" });
    expect(service.posted).toEqual(["别丢了"]);
    expect(all(".own .bubble").map((b) => b.textContent)).toEqual(["别丢了"]);
    expect(input().value).toBe("还没写完");
    expect(localStorage.getItem("youban:1:guest:outbox")).toBeNull();
    api.identify("app-token");
    await settle();
    expect(service.requests.filter((r) => r.path.endsWith("/sessions"))).toHaveLength(1);
  });

  it("keeps the large type that was chosen, and offers less in it", async () => {
    await start();
    find<HTMLButtonElement>("header button").click();
    await settle();
    expect(api.element.hasAttribute("elder")).toBe(true);
    expect(all(".welcome li")).toHaveLength(3);
    document.body.replaceChildren();
    await start();
    expect(api.element.hasAttribute("elder")).toBe(true);
  });
});
