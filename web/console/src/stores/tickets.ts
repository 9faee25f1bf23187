/** The tickets page: columns of the board or one table, kept up with the service without being drawn anew. */
import { computed, reactive, ref } from "vue";
import { defineStore } from "pinia";
import { ApiError, wordsOf } from "@youban/shared/http";
import type { Ticket, TicketDetail } from "@youban/shared/wire";
import { keep } from "../keep";
import { ticketDesk } from "../service";
import { nothing, tableStatus, toQuery, type Filters } from "./ticketsFilters";
import { ENDED, inOrder, NODES } from "./ticketsWords";

export interface Column {
  items: Ticket[];
  next: string | null;
  loading: boolean;
}

export type View = "board" | "table";

const COLUMN_PAGE = 30;
const TOUCHED_MS = 300;
const AGAIN_MS = 5000;
const MOST_TOUCHED = 100;
const TABLE = "table";

export const useTickets = defineStore("tickets", () => {
  const filters = reactive<Filters>(nothing());
  const view = ref<View>(keep.ticketsView() === TABLE ? TABLE : "board");
  const lists = ref<Record<string, Column>>({});
  const counts = ref<Record<string, number>>({});
  const overdue = ref(0);
  const loading = ref(false);
  const loaded = ref(false);
  const problem = ref<string | null>(null);
  const detail = ref<TicketDetail | null>(null);
  const detailProblem = ref<string | null>(null);
  const selected = ref(new Set<string>());

  /** The columns that are drawn, by the statuses asked for. */
  const nodes = computed<string[]>(() => {
    const wanted = filters.status;
    if (wanted.includes("all")) return [...NODES, ...ENDED];
    return wanted.length ? [...NODES, ...ENDED].filter((n) => wanted.includes(n)) : [...NODES];
  });
  const keys = computed<string[]>(() => (view.value === TABLE ? [TABLE] : nodes.value));
  const items = computed<Ticket[]>(() => keys.value.flatMap((key) => lists.value[key]?.items ?? []));
  const byNumber = computed(() => new Map(items.value.map((t) => [t.number, t])));

  let turn = 0;
  let detailTurn = 0;

  const statusOf = (key: string): string => (key === TABLE ? tableStatus(filters) : key);
  const page = (key: string, cursor?: string) =>
    ticketDesk.list({ ...toQuery(filters), status: statusOf(key), limit: key === TABLE ? 50 : COLUMN_PAGE, ...(cursor ? { cursor } : {}) });

  /** Everything for the filters in force. What is shown stays until the new is there. */
  async function load(): Promise<void> {
    turn += 1;
    const mine = turn;
    loading.value = true;
    const wanted = keys.value;
    try {
      const [found, ...pages] = await Promise.all([ticketDesk.counts(toQuery(filters)), ...wanted.map((key) => page(key))]);
      if (mine !== turn) return;
      lists.value = Object.fromEntries(wanted.map((key, place) => [key, { items: pages[place]!.items, next: pages[place]!.next, loading: false }]));
      counts.value = found.counts;
      overdue.value = found.overdue;
      problem.value = null;
      loaded.value = true;
      for (const number of selected.value) if (!byNumber.value.has(number)) selected.value.delete(number);
    } catch (error) {
      if (mine === turn) problem.value = wordsOf(error);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  async function more(key: string): Promise<void> {
    const column = lists.value[key];
    if (!column?.next || column.loading) return;
    const mine = turn;
    column.loading = true;
    try {
      const found = await page(key, column.next);
      if (mine !== turn) return;
      const known = new Set(column.items.map((t) => t.number));
      column.items = [...column.items, ...found.items.filter((t) => !known.has(t.number))];
      column.next = found.next;
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      column.loading = false;
    }
  }

  /** Put a ticket where it belongs now; `null`: the filters let it through no more. */
  function place(number: string, now: Ticket | null): void {
    const order = inOrder(filters.sort);
    for (const [key, column] of Object.entries(lists.value)) {
      const at = column.items.findIndex((t) => t.number === number);
      const belongs = now !== null && (key === TABLE ? shown(now) : key === now.status);
      if (!belongs) {
        if (at >= 0) column.items.splice(at, 1);
        continue;
      }
      const rest = at >= 0 ? column.items.filter((t) => t.number !== number) : column.items;
      const before = rest.findIndex((t) => order(now, t) < 0);
      // Behind the last one that was fetched it may have others before it: it comes with its page.
      if (before < 0 && column.next && at < 0) continue;
      column.items = before < 0 ? [...rest, now] : [...rest.slice(0, before), now, ...rest.slice(before)];
    }
  }
  function shown(ticket: Ticket): boolean {
    if (filters.status.includes("all")) return true;
    return filters.status.length ? filters.status.includes(ticket.status) : !["solved", "closed", "withdrawn"].includes(ticket.status);
  }

  const touchedNumbers = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = false;
  /** Tickets of which something was heard: looked up together a moment later. */
  function touched(number: string): void {
    touchedNumbers.add(number);
    timer ??= setTimeout(() => void lookUp(), TOUCHED_MS);
  }
  async function lookUp(): Promise<void> {
    timer = undefined;
    // One after another, so that an older answer never replaces a newer one; what came meanwhile is next.
    if (looking) return;
    const numbers = [...touchedNumbers];
    touchedNumbers.clear();
    if (detail.value && numbers.includes(detail.value.number)) void open(detail.value.number);
    if (!loaded.value || numbers.length > MOST_TOUCHED) return load();
    const mine = turn;
    let pause = TOUCHED_MS;
    const later = () => numbers.forEach((number) => touchedNumbers.add(number));
    looking = true;
    try {
      const query = toQuery(filters);
      const [found, counted] = await Promise.all([ticketDesk.list({ ...query, numbers: numbers.join(","), limit: 100 }), ticketDesk.counts(query)]);
      if (mine !== turn) return later();
      const known = new Map(found.items.map((t) => [t.number, t]));
      for (const number of numbers) place(number, known.get(number) ?? null);
      counts.value = counted.counts;
      overdue.value = counted.overdue;
      problem.value = null;
    } catch (error) {
      problem.value = wordsOf(error);
      if (error instanceof ApiError && error.transient) later();
      pause = AGAIN_MS;
    } finally {
      looking = false;
      if (touchedNumbers.size) timer ??= setTimeout(() => void lookUp(), pause);
    }
  }

  /** What an action answered with: the list shows it at once. */
  function changed(ticket: Ticket | TicketDetail): void {
    if ("events" in ticket && detail.value?.number === ticket.number) detail.value = ticket;
    if (loaded.value) touched(ticket.number);
    const known = byNumber.value.get(ticket.number);
    if (known) place(ticket.number, { ...known, ...ticket });
  }

  async function open(number: string): Promise<void> {
    detailTurn += 1;
    const mine = detailTurn;
    detailProblem.value = null;
    if (detail.value?.number !== number) detail.value = null;
    try {
      const found = await ticketDesk.one(number);
      if (mine === detailTurn) detail.value = found;
    } catch (error) {
      if (mine === detailTurn) detailProblem.value = wordsOf(error);
    }
  }
  function shut(): void {
    detailTurn += 1;
    detail.value = null;
    detailProblem.value = null;
  }

  function setView(wanted: View): void {
    view.value = wanted;
    keep.setTicketsView(wanted);
    void load();
  }
  function toggle(number: string): void {
    if (!selected.value.delete(number)) selected.value.add(number);
  }

  return { filters, view, lists, nodes, keys, items, byNumber, counts, overdue, loading, loaded, problem, detail, detailProblem, selected, load, more, place, touched, changed, open, shut, setView, toggle };
});
