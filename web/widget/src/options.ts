/** What a conversation needs of its surroundings, and how the window may be opened. */
import type { Message } from "@youban/shared/wire";
import type { Keep } from "./storage";

/** `offline`: tried and will try again; `expired`: the app must identify its user anew. */
export type Phase = "idle" | "opening" | "ready" | "offline" | "expired";

export interface ChatOptions {
  /** Origin of the service. */
  base: string;
  keep: Keep;
  customerToken: string | null;
  /** Nothing is sent yet: the app is still finding out who its user is. */
  held?: boolean;
  onChange: () => void;
  /** New words of the assistant or a person. */
  onNews: (messages: Message[]) => void;
  onTicket: (number: string) => void;
  /** A guest was recognised: his conversation is another one from now on. */
  onMoved?: () => void;
  /** Another tab of this customer has shown everything up to `seq`. */
  onRead?: (seq: number) => void;
  createSocket?: (url: string) => WebSocket;
  fetch?: typeof fetch;
}

export interface OpenOptions {
  /** Words to begin with; the customer still decides to send them. */
  text?: string;
  /** A page beside the chat. */
  page?: "help" | "tickets";
}
