/** What calls the agent, wherever he is in the console: who waits, who wrote, who mentioned him. Keeps his inbox. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { timeOfDay } from "@youban/shared/clock";
import { wordsOf } from "@youban/shared/http";
import type { AgentFrame, Notice } from "@youban/shared/wire";
import { call, type Call } from "../notify";
import { api } from "../service";
import { useDesk } from "./desk";
import { useLive } from "./live";
import { useQueue } from "./queue";
import { useSession } from "./session";

export const NOTICE_TITLES: Record<string, string> = {
  mention: "提到了您",
  whisper: "悄悄提醒您",
  approval: "处理了您的申请",
  transfer: "把会话转给了您",
};
const ALARMS: Record<string, string> = { p0_unanswered: "紧急会话还没有人接入", bad_rating: "收到一条低分评价", nobody_left: "有客户在等，已经没有客服在线", callback_late: "答应客户的回电到点还没打" };

export const useAlerts = defineStore("alerts", () => {
  const live = useLive();
  const queue = useQueue();
  const desk = useDesk();
  const session = useSession();

  const items = ref<Notice[]>([]);
  const unread = ref(0);
  const problem = ref<string | null>(null);
  /** Where a click on a notification leads; set by the frame of the page. */
  let lead: (conversation: string | null) => void = () => undefined;
  let stop: (() => void) | null = null;
  let knownWaiting: Set<string> | null = null;

  const idle = computed(() => queue.mine.length === 0);
  const shown = (id: string): boolean => id === desk.selected && document.visibilityState !== "hidden";

  function start(goTo: (conversation: string | null) => void): void {
    lead = goTo;
    if (stop) return;
    stop = live.listen((frame) => heard(frame));
    void load();
    void lists(true);
  }

  function end(): void {
    stop?.();
    stop = null;
    items.value = [];
    unread.value = 0;
    knownWaiting = null;
  }

  function heard(frame: AgentFrame | { type: "reconnected" }): void {
    if (frame.type === "reconnected") {
      void load();
      void lists(true);
    } else if (frame.type === "queue") void lists();
    else if (frame.type === "messages") {
      const id = frame.conversation_id;
      // Just taken: the list may not know it yet.
      if (queue.isMine(id) || (id === desk.selected && desk.isMine)) {
        if (frame.by === "customer" && !shown(id)) spoke(id);
        void queue.refreshMine();
      } else if (queue.isWaiting(id)) void queue.refreshWaiting();
    } else if (frame.type === "notice") void noticed(frame);
    else if (frame.type === "shift" && frame.agent_id === session.agent?.id) {
      const body = frame.over ? "还没结束的会话会在宽限时间后转给同事，请尽快收尾或转接。" : `${timeOfDay(frame.at)} 下班，请收尾或转接手上的会话；不会再分配新会话。`;
      tell({ title: frame.over ? "您的班次已经结束" : "您的班次快结束了", body, tag: "shift", act: () => lead(null) });
    } else if (frame.type === "alarm" && session.pages.wall) {
      tell({ title: ALARMS[frame.alarm] ?? "需要您处理", body: "点开查看会话", tag: `alarm:${frame.conversation_id}`, act: () => lead(frame.conversation_id) });
    }
  }

  async function lists(anew = false): Promise<void> {
    await queue.refresh(anew);
    const now = new Set(queue.waiting.map((item) => item.conversation_id));
    const fresh = queue.waiting.find((item) => knownWaiting && !knownWaiting.has(item.conversation_id));
    knownWaiting = now;
    // Who has nobody hears of everybody who waits; who is busy sees the list.
    if (fresh && idle.value && session.agent?.presence === "online") {
      const id = fresh.conversation_id;
      tell({ title: "有客户在等待接入", body: `${fresh.customer.name}：${fresh.label_title || fresh.reason_title}`, tag: "waiting", act: () => lead(id) });
    }
  }

  function spoke(id: string): void {
    queue.noteUnread(id);
    const item = queue.mine.find((c) => c.conversation_id === id);
    tell({ title: `${item?.customer.name ?? "客户"}发来新消息`, body: "点开回复", tag: `said:${id}`, act: () => lead(id) });
  }

  async function noticed(frame: Extract<AgentFrame, { type: "notice" }>): Promise<void> {
    await load();
    const title = NOTICE_TITLES[frame.notice];
    if (!title) return;
    const text = items.value.find((n) => n.conversation_id === frame.conversation_id && n.kind === frame.notice)?.text ?? "";
    // A desktop shows notifications to whoever stands before it, and keeps them: a colleague's words stay in the page.
    tell({ title: `${frame.author} ${title}`, body: "点开查看", tag: `notice:${frame.conversation_id ?? ""}`, act: () => lead(frame.conversation_id) }, text.slice(0, 80));
  }

  /** The last call, for whoever looks at the page: a line at its edge. */
  const latest = ref<(Call & { at: number }) | null>(null);
  function tell(what: Call, inside?: string): void {
    call(what);
    if (!/^(waiting|said)/.test(what.tag)) latest.value = { ...what, body: inside || what.body, at: Date.now() };
  }

  async function load(): Promise<void> {
    await take(() => api.notices());
  }

  async function markRead(ids?: number[]): Promise<void> {
    await take(() => api.readNotices(ids));
  }

  async function take(work: () => ReturnType<typeof api.notices>): Promise<void> {
    try {
      const found = await work();
      items.value = found.items;
      unread.value = found.unread;
      problem.value = null;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  return { items, unread, problem, latest, start, end, load, markRead, lists };
});
