import { describe, expect, it } from "vitest";
import { MessageLog, type Pending } from "../src/log";
import { resume } from "../src/resume";
import type { History, Message } from "../src/wire";

const message = (seq: number, more: Partial<Message> = {}): Message => ({
  seq,
  sender: "bot",
  text: `m${seq}`,
  at: "2024-11-22T02:00:00+00:00",
  ...more,
});
const pending = (clientId: string, more: Partial<Pending> = {}): Pending => ({
  client_id: clientId,
  text: clientId,
  at: "2024-11-22T02:00:00+00:00",
  status: "waiting",
  ...more,
});
const texts = (log: MessageLog) => log.lines().map((line) => (line.message ?? line.pending).text);

describe("MessageLog", () => {
  it("keeps one copy of each number, in order, however often and in whatever order they come", () => {
    const log = new MessageLog("customer");
    expect(log.merge([message(3), message(1)]).map((m) => m.seq)).toEqual([3, 1]);
    expect(log.merge([message(1), message(2), message(3)]).map((m) => m.seq)).toEqual([2]);
    expect(texts(log)).toEqual(["m1", "m2", "m3"]);
  });

  it("turns an own message into the stored one without changing its key", () => {
    const log = new MessageLog("customer");
    log.add(pending("a"));
    const before = log.lines()[0]!.key;
    log.merge([message(1, { sender: "customer", client_id: "a", text: "a" })]);
    expect(log.lines()).toHaveLength(1);
    expect(log.lines()[0]!.key).toBe(before);
    expect(log.pending).toHaveLength(0);
  });

  it("shows an acknowledged message once, whether the stored form comes before or after", () => {
    const log = new MessageLog("customer");
    log.add(pending("a"));
    log.acknowledge("a", 1);
    log.merge([message(1, { sender: "customer", client_id: "a", text: "a" }), message(2)]);
    log.acknowledge("a", 1);
    log.add(pending("a"));
    expect(texts(log)).toEqual(["a", "m2"]);
    expect(log.lines()[0]!.message?.sender).toBe("customer");
  });

  it("puts the cursor at the end of the unbroken run, so that a reply does not hide the message before it", () => {
    const log = new MessageLog("customer");
    log.merge([message(1), message(2), message(5)]);
    expect(log.cursor).toBe(2);
    expect(log.hasGap).toBe(true);
    log.merge([message(4), message(3)]);
    expect(log.cursor).toBe(5);
    expect(log.hasGap).toBe(false);
  });

  it("takes numbers that a complete fetch left out as not existing", () => {
    const log = new MessageLog("customer");
    log.merge([message(1), message(4)]);
    log.settle(4);
    expect(log.cursor).toBe(4);
    expect(log.hasGap).toBe(false);
  });

  it("takes over what another tab is sending, but nothing that is stored already", () => {
    const log = new MessageLog("customer");
    log.merge([message(1, { client_id: "a", sender: "customer" })]);
    log.setPending([pending("a"), pending("b")]);
    expect(log.pending.map((p) => p.client_id)).toEqual(["b"]);
    log.drop("b");
    expect(log.pending).toHaveLength(0);
  });
});

describe("resume", () => {
  const server = (all: Message[], page: number) => {
    const asked: number[] = [];
    const fetchAfter = async (seq: number): Promise<History> => {
      asked.push(seq);
      const rest = all.filter((m) => m.seq > seq);
      return { messages: rest.slice(0, page), state: "queued", more: rest.length > page };
    };
    return { asked, fetchAfter };
  };

  it("fetches page after page from the cursor and reports what is new", async () => {
    const log = new MessageLog("customer");
    log.merge([message(1), message(2), message(4)]);
    const { asked, fetchAfter } = server([1, 2, 3, 4, 5, 6, 7].map((n) => message(n)), 2);
    const found = await resume(log, fetchAfter);
    expect(asked).toEqual([2, 4, 6]);
    expect(found.fresh.map((m) => m.seq)).toEqual([3, 5, 6, 7]);
    expect(found.state).toBe("queued");
    expect(log.cursor).toBe(7);
  });

  it("ends when the service says there is more but sends nothing", async () => {
    const log = new MessageLog("customer");
    const found = await resume(log, async () => ({ messages: [], state: "bot", more: true }));
    expect(found.fresh).toEqual([]);
  });
});
