/** What rings: P0 tickets and customers that nobody took. Frames are hints, the list is fetched. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { ApiError } from "@youban/shared/http";
import type { Alarms } from "@youban/shared/handlers";
import { call } from "../notify";
import { handlers } from "../service";
import { useLive } from "./live";

export interface Alarm {
  /** Unique for this ring; the same ticket that rings anew has another. */
  key: string;
  /** Of a ticket; null for a customer who waits. */
  number: string | null;
  conversation: string | null;
  title: string;
  since: string;
}

const PAUSE_MS = 400;
const POLL_MS = 30_000;
export const RING_EVERY_MS = 5_000;
export const RINGS = 12;

export const useAlarms = defineStore("alarms", () => {
  const live = useLive();
  const found = ref<Alarm[]>([]);
  const dismissed = ref(new Set<string>());
  const shown = computed(() => found.value.filter((alarm) => !dismissed.value.has(alarm.key)));

  let lead: (alarm: Alarm) => void = () => undefined;
  let stop: (() => void) | null = null;
  let poll: ReturnType<typeof setInterval> | null = null;
  let soon: ReturnType<typeof setTimeout> | null = null;
  let ringing: ReturnType<typeof setInterval> | null = null;
  let left = 0;

  function start(goTo: (alarm: Alarm) => void): void {
    lead = goTo;
    if (stop) return;
    stop = live.listen((frame) => {
      const calls = frame.type === "alarm" || frame.type === "reconnected" || (frame.type === "ticket_alert" && frame.why === "unaccepted");
      // Whatever else happens may end an alarm that is on.
      if (calls || (found.value.length && (frame.type === "ticket" || frame.type === "queue"))) refreshSoon();
    });
    poll = setInterval(() => void ((live.state !== "open" || found.value.length) && refresh()), POLL_MS);
    void refresh();
  }

  function end(): void {
    stop?.();
    stop = null;
    if (poll) clearInterval(poll);
    if (soon) clearTimeout(soon);
    poll = soon = null;
    silence();
    found.value = [];
    dismissed.value = new Set();
  }

  function refreshSoon(): void {
    soon ??= setTimeout(() => {
      soon = null;
      void refresh();
    }, PAUSE_MS);
  }

  async function refresh(): Promise<void> {
    try {
      take(await handlers.alarms());
    } catch (error) {
      // The next hint or the next look tells it; there is nothing that a person could do about it.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  function take(answer: Alarms): void {
    const before = new Set(found.value.map((alarm) => alarm.key));
    found.value = [
      ...answer.tickets.map((t) => ({ key: `${t.number}@${t.since}`, number: t.number, conversation: null, title: `${t.department_title} · ${t.title}`, since: t.since })),
      ...answer.conversations.map((c) => ({ key: `${c.conversation_id}@${c.since}`, number: null, conversation: c.conversation_id, title: "紧急客户在等人工接入", since: c.since })),
    ];
    const fresh = shown.value.filter((alarm) => !before.has(alarm.key));
    if (fresh.length) ring(fresh[0]!);
    if (!shown.value.length) silence();
  }

  /** Again and again for a minute, until somebody sees to it. */
  function ring(alarm: Alarm): void {
    const once = () => call({ title: "紧急！一直没有人接", body: alarm.title, tag: `alarm:${alarm.conversation ?? alarm.number ?? ""}`, act: () => lead(alarm) });
    silence();
    left = RINGS;
    once();
    ringing = setInterval(() => {
      left -= 1;
      if (left <= 0 || !shown.value.length) silence();
      else once();
    }, RING_EVERY_MS);
  }

  function silence(): void {
    if (ringing) clearInterval(ringing);
    ringing = null;
  }

  function dismiss(alarm: Alarm): void {
    dismissed.value = new Set([...dismissed.value, alarm.key]);
    if (!shown.value.length) silence();
  }

  return { shown, start, end, refresh, dismiss };
});
