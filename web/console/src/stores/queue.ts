/** The two lists on the left: who waits, and whom I have. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { ConversationItem, QueueItem } from "@youban/shared/wire";
import { api } from "../service";

export const useQueue = defineStore("queue", () => {
  const waiting = ref<QueueItem[]>([]);
  const mine = ref<ConversationItem[]>([]);
  const loaded = ref(false);
  const problem = ref<string | null>(null);
  /** Messages that came while nobody looked, by conversation. */
  const unread = ref<Record<string, number>>({});

  let running: Promise<void> | null = null;
  let again = false;

  const order = computed(() => [...mine.value.map((c) => c.conversation_id), ...waiting.value.map((q) => q.conversation_id)]);
  const totalUnread = computed(() => mine.value.reduce((sum, c) => sum + (unread.value[c.conversation_id] ?? 0), 0));

  /** Fetch both lists. Hints that come meanwhile cause one more fetch, not one each. */
  function refresh(): Promise<void> {
    if (running) {
      again = true;
      return running;
    }
    running = fetchOnce().finally(() => {
      running = null;
      if (again) {
        again = false;
        void refresh();
      }
    });
    return running;
  }

  async function fetchOnce(): Promise<void> {
    try {
      const [queue, own] = await Promise.all([api.queue(), api.mine()]);
      waiting.value = queue;
      mine.value = own;
      problem.value = null;
      loaded.value = true;
      for (const id of Object.keys(unread.value)) if (!own.some((c) => c.conversation_id === id)) delete unread.value[id];
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  function noteUnread(id: string): void {
    unread.value = { ...unread.value, [id]: (unread.value[id] ?? 0) + 1 };
  }

  function markRead(id: string): void {
    if (unread.value[id]) unread.value = { ...unread.value, [id]: 0 };
  }

  function clear(): void {
    waiting.value = [];
    mine.value = [];
    unread.value = {};
    loaded.value = false;
    problem.value = null;
  }

  return { waiting, mine, loaded, problem, unread, order, totalUnread, refresh, noteUnread, markRead, clear };
});
