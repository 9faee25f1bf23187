/** The conversation that is open: its story, its messages, and what the agent does with it. */
import { computed, ref, shallowRef, triggerRef, watch } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import { MessageLog } from "@youban/shared/log";
import type { Story, Talk, TransferTo, WrapUp } from "@youban/shared/wire";
import { keep } from "../keep";
import { api } from "../service";
import { useLive } from "./live";
import { useQueue } from "./queue";
import { sending } from "./sending";
import { useSession } from "./session";

const HINT_PAUSE_MS = 120;
const OLDER_PAGE = 200;

/**
 * The first line for a problem told as `加油券未到账：“…”`. The customer's own words are left out: nobody wants his anger
 * read back to him.
 */
export function firstLine(opening: string, number: string): string {
  const me = `您好，${number ? `工号 ${number} ` : ""}为您服务。`;
  const cut = opening.indexOf("：“");
  if (cut <= 0) return `${me}您前面说的我都看到了，不用再说一遍。请问还有要补充的吗？`;
  return `${me}关于“${opening.slice(0, cut)}”的问题，您前面说的我都看到了，不用再说一遍，我马上为您处理。`;
}

export const useDesk = defineStore("desk", () => {
  const queue = useQueue();
  const session = useSession();
  const live = useLive();

  const selected = ref<string | null>(null);
  const story = shallowRef<Story | null>(null);
  const log = shallowRef(new MessageLog("agent"));
  const loading = ref(false);
  const problem = ref<string | null>(null);
  const draft = ref("");
  const busy = ref(false);
  /** How far the customer has read; 0: nobody knows. */
  const readSeq = ref(0);
  /** There are older messages than those that were fetched. */
  const earlier = ref(false);
  const goingBack = ref(false);
  /** Messages above this one stood here when the agent last looked. */
  const newFrom = ref(0);

  const lines = computed(() => log.value.lines());
  const isMine = computed(() => story.value?.state === "human" && story.value.mine);
  const claimable = computed(() => story.value !== null && (story.value.state === "queued" || story.value.state === "bot" || story.value.state === "closed"));

  let wanted = 0;
  let hint: ReturnType<typeof setTimeout> | null = null;
  let followedAt = 0;
  let following: Promise<void> | null = null;
  let again = false;

  /** Show a conversation. Moving on quickly drops the answers for those in between. */
  async function open(id: string): Promise<void> {
    if (selected.value !== id || !story.value) {
      start(id);
      log.value.setPending(keep.unsent(id));
      draft.value = keep.draft(id);
      newFrom.value = keep.seen(id);
      queue.markRead(id);
    }
    await refresh();
    // Words from before a reload or the end of a log-in; those that did arrive are in the story by now.
    if (selected.value === id) void release(id);
  }

  function leave(): void {
    wanted += 1;
    start(null);
  }

  function start(id: string | null): void {
    selected.value = id;
    story.value = null;
    log.value = new MessageLog("agent");
    draft.value = "";
    problem.value = null;
    readSeq.value = 0;
    earlier.value = false;
    newFrom.value = 0;
  }

  /** The whole story: when a conversation is opened, changes hands, or a ticket of it changes. */
  async function refresh(): Promise<void> {
    const id = selected.value;
    if (!id) return;
    wanted += 1;
    const turn = wanted;
    loading.value = story.value === null;
    try {
      const found = await api.story(id);
      if (turn !== wanted) return;
      const first = found.messages[0]?.seq ?? 1;
      if (!log.value.messages.length) {
        log.value.settle(first - 1);
        earlier.value = found.earlier;
      }
      story.value = found;
      readSeq.value = Math.max(readSeq.value, found.read_seq);
      const opening = !log.value.messages.length;
      log.value.merge(found.messages);
      if (opening && log.value.highest <= newFrom.value) newFrom.value = 0;
      changed(id);
      problem.value = null;
      prefill(found);
      // After a long absence more may have been said than the story tells.
      if (log.value.hasGap) void follow();
    } catch (error) {
      if (turn === wanted) problem.value = wordsOf(error);
    } finally {
      if (turn === wanted) loading.value = false;
    }
  }

  /** What is new in the open conversation; the whole story only where more than words changed. */
  async function follow(): Promise<void> {
    if (following) {
      again = true;
      return following;
    }
    following = fetchNews().finally(() => {
      following = null;
      followedAt = Date.now();
      if (again) {
        again = false;
        refreshSoon();
      }
    });
    return following;
  }

  async function fetchNews(): Promise<void> {
    const id = selected.value;
    const target = log.value;
    if (!id || !story.value) return refresh();
    try {
      let page: Talk;
      do {
        page = await api.talk(id, { after_seq: target.cursor });
        if (log.value !== target) return;
        target.merge(page.messages);
        target.settle(page.messages.at(-1)?.seq ?? 0);
        told(page);
        changed(id);
      } while (page.more);
      problem.value = null;
      if (page.epoch !== story.value.epoch || page.state !== story.value.state) await refresh();
    } catch (error) {
      if (log.value === target) problem.value = wordsOf(error);
    }
  }

  /** What a page says beside its messages. */
  function told(page: Talk): void {
    readSeq.value = Math.max(readSeq.value, page.read_seq);
    const now = story.value;
    if (!now || !page.turns.length) return;
    const turns = new Map([...now.turns, ...page.turns].map((turn) => [turn.seq, turn]));
    if (turns.size !== now.turns.length) story.value = { ...now, turns: [...turns.values()].sort((a, b) => a.seq - b.seq) };
  }

  /** A hint of the socket: the first is followed at once, those that come with it cause one more fetch. */
  function refreshSoon(): void {
    if (hint) return;
    const wait = followedAt + HINT_PAUSE_MS - Date.now();
    if (wait <= 0 && !following) {
      void follow();
      return;
    }
    hint = setTimeout(() => {
      hint = null;
      void follow();
    }, Math.max(wait, 20));
  }

  /** The page before the oldest message. */
  async function older(): Promise<void> {
    const id = selected.value;
    const target = log.value;
    const first = target.messages[0]?.seq;
    if (!id || !first || !earlier.value || goingBack.value) return;
    goingBack.value = true;
    try {
      const page = await api.talk(id, { before_seq: first, limit: OLDER_PAGE });
      if (log.value !== target) return;
      target.merge(page.messages);
      told(page);
      earlier.value = page.more;
      changed(id);
    } catch (error) {
      if (log.value === target) problem.value = wordsOf(error);
    } finally {
      goingBack.value = false;
    }
  }

  /** Everything up to the newest message is on the screen: remembered here, and told to the customer if he is mine. */
  function looked(): void {
    const id = selected.value;
    const newest = log.value.highest;
    if (!id || newest <= keep.seen(id)) return;
    keep.setSeen(id, newest);
    queue.markRead(id);
    if (isMine.value) live.sendRead(id, newest);
  }

  /** The agent looks elsewhere: what comes from now on is new when he is back. */
  function away(): void {
    newFrom.value = log.value.highest;
  }

  /** The first line of a conversation just taken over: the problem in one sentence, for the agent to change. */
  function prefill(found: Story): void {
    if (!isMine.value || draft.value || keep.greeted(found.conversation_id) >= found.epoch) return;
    keep.setGreeted(found.conversation_id, found.epoch);
    // Who has greeted already, from another window, is not offered it again.
    const last = (sender: string) => found.messages.reduce((seq, m) => (m.sender === sender ? m.seq : seq), 0);
    if (last("agent") > last("system")) return;
    setDraft(firstLine(found.opening, session.agent?.number ?? ""));
  }

  function setDraft(text: string): void {
    draft.value = text;
    if (selected.value) keep.setDraft(selected.value, text);
  }

  /** @returns null when it went well, else what to tell the agent. */
  async function claim(id = selected.value): Promise<string | null> {
    if (!id) return null;
    if (selected.value !== id) await open(id);
    const said = await act(() => api.claim(id));
    // He may have opened another one meanwhile: what he has read there is not this one's.
    if (!said && selected.value === id && isMine.value) live.sendRead(id, log.value.highest);
    return said;
  }

  function transfer(id: string, to: TransferTo, note: string): Promise<string | null> {
    return act(() => api.transfer(id, to, note));
  }

  function close(id: string, to: "closed" | "bot", wrapUp: WrapUp): Promise<string | null> {
    return act(() => api.close(id, to, wrapUp));
  }

  async function act(work: () => Promise<unknown>): Promise<string | null> {
    busy.value = true;
    try {
      await work();
      return null;
    } catch (error) {
      return wordsOf(error);
    } finally {
      busy.value = false;
      await Promise.all([refresh(), queue.refresh(true)]);
    }
  }

  const { say, release, retry, retryWaiting, takeBack, stop } = sending({ selected, log, draft, newFrom, isMine, setDraft, changed, refreshSoon });

  // Without log-in nothing is shown and nothing goes out: the next one here may be somebody else. What was written is kept.
  watch(
    () => session.agent === null,
    (nobody) => {
      if (!nobody) return;
      stop();
      leave();
    },
    { flush: "sync" },
  );

  function customerRead(seq: number): void {
    readSeq.value = Math.max(readSeq.value, seq);
  }

  function changed(id: string, target = log.value): void {
    keep.setUnsent(
      id,
      target.pending.map((p) => (p.status === "sending" ? { ...p, status: "waiting" } : p)),
    );
    if (target === log.value) triggerRef(log);
  }

  return {
    selected, story, lines, loading, problem, draft, busy, isMine, claimable, readSeq, earlier, goingBack, newFrom,
    open, leave, refresh, refreshSoon, older, looked, away, setDraft, claim, transfer, close, say, retry, retryWaiting, takeBack,
    customerRead,
  };
});
