/** Internal notes of the open conversation, and the colleagues who can be mentioned in them. */
import { ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { Note } from "@youban/shared/people";
import type { Colleague } from "@youban/shared/wire";
import { api, people } from "../service";

export const useNotes = defineStore("notes", () => {
  const conversation = ref<string | null>(null);
  const items = ref<Note[]>([]);
  const problem = ref<string | null>(null);
  const colleagues = ref<Colleague[]>([]);

  async function show(id: string | null): Promise<void> {
    if (conversation.value !== id) items.value = [];
    conversation.value = id;
    if (!id) return;
    try {
      const found = await people.notes(id);
      if (conversation.value === id) items.value = found;
      problem.value = null;
    } catch (error) {
      if (conversation.value === id) problem.value = wordsOf(error);
    }
  }

  const reload = (): Promise<void> => show(conversation.value);

  /** @returns null when it went well, else what to tell the agent. */
  async function add(text: string, whisper: boolean): Promise<string | null> {
    const id = conversation.value;
    if (!id) return null;
    try {
      const found = await people.addNote(id, text, whisper);
      if (conversation.value === id) items.value = found;
      return null;
    } catch (error) {
      return wordsOf(error);
    }
  }

  /** Who may be mentioned; fetched when somebody first types an @. */
  async function loadColleagues(): Promise<void> {
    try {
      colleagues.value = await api.colleagues();
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  return { conversation, items, problem, colleagues, show, reload, add, loadColleagues };
});
