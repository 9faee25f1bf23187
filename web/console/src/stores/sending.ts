/**
 * What the agent writes, on its way: shown at once, kept until the service has it, sent again with the same id, one
 * message after another in the order in which they were written.
 */
import type { ComputedRef, Ref, ShallowRef } from "vue";
import { ApiError, wordsOf } from "@youban/shared/http";
import { newId } from "@youban/shared/ids";
import type { MessageLog, Pending } from "@youban/shared/log";
import type { AttachmentInfo } from "@youban/shared/wire";
import { api } from "../service";
import { useTray } from "./tray";

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/** What is on its way in all conversations of one log-in: it goes on when the agent has opened another one. */
class Lines {
  /** The latest log of each conversation that has something to send. */
  readonly logs = new Map<string, MessageLog>();
  readonly running = new Set<string>();
  readonly pauses = new Map<string, ReturnType<typeof setTimeout>>();
  readonly failures = new Map<string, number>();

  /** Wait no longer before the next try. */
  wake(id: string): void {
    clearTimeout(this.pauses.get(id));
    this.pauses.delete(id);
  }
}

export interface Writing {
  selected: Ref<string | null>;
  log: ShallowRef<MessageLog>;
  draft: Ref<string>;
  newFrom: Ref<number>;
  isMine: ComputedRef<boolean>;
  setDraft: (text: string) => void;
  changed: (id: string, target?: MessageLog) => void;
  refreshSoon: () => void;
}

export function sending({ selected, log, draft, newFrom, isMine, setDraft, changed, refreshSoon }: Writing) {
  const tray = useTray();
  let lines = new Lines();

  /** Send the draft, with pictures that are uploaded; it is shown at once and kept until the service has it. */
  async function say(attachments: AttachmentInfo[] = []): Promise<void> {
    const id = selected.value;
    const text = draft.value.trim();
    if (!id || (!text && !attachments.length) || !isMine.value) return;
    setDraft("");
    newFrom.value = 0;
    const more = attachments.length ? { attachments } : {};
    log.value.add({ client_id: newId(), text, at: new Date().toISOString(), status: "waiting", ...more });
    await release(id);
  }

  /** All that waits in a conversation goes out, the oldest first. */
  async function release(id: string): Promise<void> {
    const now = lines;
    if (selected.value === id) now.logs.set(id, log.value);
    const target = now.logs.get(id);
    if (!target) return;
    now.wake(id);
    for (const pending of target.pending) if (pending.status === "waiting") target.add({ ...pending, status: "sending", error: undefined });
    changed(id, target);
    // Who sends already goes on with these.
    if (now.running.has(id)) return;
    now.running.add(id);
    let next: Pending | undefined;
    while ((next = now.logs.get(id)?.pending.find((p) => p.status === "sending"))) if (!(await deliver(now, id, next))) break;
    now.running.delete(id);
    if (!now.logs.get(id)?.pending.length) now.logs.delete(id);
  }

  /** @returns whether the next one may follow. */
  async function deliver(now: Lines, id: string, pending: Pending): Promise<boolean> {
    try {
      const { seq } = await api.say(id, pending.client_id, pending.text, pending.attachments);
      const target = now.logs.get(id);
      if (now !== lines || !target) return false;
      now.failures.delete(id);
      target.acknowledge(pending.client_id, seq);
      changed(id, target);
      if (selected.value === id && log.value.hasGap) refreshSoon();
      return true;
    } catch (error) {
      const target = now.logs.get(id);
      // The log-in ended on the way: the words are kept, and go out when he is back.
      if (now !== lines || !target) return false;
      const transient = error instanceof ApiError && error.transient;
      const again = transient || (error instanceof ApiError && error.status === 401);
      if (again) for (const one of target.pending) if (one.status === "sending") target.add({ ...one, status: "waiting" });
      target.add({ ...pending, status: again ? "waiting" : "failed", error: wordsOf(error) });
      changed(id, target);
      if (transient) later(now, id, (error.retryAfterSeconds ?? 0) * 1000);
      return !again;
    }
  }

  /** A line that was down for a moment tells nobody when it is back: try again, less and less often. */
  function later(now: Lines, id: string, atLeastMs: number): void {
    const before = now.failures.get(id) ?? 0;
    now.failures.set(id, before + 1);
    const wait = Math.max(atLeastMs, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** before));
    now.pauses.set(id, setTimeout(() => void release(id), wait));
  }

  function retry(clientId: string): void {
    const id = selected.value;
    const pending = log.value.pending.find((p) => p.client_id === clientId);
    if (!id || !pending || pending.status === "sending") return;
    log.value.add({ ...pending, status: "waiting" });
    void release(id);
  }

  /** Once the line is back: what could not be sent goes out again, with the same client ids. */
  function retryWaiting(): void {
    for (const id of new Set([...lines.logs.keys(), ...(selected.value ? [selected.value] : [])])) void release(id);
  }

  /** Take a message that was refused back into the input, with its pictures. */
  function takeBack(clientId: string): void {
    const id = selected.value;
    const pending = log.value.pending.find((p) => p.client_id === clientId);
    if (!id || !pending || pending.status === "sending") return;
    const full = tray.putBack(id, pending.attachments ?? []);
    if (full) log.value.add({ ...pending, error: full });
    else log.value.drop(clientId);
    changed(id);
    if (!full && pending.text) setDraft(draft.value ? `${draft.value}\n${pending.text}` : pending.text);
  }

  /** The log-in is over: nothing more goes out in its name. */
  function stop(): void {
    for (const id of [...lines.pauses.keys()]) lines.wake(id);
    lines = new Lines();
  }

  return { say, release, retry, retryWaiting, takeBack, stop };
}
