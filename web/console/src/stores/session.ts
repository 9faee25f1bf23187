/** Who is logged in. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { ApiError, wordsOf } from "@youban/shared/http";
import type { Presence } from "@youban/shared/people";
import type { Agent } from "@youban/shared/wire";
import { keep } from "../keep";
import { api, auth, people } from "../service";
import { pagesOf } from "../words";

interface Kept {
  token: string;
  agent: Agent;
}

export const useSession = defineStore("session", () => {
  const agent = ref<Agent | null>(null);
  /** The log-in ended while somebody was working: the log-in page says so, drafts are kept. */
  const expired = ref(false);

  const kept = keep.session<Kept>();
  if (kept?.token) {
    auth.token = kept.token;
    agent.value = kept.agent;
    keep.belongTo(kept.agent.id);
  }
  auth.onExpired = () => {
    if (!auth.token) return;
    forget();
    expired.value = true;
  };

  const pages = computed(() => pagesOf(agent.value?.role));

  async function login(username: string, password: string): Promise<void> {
    const answer = await api.login(username, password);
    auth.token = answer.token;
    keep.belongTo(answer.agent.id);
    agent.value = answer.agent;
    expired.value = false;
    keep.setSession({ token: answer.token, agent: answer.agent });
    if (pages.value.desk) await setPresence("online");
  }

  /** Say whether conversations are welcome; a line that is down changes nothing. */
  async function setPresence(presence: Presence, automatic?: boolean): Promise<string | null> {
    try {
      agent.value = await people.presence(presence, automatic);
      if (auth.token) keep.setSession({ token: auth.token, agent: agent.value });
      return null;
    } catch (error) {
      return wordsOf(error);
    }
  }

  /** Whether the kept log-in still holds; without network it is taken to hold. */
  async function check(): Promise<void> {
    if (!auth.token) return;
    try {
      agent.value = await api.me();
      keep.setSession({ token: auth.token, agent: agent.value });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async function logout(): Promise<void> {
    try {
      if (pages.value.desk) await people.presence("offline");
      await api.logout();
    } catch (error) {
      // The session ends by itself; this browser forgets it in any case.
      if (!(error instanceof ApiError)) throw error;
    }
    forget();
    keep.forget();
    expired.value = false;
  }

  function forget(): void {
    auth.token = null;
    agent.value = null;
    keep.setSession(null);
  }

  return { agent, expired, pages, login, logout, check, setPresence };
});
