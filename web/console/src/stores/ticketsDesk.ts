/** What is done to tickets: which dialog is open, one action at a time, many tickets at once, and taking back. */
import { ElMessage } from "element-plus";
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { BulkItem, BulkRequest } from "@youban/shared/tickets";
import type { Ticket, TicketDetail } from "@youban/shared/wire";
import { ticketDesk } from "../service";
import { useSession } from "./session";
import { useTickets } from "./tickets";
import type { DialogKind } from "./ticketsWords";

/** So many at once, so that the progress is a real one. */
const CHUNK = 10;

export interface Asked {
  kind: DialogKind;
  tickets: Ticket[];
  /** A department that is chosen already. */
  department?: string;
  /** The party whose statement it is. */
  party?: string;
}

export interface Progress {
  title: string;
  total: number;
  items: BulkItem[];
  over: boolean;
  /** What takes back what was done; null where nothing can. */
  undo: (() => Promise<void>) | null;
}

export const useTicketDesk = defineStore("ticket-desk", () => {
  const tickets = useTickets();
  const session = useSession();
  const asked = ref<Asked | null>(null);
  const progress = ref<Progress | null>(null);
  const busy = ref(false);

  const role = computed(() => session.agent?.role ?? "");
  /** Agents and supervisors share out the work; department and station staff take it. */
  const sharesOut = computed(() => ["agent", "supervisor", "admin"].includes(role.value));
  const judges = computed(() => role.value === "supervisor" || role.value === "admin");

  function ask(kind: DialogKind, about: Ticket | Ticket[], more: Partial<Asked> = {}): void {
    const many = Array.isArray(about) ? about : [about];
    if (many.length) asked.value = { kind, tickets: many, ...more };
  }

  /** Carry something out; says how it went. @returns null when it went well, else what to tell the agent. */
  async function act(work: () => Promise<TicketDetail>, said: string): Promise<string | null> {
    busy.value = true;
    try {
      tickets.changed(await work());
      asked.value = null;
      if (said) ElMessage.success(said);
      return null;
    } catch (error) {
      return wordsOf(error);
    } finally {
      busy.value = false;
    }
  }

  /** Take a ticket at once; the one action that needs no dialog. */
  async function accept(ticket: Ticket): Promise<void> {
    const problem = await act(() => ticketDesk.accept(ticket.number), `已接手 ${ticket.number}，客户会看到您的工号`);
    if (problem) ElMessage.error(problem);
    if (problem) tickets.touched(ticket.number);
  }

  /** One action for many, a few at a time; what did not work stands in the list of results. */
  async function bulk(title: string, request: Omit<BulkRequest, "numbers">, numbers: string[]): Promise<Progress> {
    const running: Progress = { title, total: numbers.length, items: [], over: false, undo: null };
    progress.value = running;
    const shown = progress.value;
    asked.value = null;
    for (let at = 0; at < numbers.length; at += CHUNK) {
      const part = numbers.slice(at, at + CHUNK);
      try {
        shown.items.push(...(await ticketDesk.bulk({ ...request, numbers: part })).items);
      } catch (error) {
        const problem = wordsOf(error);
        shown.items.push(...part.map((number) => ({ number, done: false, problem })));
      }
      for (const item of shown.items.slice(at)) if (item.ticket) tickets.changed(item.ticket);
    }
    shown.over = true;
    if (request.action === "assign" || request.action === "unassign" || request.action === "priority") {
      const done = shown.items.filter((item) => item.done);
      if (done.length) shown.undo = () => takeBack(request.action, done);
    }
    return shown;
  }

  async function takeBack(action: BulkRequest["action"], done: BulkItem[]): Promise<void> {
    const groups = new Map<string, string[]>();
    for (const item of done) {
      const before = (action === "priority" ? item.priority : item.assignee) ?? "";
      groups.set(before, [...(groups.get(before) ?? []), item.number]);
    }
    const failed: string[] = [];
    for (const [before, numbers] of groups) {
      const request: Omit<BulkRequest, "numbers"> =
        action === "priority"
          ? { action, priority: before as "P0" | "P1" | "P2" | "P3", note: "撤销上一步" }
          : before
            ? { action: "assign", username: before, note: "撤销上一步" }
            : { action: "unassign", note: "撤销上一步" };
      for (let at = 0; at < numbers.length; at += CHUNK) {
        const part = numbers.slice(at, at + CHUNK);
        try {
          const answer = await ticketDesk.bulk({ ...request, numbers: part });
          for (const item of answer.items) {
            if (item.ticket) tickets.changed(item.ticket);
            if (!item.done) failed.push(`${item.number}：${item.problem ?? ""}`);
          }
        } catch (error) {
          failed.push(wordsOf(error));
        }
      }
    }
    progress.value = null;
    if (failed.length) ElMessage.error(`有 ${failed.length} 张没有恢复。${failed[0]}`);
    else ElMessage.success("已恢复原样");
  }

  return { asked, progress, busy, sharesOut, judges, ask, act, accept, bulk };
});
