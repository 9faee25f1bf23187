/** What tickets can be narrowed to, given to and solved with; fetched once, and again when somebody opens the page. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { CategoryChoice, TicketChoices } from "@youban/shared/tickets";
import { ticketDesk } from "../service";

const SOON_MINUTES = 60;
const ACTORS: Record<string, string> = { assistant: "智能助手", customer: "客户", system: "系统", platform: "加油平台" };

export const useTicketChoices = defineStore("ticket-choices", () => {
  const choices = ref<TicketChoices | null>(null);
  const problem = ref<string | null>(null);
  let asked: Promise<void> | null = null;

  async function fetchThem(): Promise<void> {
    try {
      choices.value = await ticketDesk.choices();
      problem.value = null;
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      asked = null;
    }
  }
  /** Several who ask at once ask once. */
  function load(): Promise<void> {
    asked ??= fetchThem();
    return asked;
  }

  const byId = computed(() => new Map(choices.value?.colleagues.map((c) => [c.id, c])));
  const byName = computed(() => new Map(choices.value?.colleagues.map((c) => [c.username, c])));
  const soonMinutes = computed(() => choices.value?.soon_minutes ?? SOON_MINUTES);
  const moves = computed<Record<string, string[]>>(() => choices.value?.moves ?? {});

  /** An agent by id or user name, as colleagues speak of him; other actors by what they are. */
  function person(who: unknown): string {
    if (typeof who === "number") return byId.value.get(who)?.username ?? (who ? `工号 ${1000 + who}` : "");
    const name = typeof who === "string" ? who : "";
    return ACTORS[name] ?? name;
  }

  function category(id: string): CategoryChoice | undefined {
    return choices.value?.categories.find((c) => c.id === id);
  }

  /** What customers with such a problem are usually asked. */
  function questions(categoryId: string): string[] {
    const all = choices.value?.questions ?? {};
    return [...(all[category(categoryId)?.group ?? ""] ?? []), ...(all[""] ?? [])];
  }

  return { choices, problem, load, byId, byName, soonMinutes, moves, person, category, questions };
});

/** Whether what somebody typed finds a title: by its characters, its syllables, or its initials. */
export function sounds(typed: string, title: string, heard: string): boolean {
  const plain = typed.trim().toLowerCase().replace(/\s+/g, "");
  return !plain || title.includes(plain) || heard.split(" ").some((part) => part.includes(plain));
}
