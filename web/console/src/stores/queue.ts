/** The two lists on the left: who waits, and whom I have. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { ConversationItem, QueueItem } from "@youban/shared/wire";
import { api } from "../service";

/** Hints come many a second; lists are fetched at once and then at most this often. */
const PAUSE_MS = 1000;
/** What changed is asked for; everything anew only now and then, in case a change was missed. */
const WHOLE_EVERY_MS = 60_000;

/** One fetch at a time, the next one not before the pause is over; callers in between share it. */
function paced(work: () => Promise<void>, pauseMs: number): (anew?: boolean) => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let endedAt = 0;
  const start = () => {
    running = work().finally(() => {
      running = null;
      endedAt = Date.now();
    });
    return running;
  };
  return (anew = false) => {
    if (next) return next;
    const wait = anew ? 0 : endedAt + pauseMs - Date.now();
    if (!running && wait <= 0) return start();
    next = (running ?? Promise.resolve())
      .then(() => new Promise<void>((resolve) => setTimeout(resolve, anew ? 0 : Math.max(0, endedAt + pauseMs - Date.now()))))
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}

export const useQueue = defineStore("queue", () => {
  const waiting = ref<QueueItem[]>([]);
  const mine = ref<ConversationItem[]>([]);
  /** What each list's last fetch said: null when it went well, undefined before the first. */
  const outcome = ref<{ waiting?: string | null; mine?: string | null }>({});
  const problem = computed(() => outcome.value.waiting ?? outcome.value.mine ?? null);
  const came = ref({ waiting: false, mine: false });
  const loaded = computed(() => came.value.waiting && came.value.mine);
  /** Messages of customers that came while nobody looked, by conversation. */
  const unread = ref<Record<string, number>>({});

  let since: string | null = null;
  let wholeAt = 0;
  let era = 0;

  const order = computed(() => [...mine.value.map((c) => c.conversation_id), ...waiting.value.map((q) => q.conversation_id)]);
  const totalUnread = computed(() => mine.value.reduce((sum, c) => sum + (unread.value[c.conversation_id] ?? 0), 0));
  const isMine = (id: string): boolean => mine.value.some((c) => c.conversation_id === id);
  const isWaiting = (id: string): boolean => waiting.value.some((q) => q.conversation_id === id);

  const refreshWaiting = paced(() => attempt("waiting", async (mark) => {
    const found = await api.queue();
    if (mark === era) waiting.value = found;
  }), PAUSE_MS);
  const refreshMine = paced(() => attempt("mine", fetchMine), PAUSE_MS);

  /** Fetch both lists; hints that come meanwhile cause one more fetch, not one each. `anew`: without a pause. */
  async function refresh(anew = false): Promise<void> {
    if (anew) since = null;
    await Promise.all([refreshWaiting(anew), refreshMine(anew)]);
  }

  async function attempt(list: "waiting" | "mine", work: (mark: number) => Promise<void>): Promise<void> {
    const mark = era;
    try {
      await work(mark);
      if (mark !== era) return;
      outcome.value[list] = null;
      came.value[list] = true;
    } catch (error) {
      if (mark === era) outcome.value[list] = wordsOf(error);
    }
  }

  async function fetchMine(mark: number): Promise<void> {
    const whole = since === null || Date.now() - wholeAt > WHOLE_EVERY_MS;
    const found = await api.mine(whole ? null : since);
    if (mark !== era) return;
    since = found.at;
    if (whole) wholeAt = Date.now();
    const known = new Map((whole ? [] : mine.value).map((item) => [item.conversation_id, item]));
    for (const item of found.items) {
      // What has not changed keeps its object, so that its line is not drawn again.
      const before = known.get(item.conversation_id);
      if (before?.seq !== item.seq || before.updated_at !== item.updated_at) known.set(item.conversation_id, item);
    }
    const listed = found.ids.map((id) => known.get(id));
    // Somebody's conversation came to me without having changed since: the whole list tells.
    if (listed.some((item) => item === undefined)) since = null;
    mine.value = listed.filter((item) => item !== undefined);
    const ids = new Set(found.ids);
    for (const id of Object.keys(unread.value)) if (!ids.has(id)) delete unread.value[id];
    if (since === null) void refreshMine();
  }

  function noteUnread(id: string): void {
    unread.value[id] = (unread.value[id] ?? 0) + 1;
  }

  function markRead(id: string): void {
    if (unread.value[id]) unread.value[id] = 0;
  }

  function clear(): void {
    era += 1;
    waiting.value = [];
    mine.value = [];
    unread.value = {};
    since = null;
    outcome.value = {};
    came.value = { waiting: false, mine: false };
  }

  return {
    waiting, mine, loaded, problem, unread, order, totalUnread,
    isMine, isWaiting, refresh, refreshWaiting, refreshMine, noteUnread, markRead, clear,
  };
});
