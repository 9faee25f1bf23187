/** The card of the customer who is shown, and what was done for him. */
import { ref, shallowRef } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { Card, Remedy } from "@youban/shared/card";
import { cards } from "../service";

const PAUSE_MS = 400;

export const useCard = defineStore("card", () => {
  const customer = ref<string | null>(null);
  const card = shallowRef<Card | null>(null);
  const remedies = shallowRef<Remedy[]>([]);
  const loading = ref(false);
  const problem = ref<string | null>(null);
  /** Personal data that was looked at, by field; forgotten with the customer. */
  const plain = ref<Record<string, string>>({});

  let wanted = 0;
  let hint: ReturnType<typeof setTimeout> | null = null;

  async function open(id: string | null): Promise<void> {
    // What is known of him is shown meanwhile.
    if (customer.value === id && card.value) return refresh();
    customer.value = id;
    card.value = null;
    remedies.value = [];
    plain.value = {};
    problem.value = null;
    await refresh();
  }

  async function refresh(): Promise<void> {
    const id = customer.value;
    wanted += 1;
    const turn = wanted;
    loading.value = id !== null && card.value === null;
    if (!id) return;
    try {
      const [found, done] = await Promise.all([cards.card(id), cards.remedies({ customer_id: id })]);
      if (turn !== wanted) return;
      card.value = found;
      remedies.value = done.items;
      problem.value = null;
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
    }, PAUSE_MS);
  }

  /** One personal field in plain text; it is written down who looked. @returns what went wrong, else null. */
  async function reveal(field: string, conversation: string | null): Promise<string | null> {
    const id = customer.value;
    if (!id) return null;
    try {
      const value = await cards.reveal(id, field, conversation);
      if (customer.value === id) plain.value = { ...plain.value, [field]: value };
      return null;
    } catch (error) {
      return wordsOf(error);
    }
  }

  function hide(field: string): void {
    plain.value = Object.fromEntries(Object.entries(plain.value).filter(([name]) => name !== field));
  }

  return { customer, card, remedies, loading, problem, plain, open, refresh, refreshSoon, reveal, hide };
});
