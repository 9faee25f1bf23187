/** The tickets page: a list that grows by pages, and the one that is open. */
import { ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { Ticket, TicketChange, TicketDetail } from "@youban/shared/wire";
import { api } from "../service";

export const useTickets = defineStore("tickets", () => {
  const items = ref<Ticket[]>([]);
  const next = ref<string | null>(null);
  const status = ref("open");
  const customerId = ref("");
  const loading = ref(false);
  const problem = ref<string | null>(null);
  const detail = ref<TicketDetail | null>(null);
  const detailProblem = ref<string | null>(null);

  let wanted = 0;

  /** The first page for the filters in force. */
  async function load(): Promise<void> {
    wanted += 1;
    const turn = wanted;
    loading.value = true;
    try {
      const page = await api.tickets({ status: status.value, customer_id: customerId.value.trim() });
      if (turn !== wanted) return;
      items.value = page.items;
      next.value = page.next;
      problem.value = null;
    } catch (error) {
      if (turn === wanted) problem.value = wordsOf(error);
    } finally {
      if (turn === wanted) loading.value = false;
    }
  }

  async function more(): Promise<void> {
    if (!next.value || loading.value) return;
    const turn = wanted;
    loading.value = true;
    try {
      const page = await api.tickets({ status: status.value, customer_id: customerId.value.trim(), cursor: next.value });
      if (turn !== wanted) return;
      const known = new Set(items.value.map((t) => t.number));
      items.value = [...items.value, ...page.items.filter((t) => !known.has(t.number))];
      next.value = page.next;
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      loading.value = false;
    }
  }

  async function open(number: string): Promise<void> {
    detailProblem.value = null;
    if (detail.value?.number !== number) detail.value = null;
    try {
      detail.value = await api.ticket(number);
    } catch (error) {
      detailProblem.value = wordsOf(error);
    }
  }

  /** @returns null when it went well, else what to tell the agent. */
  async function advance(number: string, change: TicketChange): Promise<string | null> {
    try {
      const moved = await api.advance(number, change);
      if (detail.value?.number === number) detail.value = moved;
      items.value = items.value.map((t) => (t.number === number ? moved : t));
      return null;
    } catch (error) {
      await open(number);
      return wordsOf(error);
    }
  }

  function shut(): void {
    detail.value = null;
    detailProblem.value = null;
  }

  return { items, next, status, customerId, loading, problem, detail, detailProblem, load, more, open, advance, shut };
});
