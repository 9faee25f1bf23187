import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { firstLine, useDesk } from "../src/stores/desk";
import { useLive } from "../src/stores/live";
import { useQueue } from "../src/stores/queue";
import { useSession } from "../src/stores/session";
import { AGENT, AT, claimed, message, ownList, refusal, story, talk, world, type World } from "./world";

const STORY = "GET /api/v1/conversations/c1";
const NEWS = "GET /api/v1/conversations/c1/messages?after_seq=1";
let w: World;

const texts = () => useDesk().lines.map((line) => (line.message ?? line.pending).text);

async function login(): Promise<void> {
  w.on("POST /api/v1/agents/login", { token: "tok", agent: AGENT });
  await useSession().login("xiaolin", "secret");
}

beforeEach(() => {
  vi.useFakeTimers();
  w = world();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("claiming", () => {
  it("takes the conversation and prefills the first line, once for each time it is taken", async () => {
    await login();
    const desk = useDesk();
    w.on(STORY, story()).on("POST /api/v1/conversations/c1/claim", () => {
      w.on(STORY, claimed());
      return { state: "human", epoch: 2 };
    });
    await desk.open("c1");
    expect(desk.claimable).toBe(true);
    expect(desk.draft).toBe("");
    expect(await desk.claim()).toBeNull();
    expect(desk.isMine).toBe(true);
    expect(desk.draft).toBe(firstLine("加油券未到账：“我的券呢”", "1001"));
    desk.setDraft("");
    await desk.refresh();
    expect(desk.draft).toBe("");
    w.on(STORY, claimed({ epoch: 4 }));
    await desk.refresh();
    expect(desk.draft).not.toBe("");
  });

  it("tells nobody that another conversation was read while the claim was on its way", async () => {
    const read = vi.spyOn(useLive(), "sendRead").mockImplementation(() => undefined);
    w.on("GET /api/v1/conversations/c2", claimed({ conversation_id: "c2", messages: [message(9, "customer", "在吗")] }));
    let answer: (value: unknown) => void = () => undefined;
    w.on(STORY, story()).on("POST /api/v1/conversations/c1/claim", () => new Promise((resolve) => (answer = resolve)));
    const desk = useDesk();
    await desk.open("c1");
    const claiming = desk.claim();
    await desk.open("c2");
    answer({ state: "human", epoch: 2 });
    await vi.advanceTimersByTimeAsync(1200);
    await claiming;
    expect(read).not.toHaveBeenCalled();
  });

  it("says so when another agent was faster, and shows the new state", async () => {
    const desk = useDesk();
    w.on(STORY, story()).on("POST /api/v1/conversations/c1/claim", () => {
      w.on(STORY, story({ state: "human", agent: { ...AGENT, id: 2, number: "1002" } }));
      return refusal(409, "already_claimed", "已由其他客服接入");
    });
    await desk.open("c1");
    expect(await desk.claim()).toBe("已由其他客服接入");
    expect(desk.isMine).toBe(false);
    expect(desk.claimable).toBe(false);
  });

  it("never reads the customer's anger back to him", () => {
    expect(firstLine("我要退款：“你们这什么破平台”", "1001")).not.toContain("破平台");
    expect(firstLine("我要退款：“你们这什么破平台”", "1001")).toContain("我要退款");
    expect(firstLine("“转人工”", "")).not.toContain("转人工");
  });
});

describe("hints", () => {
  it("cause one fetch of what is new, however many come at once", async () => {
    const desk = useDesk();
    w.on(STORY, claimed()).on(NEWS, () => {
      w.on("GET /api/v1/conversations/c1/messages?after_seq=2", talk([]));
      return talk([message(2, "customer", "在吗")]);
    });
    await desk.open("c1");
    for (let i = 0; i < 20; i += 1) desk.refreshSoon();
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts()).toEqual(["我的券呢", "在吗"]);
    expect(w.count(STORY)).toBe(1);
    expect(w.asked.filter((a) => a.path.includes("after_seq")).length).toBeLessThanOrEqual(2);
    const queue = useQueue();
    const before = w.count("GET /api/v1/handoff/queue");
    const waits = Array.from({ length: 20 }, () => queue.refresh());
    await vi.advanceTimersByTimeAsync(3000);
    await Promise.all(waits);
    expect(w.count("GET /api/v1/handoff/queue") - before).toBe(2);
  });

  it("fetch the whole story when the conversation changed hands", async () => {
    const desk = useDesk();
    w.on(STORY, claimed()).on(NEWS, () => {
      w.on(STORY, story({ state: "human", epoch: 3, agent: { ...AGENT, id: 2, number: "1002" } }));
      return talk([message(2, "system", "人工客服（工号 1002）接着为您处理")], { epoch: 3, mine: false });
    });
    await desk.open("c1");
    desk.refreshSoon();
    await vi.advanceTimersByTimeAsync(300);
    expect(w.count(STORY)).toBe(2);
    expect(desk.isMine).toBe(false);
  });

  it("bring what was missed, page by page, and each message once", async () => {
    const desk = useDesk();
    w.on(STORY, claimed());
    await desk.open("c1");
    w.on(NEWS, talk([message(2, "customer", "二"), message(3, "customer", "三")], { more: true }));
    w.on("GET /api/v1/conversations/c1/messages?after_seq=3", talk([message(4, "customer", "四")]));
    desk.refreshSoon();
    await vi.advanceTimersByTimeAsync(300);
    w.on("GET /api/v1/conversations/c1/messages?after_seq=4", talk([message(4, "customer", "四")]));
    desk.refreshSoon();
    await vi.advanceTimersByTimeAsync(300);
    expect(texts()).toEqual(["我的券呢", "二", "三", "四"]);
  });

  it("show older messages on demand, in front of those that are there", async () => {
    const desk = useDesk();
    w.on(STORY, claimed({ messages: [message(201, "customer", "新")], earlier: true }));
    w.on("GET /api/v1/conversations/c1/messages?before_seq=201&limit=200", talk([message(199, "customer", "旧"), message(200, "bot", "旧答")], { more: false }));
    await desk.open("c1");
    expect(desk.earlier).toBe(true);
    await desk.older();
    expect(texts()).toEqual(["旧", "旧答", "新"]);
    expect(desk.earlier).toBe(false);
    desk.refreshSoon();
    await vi.advanceTimersByTimeAsync(300);
    expect(w.asked.at(-1)!.path).toContain("after_seq=201");
  });

  it("leave lines that did not change as they are", async () => {
    const queue = useQueue();
    const item = (id: string, seq: number) => ({ conversation_id: id, customer: story().customer, state: "human", channel: "widget", updated_at: `2024-11-22T02:00:0${seq}Z`, seq, last_sender: "customer", preview: String(seq) });
    w.on("GET /api/v1/conversations?mine=true", ownList(item("a", 1), item("b", 2)));
    await queue.refresh();
    const kept = queue.mine[1];
    w.on(`GET /api/v1/conversations?mine=true&since=${encodeURIComponent(AT)}`, { items: [item("a", 3)], ids: ["a", "b"], at: AT });
    const again = queue.refresh();
    await vi.advanceTimersByTimeAsync(1200);
    await again;
    expect(queue.mine.map((c) => c.preview)).toEqual(["3", "2"]);
    expect(queue.mine[1]).toBe(kept);
  });

  it("show the conversation that was opened last, not the slowest answer", async () => {
    let answerSlowly: (value: Response) => void = () => undefined;
    const slow = new Promise<Response>((resolve) => (answerSlowly = resolve));
    const fast = w.fetch;
    vi.stubGlobal("fetch", (input: RequestInfo, init?: RequestInit) => (String(input).endsWith("/c1") ? slow : fast(input, init)));
    w.on("GET /api/v1/conversations/c2", story({ conversation_id: "c2" }));
    const desk = useDesk();
    const first = desk.open("c1");
    await desk.open("c2");
    answerSlowly(new Response(JSON.stringify(story())));
    await first;
    expect(desk.story?.conversation_id).toBe("c2");
  });

  it("leave the lists as they were when a fetch fails, and say what happened", async () => {
    const queue = useQueue();
    const item = { conversation_id: "c1", customer: story().customer, state: "human", channel: "widget", updated_at: AT, seq: 1, last_sender: "customer", preview: "" };
    w.on("GET /api/v1/conversations?mine=true", ownList(item));
    await queue.refresh();
    w.on("GET /api/v1/handoff/queue", "network").on(`GET /api/v1/conversations?mine=true&since=${encodeURIComponent(AT)}`, "network");
    const again = queue.refresh();
    await vi.advanceTimersByTimeAsync(1200);
    await again;
    expect(queue.mine).toHaveLength(1);
    expect(queue.problem).toContain("网络");
  });
});
