/** What an agent must not lose when the page reloads or the log-in ends: drafts and messages not yet confirmed. */
import type { Pending } from "@youban/shared/log";

const PREFIX = "youban-console:";
/** What an agent wrote and looked at; the rest belongs to the browser. */
const OWN = "own:";
const OWN_LASTS_MS = 7 * 86_400_000;

/** Whose drafts these are: on a shared computer nobody sees, or sends, what another one wrote. */
let owner = 0;

function read<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the text lives in the page as long as the page does.
  }
}

const own = (key: string): string => `${OWN}${owner}:${key}`;

function readOwn<T>(key: string, otherwise: T): T {
  const kept = read<{ at: number; value: T } | null>(own(key), null);
  return kept && kept.at > Date.now() - OWN_LASTS_MS ? kept.value : otherwise;
}

function writeOwn(key: string, value: unknown): void {
  const nothing = value === "" || (Array.isArray(value) && value.length === 0);
  write(own(key), nothing ? null : { at: Date.now(), value });
}

function remove(which: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && which(key.slice(PREFIX.length))) localStorage.removeItem(key);
  } catch {
    // Storage is forbidden: nothing is in it.
  }
}

export const keep = {
  /** From now on drafts are this agent's. What is too old goes, and what an earlier version kept for nobody. */
  belongTo: (agent: number): void => {
    owner = agent;
    const oldest = Date.now() - OWN_LASTS_MS;
    remove((key) => (key.startsWith(OWN) ? (read<{ at?: number } | null>(key, null)?.at ?? 0) < oldest : /^(draft|unsent|greeted|seen):/.test(key)));
  },
  /** The agent has left this computer: nothing he wrote stays on it. */
  forget: (): void => {
    remove((key) => key.startsWith(own("")));
    owner = 0;
  },
  session: <T>(): T | null => read<T | null>("session", null),
  setSession: (value: unknown): void => write("session", value),
  draft: (conversation: string): string => readOwn(`draft:${conversation}`, ""),
  setDraft: (conversation: string, text: string): void => writeOwn(`draft:${conversation}`, text),
  unsent: (conversation: string): Pending[] => readOwn<Pending[]>(`unsent:${conversation}`, []),
  setUnsent: (conversation: string, pendings: readonly Pending[]): void => writeOwn(`unsent:${conversation}`, pendings),
  /** The epoch for which the first line was prefilled. */
  greeted: (conversation: string): number => readOwn(`greeted:${conversation}`, -1),
  setGreeted: (conversation: string, epoch: number): void => writeOwn(`greeted:${conversation}`, epoch),
  /** The last message of a conversation that this agent had on his screen. */
  seen: (conversation: string): number => readOwn(`seen:${conversation}`, 0),
  setSeen: (conversation: string, seq: number): void => writeOwn(`seen:${conversation}`, seq),
  /** What the browser may do when somebody is not looking. */
  alerts: (): { sound: boolean; desktop: boolean } => ({ sound: true, desktop: true, ...read("alerts", {}) }),
  setAlerts: (value: { sound: boolean; desktop: boolean }): void => write("alerts", value),
  /** How tickets are looked at: as a board or as a table. */
  ticketsView: (): string => read("tickets-view", "board"),
  setTicketsView: (view: string): void => write("tickets-view", view),
  theme: (): string => read("theme", "auto"),
  setTheme: (theme: string): void => write("theme", theme),
};
