/** What an agent must not lose when the page reloads or the log-in ends: drafts and messages not yet confirmed. */
import type { Pending } from "@youban/shared/log";

const PREFIX = "youban-console:";

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

export const keep = {
  session: <T>(): T | null => read<T | null>("session", null),
  setSession: (value: unknown): void => write("session", value),
  draft: (conversation: string): string => read(`draft:${conversation}`, ""),
  setDraft: (conversation: string, text: string): void => write(`draft:${conversation}`, text),
  unsent: (conversation: string): Pending[] => read<Pending[]>(`unsent:${conversation}`, []),
  setUnsent: (conversation: string, pendings: readonly Pending[]): void => write(`unsent:${conversation}`, pendings),
  /** The epoch for which the first line was prefilled. */
  greeted: (conversation: string): number => read(`greeted:${conversation}`, -1),
  setGreeted: (conversation: string, epoch: number): void => write(`greeted:${conversation}`, epoch),
  /** The last message of a conversation that this agent had on his screen. */
  seen: (conversation: string): number => read(`seen:${conversation}`, 0),
  setSeen: (conversation: string, seq: number): void => write(`seen:${conversation}`, seq),
  /** What the browser may do when somebody is not looking. */
  alerts: (): { sound: boolean; desktop: boolean } => ({ sound: true, desktop: true, ...read("alerts", {}) }),
  setAlerts: (value: { sound: boolean; desktop: boolean }): void => write("alerts", value),
  /** How tickets are looked at: as a board or as a table. */
  ticketsView: (): string => read("tickets-view", "board"),
  setTicketsView: (view: string): void => write("tickets-view", view),
  theme: (): string => read("theme", "auto"),
  setTheme: (theme: string): void => write("theme", theme),
};
