/** The phone page of department and station staff: their tickets by what is to be done, and the one that is open. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { Ticket, TicketDetail } from "@youban/shared/wire";
import type { TicketQuery } from "@youban/shared/handlers";
import { handlers } from "../service";

export type Group = "waiting" | "working" | "customer" | "done";
export type Scope = "mine" | "all";

/** What stands in each list; tickets that nobody took have no owner yet and are everybody's. */
export const GROUPS: Record<Group, { title: string; status: string; empty: string; hint: string }> = {
  waiting: { title: "待接单", status: "accepted,checking,finance_review,reopened", empty: "没有等人接的工单", hint: "有新工单会马上出现在这里。" },
  working: { title: "处理中", status: "accepted,checking,finance_review,reopened", empty: "手上没有处理中的工单", hint: "到“待接单”里接一张吧。" },
  customer: { title: "待客户补充", status: "waiting_customer", empty: "没有在等客户的工单", hint: "客户补充后会回到“处理中”。" },
  done: { title: "已解决", status: "solved,closed", empty: "还没有解决的工单", hint: "解决后的工单会放在这里。" },
};

const PAGE = 50;
const HINT_PAUSE_MS = 300;

export const useHandler = defineStore("handler", () => {
  const group = ref<Group>("waiting");
  const scope = ref<Scope>("all");
  const text = ref("");
  const items = ref<Ticket[]>([]);
  const next = ref<string | null>(null);
  const loading = ref(false);
  const loaded = ref(false);
  const problem = ref<string | null>(null);
  const counts = ref<Record<Group, number> | null>(null);
  const ticket = ref<TicketDetail | null>(null);
  const ticketProblem = ref<string | null>(null);

  let wanted = 0;
  /** What the rows that are shown were asked with. */
  let shownFor = "";
  let opened = 0;
  let hint: ReturnType<typeof setTimeout> | null = null;

  /** The search looks at all tickets, whatever their state. */
  const searching = computed(() => text.value.trim() !== "");

  function query(cursor: string | null): TicketQuery {
    const base = { sort: "due" as const, limit: PAGE, cursor };
    if (searching.value) return { ...base, sort: "newest", status: "", q: text.value.trim() };
    const owner = group.value === "waiting" ? "none" : scope.value === "mine" ? "me" : undefined;
    return { ...base, sort: group.value === "done" ? "newest" : "due", status: GROUPS[group.value].status, ...(owner ? { owner } : {}) };
  }

  /** Of what was fetched, what belongs here: the service cannot ask for tickets that somebody has. */
  const belongs = (row: Ticket) => searching.value || group.value !== "working" || row.assignee_id !== null;

  /** As many rows as are shown already: who has turned pages stays where he is when something is heard. */
  async function load(): Promise<void> {
    wanted += 1;
    const turn = wanted;
    const asked = JSON.stringify(query(null));
    const depth = asked === shownFor ? items.value.length : 0;
    loading.value = true;
    try {
      let page = await handlers.tickets(query(null));
      if (turn !== wanted) return;
      const rows = new Map(page.items.filter(belongs).map((row) => [row.number, row]));
      while (page.next && rows.size < Math.max(depth, 1)) {
        page = await handlers.tickets(query(page.next));
        if (turn !== wanted) return;
        for (const row of page.items.filter(belongs)) rows.set(row.number, row);
      }
      items.value = [...rows.values()];
      next.value = page.next;
      shownFor = asked;
      problem.value = null;
      loaded.value = true;
    } catch (error) {
      if (turn === wanted) problem.value = wordsOf(error);
    } finally {
      if (turn === wanted) loading.value = false;
    }
    void count();
  }

  async function more(turn = wanted): Promise<void> {
    while (next.value) {
      const page = await handlers.tickets(query(next.value));
      if (turn !== wanted) return;
      const known = new Set(items.value.map((row) => row.number));
      const fresh = page.items.filter((row) => belongs(row) && !known.has(row.number));
      items.value = [...items.value, ...fresh];
      next.value = page.next;
      if (fresh.length) return;
    }
  }

  async function loadMore(): Promise<void> {
    if (loading.value || !next.value) return;
    loading.value = true;
    try {
      await more();
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      loading.value = false;
    }
  }

  async function count(): Promise<void> {
    const owner = scope.value === "mine" ? { owner: "me" } : {};
    try {
      const [nobody, own] = await Promise.all([handlers.counts({ status: GROUPS.waiting.status, owner: "none" }), handlers.counts({ status: "", ...owner })]);
      const sum = (found: Record<string, number>, statuses: string) => statuses.split(",").reduce((total, s) => total + (found[s] ?? 0), 0);
      const waiting = sum(nobody.counts, GROUPS.waiting.status);
      const open = sum(own.counts, GROUPS.working.status);
      counts.value = {
        waiting,
        // Everybody's open tickets hold those that nobody took; one's own do not.
        working: scope.value === "mine" ? open : Math.max(0, open - waiting),
        customer: sum(own.counts, GROUPS.customer.status),
        done: sum(own.counts, GROUPS.done.status),
      };
    } catch {
      // The lists say what is wrong; numbers beside their names can wait for the next time.
      counts.value = null;
    }
  }

  /** Hints of the socket: several at once cause one fetch. */
  function refreshSoon(number: string | null): void {
    if (number !== null && ticket.value?.number === number) void open(number);
    hint ??= setTimeout(() => {
      hint = null;
      void load();
    }, HINT_PAUSE_MS);
  }

  async function open(number: string): Promise<void> {
    opened += 1;
    const turn = opened;
    ticketProblem.value = null;
    if (ticket.value?.number !== number) ticket.value = null;
    try {
      const found = await handlers.ticket(number);
      if (turn === opened) ticket.value = found;
    } catch (error) {
      if (turn === opened) ticketProblem.value = wordsOf(error);
    }
  }

  function shut(): void {
    opened += 1;
    ticket.value = null;
    ticketProblem.value = null;
  }

  /** @returns null when it went well, else what to tell. */
  async function act(work: () => Promise<TicketDetail>): Promise<string | null> {
    const number = ticket.value?.number;
    try {
      const changed = await work();
      if (ticket.value?.number === changed.number) ticket.value = changed;
      void load();
      return null;
    } catch (error) {
      if (number) void open(number);
      return wordsOf(error);
    }
  }

  return { group, scope, text, searching, items, next, loading, loaded, problem, counts, ticket, ticketProblem, load, loadMore, refreshSoon, open, shut, act };
});
