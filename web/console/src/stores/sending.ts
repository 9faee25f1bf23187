/** What the agent writes, on its way: shown at once, kept until the service has it, sent again with the same id. */
import type { ComputedRef, Ref, ShallowRef } from "vue";
import { ApiError, wordsOf } from "@youban/shared/http";
import { newId } from "@youban/shared/ids";
import type { MessageLog, Pending } from "@youban/shared/log";
import type { AttachmentInfo } from "@youban/shared/wire";
import { keep } from "../keep";
import { api } from "../service";

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
  /** Send the draft, with pictures that are uploaded; it is shown at once and kept until the service has it. */
  async function say(attachments: AttachmentInfo[] = []): Promise<void> {
    const id = selected.value;
    const text = draft.value.trim();
    if (!id || (!text && !attachments.length) || !isMine.value) return;
    setDraft("");
    newFrom.value = 0;
    const more = attachments.length ? { attachments } : {};
    await deliver(id, { client_id: newId(), text, at: new Date().toISOString(), status: "sending", ...more });
  }

  async function deliver(id: string, pending: Pending): Promise<void> {
    const target = log.value;
    const show = (next: Pending) => {
      target.add(next);
      changed(id, target);
    };
    show({ ...pending, status: "sending", error: undefined });
    try {
      const { seq } = await api.say(id, pending.client_id, pending.text, pending.attachments);
      target.acknowledge(pending.client_id, seq);
      changed(id, target);
      if (selected.value === id && log.value.hasGap) refreshSoon();
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
    if (id && pending && pending.status !== "sending") void deliver(id, pending);
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

  return { say, retry, retryWaiting, takeBack };
}
