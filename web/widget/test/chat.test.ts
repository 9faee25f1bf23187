import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Chat } from "../src/chat";
import { identityOf, Keep } from "../src/storage";
import { FakeService, refusal } from "./service";

let service: FakeService;
let chats: Chat[];
const news: string[] = [];

function open(token: string | null = null): Chat {
  const chat = new Chat({
    base: "http://h",
    keep: new Keep(),
    customerToken: token,
    onChange: () => undefined,
    onNews: (messages) => news.push(...messages.map((m) => m.text)),
    onTicket: () => undefined,
    fetch: service.fetch,
    createSocket: service.createSocket,
  });
  chats.push(chat);
  return chat;
}

const texts = (chat: Chat) => chat.log.lines().map((line) => (line.message ?? line.pending).text);
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  service = new FakeService();
  chats = [];
  news.length = 0;
});
afterEach(() => {
  for (const chat of chats) chat.stop();
  vi.useRealTimers();
});

describe("Chat", () => {
  it("shows a message at once, then the stored one and the reply, each once", async () => {
    const chat = open();
    chat.send("加油券没到账");
    expect(texts(chat)).toEqual(["加油券没到账"]);
    await settle();
    service.push({ type: "messages", messages: service.messages, state: "bot" });
    expect(texts(chat)).toEqual(["加油券没到账", "收到：加油券没到账"]);
    expect(chat.log.pending).toHaveLength(0);
    expect(news).toEqual(["收到：加油券没到账"]);
  });

  it("keeps what could not be sent over a reload and sends it with the same client id, in order", async () => {
    service.next.push({ path: "/api/v1/widget/sessions", answer: "network" });
    const before = open();
    before.send("一");
    before.send("二");
    await settle();
    expect(before.phase).toBe("offline");
    const ids = before.log.pending.map((p) => p.client_id);
    before.stop();
    const after = open();
    expect(texts(after)).toEqual(["一", "二"]);
    after.start();
    await settle();
    expect(service.posted).toEqual(["一", "二"]);
    expect(service.messages.filter((m) => m.sender === "customer").map((m) => m.client_id)).toEqual(ids);
    expect(localStorage.getItem("youban:1:guest:outbox")).toBeNull();
  });

  it("sends again after an answer that got lost, and the service has it once", async () => {
    const chat = open();
    chat.start();
    await settle();
    service.loseNextAnswer = true;
    chat.send("钱扣了没加上油");
    await settle();
    expect(chat.log.pending[0]).toMatchObject({ status: "waiting" });
    await settle(2000);
    expect(service.messages.filter((m) => m.sender === "customer")).toHaveLength(1);
    expect(chat.log.pending).toHaveLength(0);
  });

  it("waits as long as a busy service asks, and leaves a refused message to the customer", async () => {
    const chat = open();
    chat.start();
    await settle();
    service.next.push({
      path: "/api/v1/widget/messages",
      answer: new Response(JSON.stringify({ error: { code: "too_many", message: "慢一点" } }), {
        status: 429,
        headers: { "Retry-After": "7" },
      }),
    });
    chat.send("一");
    await settle(6500);
    expect(service.messages).toHaveLength(0);
    await settle(1000);
    expect(service.messages).toHaveLength(2);

    service.next.push({ path: "/api/v1/widget/messages", answer: refusal(422, "invalid", "请求内容有误") });
    chat.send("坏");
    chat.send("好");
    await settle();
    expect(chat.log.pending.map((p) => [p.text, p.status, p.error])).toEqual([["坏", "failed", "请求内容有误"]]);
    expect(service.posted.at(-1)).toBe("好");
    chat.discard(chat.log.pending[0]!.client_id);
    expect(texts(chat)).not.toContain("坏");
  });

  it("fetches what was missing when a message overtakes another", async () => {
    const chat = open();
    chat.start();
    await settle();
    service.say("一");
    const second = service.say("二");
    service.push({ type: "messages", messages: [second], state: "bot" });
    await settle();
    expect(texts(chat)).toEqual(["一", "二"]);
  });

  it("resumes the socket after the last message it has", async () => {
    service.say("一");
    service.say("二");
    const chat = open();
    chat.start();
    await settle();
    expect(service.sockets[0]!.sent[0]).toMatchObject({ type: "auth", after_seq: 2 });
    service.sockets[0]!.onclose?.({ code: 1006 });
    service.say("三");
    await settle(31_000);
    expect(service.sockets.length).toBeGreaterThan(1);
    expect(service.sockets.at(-1)!.sent[0]).toMatchObject({ after_seq: 2 });
  });

  it("opens a new session when the old one is over, and sends what was waiting", async () => {
    const chat = open();
    chat.start();
    await settle();
    service.next.push({ path: "/api/v1/widget/messages", answer: refusal(401, "bad_token", "登录已过期") });
    chat.send("您好");
    await settle(2000);
    expect(service.posted).toEqual(["您好", "您好"]);
    expect(chat.phase).toBe("ready");
    expect(service.messages.filter((m) => m.sender === "customer")).toHaveLength(1);
  });

  it("asks the app for a new token when the customer's own is refused", async () => {
    service.next.push({ path: "/api/v1/widget/sessions", answer: refusal(401, "bad_token", "登录已过期") });
    const chat = open("app-token");
    chat.start();
    await settle();
    expect(chat.phase).toBe("expired");
  });

  it("shows the place in the queue until a person is there, and who is typing", async () => {
    const chat = open();
    chat.start();
    await settle();
    service.state = "queued";
    service.push({ type: "messages", messages: [service.say("好的，马上为您转人工")], state: "queued" });
    service.push({ type: "queue", place: 2, estimate_minutes: 3 });
    expect(chat.queue).toMatchObject({ place: 2, estimateMinutes: 3, closed: false });
    service.state = "human";
    service.push({ type: "messages", messages: [service.say("人工客服已接入", { sender: "system" })], state: "human" });
    expect(chat.queue).toBeNull();
    service.push({ type: "typing", sender: "agent" });
    expect(chat.presence.agentTyping).toBe(true);
    chat.typing();
    chat.typing();
    expect(service.sockets[0]!.sent.filter((f) => f.type === "typing")).toHaveLength(1);
    await settle(6000);
    expect(chat.presence.agentTyping).toBe(false);
    chat.send("在吗");
    expect(chat.presence.awaitingReply).toBe(false);
  });

  it("keeps two tabs in step", async () => {
    const one = open();
    one.start();
    await settle();
    const other = open();
    service.next.push({ path: "/api/v1/widget/messages", answer: "network" });
    one.send("从另一个页面发的");
    window.dispatchEvent(new StorageEvent("storage", { key: "youban:1:guest:outbox" }));
    expect(texts(other)).toEqual(["从另一个页面发的"]);
    await settle(2000);
    window.dispatchEvent(new StorageEvent("storage", { key: "youban:1:guest:outbox" }));
    expect(other.log.pending).toHaveLength(0);
  });
});

describe("identityOf", () => {
  const jwt = (claims: object) => `h.${btoa(unescape(encodeURIComponent(JSON.stringify(claims)))).replace(/=+$/, "")}.s`;

  it("is the same for every token of one customer, and different for others", () => {
    expect(identityOf(jwt({ sub: "demo-gold", exp: 1 }))).toBe(identityOf(jwt({ sub: "demo-gold", exp: 2 })));
    expect(identityOf(jwt({ sub: "demo-gold" }))).not.toBe(identityOf(jwt({ sub: "demo-puka" })));
    expect(identityOf(jwt({ sub: "客户一" }))).toBe("c-客户一");
    expect(identityOf("opaque")).not.toBe(identityOf("other"));
    expect(identityOf(null)).toBe("guest");
  });
});
