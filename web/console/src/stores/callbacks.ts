/** Customers who asked to be called: the list, how many are due, and what the agent does with them. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import type { AttemptRequest, Callback } from "@youban/shared/callbacks";
import { ApiError, wordsOf } from "@youban/shared/http";
import { callbacks } from "../service";
import { useLive } from "./live";
import { useSession } from "./session";

const POLL_MS = 60_000;
const HINT_PAUSE_MS = 300;

export const useCallbacks = defineStore("callbacks", () => {
  const live = useLive();
  const session = useSession();

  const items = ref<Callback[]>([]);
  const over = ref(false);
  const loaded = ref(false);
  const problem = ref<string | null>(null);
  const open = ref(0);
  const due = ref(0);
  /** Numbers that were revealed, for as long as the page lives. */
  const phones = ref<Record<number, string>>({});
  const busy = ref<number | null>(null);
  const mine = computed(() => items.value.filter((c) => c.agent_id === session.agent?.id && c.state === "taken"));

  let stop: (() => void) | null = null;
  let poll: ReturnType<typeof setInterval> | null = null;
  let soon: ReturnType<typeof setTimeout> | null = null;
  let watching = false;
  let wanted = 0;

  /** The badge's number, for as long as somebody is logged in. */
  function start(): void {
    if (stop) return;
    stop = live.listen((frame) => {
      if (frame.type === "callback" || frame.type === "reconnected") refreshSoon();
    });
    // What is due becomes so by the clock alone.
    poll = setInterval(() => void refresh(), POLL_MS);
    void refresh();
  }

  function end(): void {
    stop?.();
    stop = null;
    if (poll) clearInterval(poll);
    if (soon) clearTimeout(soon);
    poll = soon = null;
    items.value = [];
    phones.value = {};
    loaded.value = false;
    open.value = due.value = 0;
  }

  /** Whether the page is open and the whole list is needed. */
  function watch(on: boolean): void {
    watching = on;
    if (on) void refresh();
    else phones.value = {};
  }

  function refreshSoon(): void {
    soon ??= setTimeout(() => {
      soon = null;
      void refresh();
    }, HINT_PAUSE_MS);
  }

  async function refresh(): Promise<void> {
    wanted += 1;
    const turn = wanted;
    try {
      if (!watching) {
        const counted = await callbacks.count();
        if (turn === wanted) [open.value, due.value] = [counted.open, counted.due];
        return;
      }
      const list = await callbacks.list(over.value);
      if (turn !== wanted) return;
      items.value = list.items;
      [open.value, due.value] = [list.open, list.due];
      problem.value = null;
      loaded.value = true;
    } catch (error) {
      // The badge keeps what it knew; the page says what went wrong.
      if (!(error instanceof ApiError)) throw error;
      if (turn === wanted) problem.value = wordsOf(error);
    }
  }

  async function show(ended: boolean): Promise<void> {
    if (over.value !== ended) {
      over.value = ended;
      items.value = [];
      loaded.value = false;
    }
    await refresh();
  }

  /** @returns null when it went well, else what to tell the agent. */
  async function act(id: number, work: () => Promise<Callback | void>): Promise<string | null> {
    busy.value = id;
    try {
      const changed = await work();
      if (changed) items.value = items.value.map((c) => (c.id === id ? changed : c));
      void refresh();
      return null;
    } catch (error) {
      void refresh();
      return wordsOf(error);
    } finally {
      busy.value = null;
    }
  }

  const take = (id: number) => act(id, () => callbacks.take(id));
  const release = (id: number) => act(id, () => callbacks.release(id));
  const attempt = (id: number, how: AttemptRequest) => act(id, () => callbacks.attempt(id, how));
  const reveal = (id: number) =>
    act(id, async () => {
      phones.value = { ...phones.value, [id]: await callbacks.reveal(id) };
    });

  return { items, over, loaded, problem, open, due, phones, busy, mine, start, end, watch, refresh, show, take, release, attempt, reveal };
});
