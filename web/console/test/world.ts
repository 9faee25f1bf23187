/** The service's answers for the console's tests, and what was asked of it. */
import { createPinia, setActivePinia } from "pinia";
import { vi } from "vitest";
import type { ConversationItem, Message, OwnList, Story, Talk } from "@youban/shared/wire";
import { auth } from "../src/service";

export interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

type Answer = unknown | Response | (() => unknown);

export class World {
  asked: Asked[] = [];
  private readonly answers = new Map<string, Answer>();

  /** `GET /path` → what it answers; a function is called each time, "network" fails without an answer. */
  on(request: string, answer: Answer): this {
    this.answers.set(request, answer);
    return this;
  }

  count(request: string): number {
    return this.asked.filter((a) => `${a.method} ${a.path}` === request).length;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input), "http://h");
    const method = init?.method ?? "GET";
    const path = url.pathname + url.search;
    this.asked.push({ method, path, body: typeof init?.body === "string" ? (JSON.parse(init.body) as Record<string, unknown>) : {} });
    const planned = this.answers.get(`${method} ${path}`);
    const answer: unknown = await (typeof planned === "function" ? (planned as () => unknown)() : planned);
    if (answer === "network") throw new TypeError("Failed to fetch");
    if (answer instanceof Response) return answer.clone();
    if (answer === undefined) return refusal(404, "not_found", `没有 ${method} ${path}`);
    return new Response(JSON.stringify(answer), { status: 200 });
  };
}

export const AGENT = { id: 1, username: "xiaolin", number: "1001", role: "agent", department: null, station_id: null, skills: [], capacity: 6, presence: "offline", automatic: true };

export function refusal(status: number, code: string, message: string): Response {
  return new Response(JSON.stringify({ error: { code, message } }), { status });
}

export function world(): World {
  localStorage.clear();
  auth.token = null;
  setActivePinia(createPinia());
  const made = new World();
  made.on("GET /api/v1/handoff/queue", { items: [] });
  made.on("GET /api/v1/conversations?mine=true", ownList());
  vi.stubGlobal("fetch", made.fetch);
  return made;
}

export const AT = "2024-11-22T02:00:00+00:00";
export const ownList = (...items: ConversationItem[]): OwnList => ({ items, ids: items.map((i) => i.conversation_id), at: AT });

export const talk = (messages: Message[], more: Partial<Talk> = {}): Talk => ({
  messages,
  turns: [],
  state: "human",
  epoch: 2,
  mine: true,
  more: false,
  read_seq: 0,
  ...more,
});

export const message = (seq: number, sender: Message["sender"], text: string, more: Partial<Message> = {}): Message => ({
  seq,
  sender,
  text,
  at: "2024-11-22T02:00:00+00:00",
  ...more,
});

export function story(more: Partial<Story> = {}): Story {
  return {
    conversation_id: "c1",
    state: "queued",
    epoch: 1,
    mine: false,
    agent: null,
    customer: { id: "demo-gold", name: "李**", level: "gold", level_title: "金卡" },
    phone: "138****6512",
    plates: ["云A****89"],
    points: 3292,
    balance_fen: 12650,
    summary: ["问题：加油券未到账：“我的券呢”", "已处理：已建工单 YB0000000646（已受理）", "情绪：不满；转人工原因：客户要求人工"],
    opening: "加油券未到账：“我的券呢”",
    messages: [message(1, "customer", "我的券呢")],
    earlier: false,
    read_seq: 0,
    wrap_ups: [],
    turns: [
      {
        seq: 1,
        label: "intent:coupon_not_received",
        label_title: "加油券未到账",
        kind: "flow",
        tier: "retrieval",
        confidence: 0.93,
        sentiment: "dissatisfied",
        sentiment_score: 0.8,
        outcome: "ok",
        trace: [{ tier: "retrieval", note: "融合", candidates: [{ label: "intent:coupon_not_received", score: 0.93 }], elapsed_ms: 2 }],
        elapsed_ms: 40,
      },
    ],
    tickets: [],
    orders: [],
    coupons: [],
    platform_available: true,
    handoff: { reason: "asked", reason_title: "客户要求人工", note: null },
    ...more,
  };
}

export const claimed = (more: Partial<Story> = {}): Story => story({ state: "human", mine: true, epoch: 2, agent: AGENT, ...more });
