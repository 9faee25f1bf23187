import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keep } from "../src/keep";
import { auth } from "../src/service";
import { useDesk } from "../src/stores/desk";
import { useSession } from "../src/stores/session";
import { useTray } from "../src/stores/tray";
import { AGENT, claimed, message, refusal, talk, world, type World } from "./world";

const STORY = "GET /api/v1/conversations/c1";
const NEWS = "GET /api/v1/conversations/c1/messages?after_seq=1";
const SAY = "POST /api/v1/conversations/c1/messages";
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

describe("speaking", () => {
  beforeEach(() => {
    w.on(STORY, claimed());
  });

  it("shows the words at once and once, whatever comes first", async () => {
    const desk = useDesk();
    await desk.open("c1");
    desk.setDraft("您好");
    w.on(SAY, () => {
      const id = w.asked.at(-1)!.body["client_id"] as string;
      w.on(NEWS, talk([message(2, "agent", "您好", { client_id: id })]));
      return { seq: 2 };
    });
    const saying = desk.say();
    expect(texts()).toEqual(["我的券呢", "您好"]);
    expect(desk.draft).toBe("");
    await saying;
    desk.refreshSoon();
    await vi.advanceTimersByTimeAsync(300);
    expect(texts()).toEqual(["我的券呢", "您好"]);
    expect(desk.lines.at(-1)!.message?.seq).toBe(2);
  });

  it("keeps unsent words over a reload and sends them with the same id when the line is back", async () => {
    const desk = useDesk();
    await desk.open("c1");
    desk.setDraft("稍等");
    w.on(SAY, "network");
    await desk.say();
    const id = w.asked.at(-1)!.body["client_id"];
    expect(desk.lines.at(-1)!.pending).toMatchObject({ status: "waiting" });
    desk.leave();
    await desk.open("c1");
    expect(texts().at(-1)).toBe("稍等");
    await vi.advanceTimersByTimeAsync(0);
    w.on(SAY, { seq: 2 });
    desk.retryWaiting();
    await vi.advanceTimersByTimeAsync(0);
    expect(w.asked.filter((a) => a.method === "POST").at(-1)!.body["client_id"]).toBe(id);
    expect(desk.lines.at(-1)!.pending).toBeNull();
  });

  it("tries again by itself after a moment, also when another conversation is open by then", async () => {
    w.on("GET /api/v1/conversations/c2", claimed({ conversation_id: "c2" }));
    const desk = useDesk();
    await desk.open("c1");
    desk.setDraft("稍等");
    w.on(SAY, refusal(503, "busy", "请稍后再试"));
    await desk.say();
    await vi.advanceTimersByTimeAsync(2100);
    expect(w.count(SAY)).toBe(2);
    await desk.open("c2");
    w.on(SAY, { seq: 2 });
    await vi.advanceTimersByTimeAsync(4100);
    expect(w.count(SAY)).toBe(3);
    expect(keep.unsent("c1")).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(w.count(SAY)).toBe(3);
  });

  it("sends one message after another, in the order in which they were written", async () => {
    const desk = useDesk();
    await desk.open("c1");
    w.on(SAY, "network");
    desk.setDraft("一");
    await desk.say();
    let answer: (value: unknown) => void = () => undefined;
    w.on(SAY, () => new Promise((resolve) => (answer = resolve)));
    desk.setDraft("二");
    void desk.say();
    await vi.advanceTimersByTimeAsync(0);
    const said = () => w.asked.filter((a) => a.method === "POST").map((a) => a.body["text"]);
    expect(said()).toEqual(["一", "一"]);
    answer({ seq: 2 });
    await vi.advanceTimersByTimeAsync(0);
    expect(said()).toEqual(["一", "一", "二"]);
    answer({ seq: 3 });
    await vi.advanceTimersByTimeAsync(0);
    expect(texts()).toEqual(["我的券呢", "一", "二"]);
    expect(desk.lines.every((line) => line.pending === null)).toBe(true);
  });

  it("keeps words and pictures when the log-in is over and sends them once the same agent is back", async () => {
    await login();
    const desk = useDesk();
    await desk.open("c1");
    desk.setDraft("这句话不能丢");
    w.on(SAY, refusal(401, "bad_token", "登录已过期，请重新登录"));
    await desk.say([{ id: "f1", media_type: "image/png" }]);
    const id = w.asked.at(-1)!.body["client_id"];
    expect(useSession().agent).toBeNull();
    expect(useSession().expired).toBe(true);
    expect(auth.token).toBeNull();
    expect(desk.selected).toBeNull();
    w.on(SAY, { seq: 2 });
    w.on("POST /api/v1/agents/login", { token: "other", agent: { ...AGENT, id: 2 } });
    await useSession().login("xiaowang", "secret");
    await desk.open("c1");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(w.count(SAY)).toBe(1);
    expect(texts()).toEqual(["我的券呢"]);
    desk.leave();
    await login();
    await desk.open("c1");
    await vi.advanceTimersByTimeAsync(0);
    expect(w.count(SAY)).toBe(2);
    expect(w.asked.filter((a) => a.path.endsWith("/c1/messages")).at(-1)!.body).toMatchObject({ client_id: id, text: "这句话不能丢", attachments: [{ id: "f1" }] });
    expect(texts()).toEqual(["我的券呢", "这句话不能丢"]);
  });

  it("leaves nothing of an agent who logged out on the computer, and nothing that is a week old", async () => {
    await login();
    keep.setDraft("c1", "给一");
    keep.setSeen("c1", 7);
    vi.setSystemTime(Date.now() + 8 * 86_400_000);
    keep.setDraft("c2", "给二");
    expect([keep.draft("c1"), keep.seen("c1"), keep.draft("c2")]).toEqual(["", 0, "给二"]);
    await login();
    expect(Object.keys(localStorage).filter((key) => key.includes("c1"))).toEqual([]);
    await useSession().logout();
    expect(Object.keys(localStorage).filter((key) => key.includes("own:"))).toEqual([]);
  });

  it("puts the pictures of a message back with its words", async () => {
    const desk = useDesk();
    await desk.open("c1");
    w.on(SAY, refusal(409, "not_yours", "这个会话现在不在您手上"));
    await desk.say([{ id: "f1", media_type: "image/png" }]);
    desk.takeBack(desk.lines.at(-1)!.pending!.client_id);
    expect(texts()).toEqual(["我的券呢"]);
    expect(useTray().take("c1")).toEqual([{ id: "f1", media_type: "image/png" }]);
  });

  it("lets a refused message be taken back", async () => {
    const desk = useDesk();
    await desk.open("c1");
    desk.setDraft("一");
    w.on(SAY, refusal(409, "not_yours", "这个会话现在不在您手上"));
    await desk.say();
    const pending = desk.lines.at(-1)!.pending!;
    expect(pending).toMatchObject({ status: "failed", error: "这个会话现在不在您手上" });
    desk.setDraft("二");
    desk.takeBack(pending.client_id);
    expect(desk.draft).toBe("二\n一");
    expect(texts()).toEqual(["我的券呢"]);
  });

  it("keeps a draft for each conversation", async () => {
    w.on("GET /api/v1/conversations/c2", claimed({ conversation_id: "c2", epoch: 0 }));
    const desk = useDesk();
    await desk.open("c1");
    desk.setDraft("给一");
    await desk.open("c2");
    desk.setDraft("给二");
    await desk.open("c1");
    expect(desk.draft).toBe("给一");
  });
});
