/** The conversation that is open: its story, its messages, and what the agent does with it. */
import { computed, ref, shallowRef, triggerRef } from "vue";
import { defineStore } from "pinia";
import { ApiError, wordsOf } from "@youban/shared/http";
import { newId } from "@youban/shared/ids";
import { MessageLog, type Pending } from "@youban/shared/log";
import type { Story } from "@youban/shared/wire";
import { keep } from "../keep";
import { api } from "../service";
import { useQueue } from "./queue";
import { useSession } from "./session";

const HINT_PAUSE_MS = 200;

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

  const selected = ref<string | null>(null);
  const story = shallowRef<Story | null>(null);
  const log = shallowRef(new MessageLog("agent"));
  const loading = ref(false);
  const problem = ref<string | null>(null);
  const draft = ref("");
  const busy = ref(false);

  const lines = computed(() => log.value.lines());
  const isMine = computed(() => story.value?.state === "human" && story.value.mine);
  const claimable = computed(() => story.value !== null && (story.value.state === "queued" || story.value.state === "bot" || story.value.state === "closed"));

  let wanted = 0;
  let hint: ReturnType<typeof setTimeout> | null = null;

  /** Show a conversation. Moving on quickly drops the answers for those in between. */
  async function open(id: string): Promise<void> {
    if (selected.value === id && story.value) return refresh();
    selected.value = id;
    story.value = null;
    log.value = new MessageLog("agent");
    log.value.setPending(keep.unsent(id));
    draft.value = keep.draft(id);
    problem.value = null;
    queue.markRead(id);
    await refresh();
  }

  function leave(): void {
    wanted += 1;
    selected.value = null;
    story.value = null;
    log.value = new MessageLog("agent");
    draft.value = "";
    problem.value = null;
  }

  async function refresh(): Promise<void> {
    const id = selected.value;
    if (!id) return;
    wanted += 1;
    const turn = wanted;
    loading.value = story.value === null;
    try {
      const found = await api.story(id);
      if (turn !== wanted) return;
      story.value = found;
      log.value.merge(found.messages);
      changed(id);
      problem.value = null;
      prefill(found);
    } catch (error) {
      if (turn === wanted) problem.value = wordsOf(error);
    } finally {
      if (turn === wanted) loading.value = false;
    }
  }

  /** A hint of the socket: several at once cause one fetch. */
  function refreshSoon(): void {
    hint ??= setTimeout(() => {
      hint = null;
      void refresh();
    }, HINT_PAUSE_MS);
  }

  /** The first line of a conversation just taken over: the problem in one sentence, for the agent to change. */
  function prefill(found: Story): void {
    if (!isMine.value || draft.value || keep.greeted(found.conversation_id) >= found.epoch) return;
    keep.setGreeted(found.conversation_id, found.epoch);
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
    return act(() => api.claim(id));
  }

  function transfer(department: string | null, note: string): Promise<string | null> {
    const id = selected.value;
    return id ? act(() => api.transfer(id, department, note)) : Promise.resolve(null);
  }

  function close(to: "closed" | "bot"): Promise<string | null> {
    const id = selected.value;
    return id ? act(() => api.close(id, to)) : Promise.resolve(null);
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
      await Promise.all([refresh(), queue.refresh()]);
    }
  }

  /** Send the draft; it is shown at once and kept until the service has it. */
  async function say(): Promise<void> {
    const id = selected.value;
    const text = draft.value.trim();
    if (!id || !text || !isMine.value) return;
    setDraft("");
    await deliver(id, { client_id: newId(), text, at: new Date().toISOString(), status: "sending" });
  }

  async function deliver(id: string, pending: Pending): Promise<void> {
    const target = log.value;
    const show = (next: Pending) => {
      target.add(next);
      changed(id, target);
    };
    show({ ...pending, status: "sending", error: undefined });
    try {
      const { seq } = await api.say(id, pending.client_id, pending.text);
      target.acknowledge(pending.client_id, seq);
      changed(id, target);
      if (selected.value === id) refreshSoon();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        // The log-in ended: the words go back to where they were written.
        target.drop(pending.client_id);
        changed(id, target);
        if (!keep.draft(id)) keep.setDraft(id, pending.text);
        if (selected.value === id && !draft.value) draft.value = pending.text;
        return;
      }
      const transient = error instanceof ApiError && error.transient;
      show({ ...pending, status: transient ? "waiting" : "failed", error: wordsOf(error) });
    }
  }

  function retry(clientId: string): void {
    const id = selected.value;
    const pending = log.value.pending.find((p) => p.client_id === clientId);
    if (id && pending) void deliver(id, pending);
  }

  /** Once the line is back: what could not be sent goes out again, with the same client ids. */
  function retryWaiting(): void {
    for (const pending of log.value.pending) if (pending.status === "waiting") retry(pending.client_id);
  }

  /** Take a message that was refused back into the input. */
  function takeBack(clientId: string): void {
    const id = selected.value;
    const pending = log.value.pending.find((p) => p.client_id === clientId);
    if (!id || !pending) return;
    log.value.drop(clientId);
    changed(id);
    setDraft(draft.value ? `${draft.value}\n${pending.text}` : pending.text);
  }

  function changed(id: string, target = log.value): void {
    keep.setUnsent(
      id,
      target.pending.map((p) => (p.status === "sending" ? { ...p, status: "waiting" } : p)),
    );
    if (target === log.value) triggerRef(log);
  }

  return {
    selected, story, lines, loading, problem, draft, busy, isMine, claimable,
    open, leave, refresh, refreshSoon, setDraft, claim, transfer, close, say, retry, retryWaiting, takeBack,
  };
});
