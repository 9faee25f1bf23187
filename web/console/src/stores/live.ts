/** The socket that wakes the console. What it says is a hint; whoever listens fetches. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { LiveSocket, type SocketState } from "@youban/shared/socket";
import type { AgentFrame } from "@youban/shared/wire";
import { agentSocketUrl, auth } from "../service";
import { useSession } from "./session";

type Listener = (frame: AgentFrame | { type: "reconnected" }) => void;

const TYPING_SENT_EVERY_MS = 3000;
const TYPING_SHOWN_MS = 5000;
const READ_PAUSE_MS = 600;

export const useLive = defineStore("live", () => {
  const state = ref<SocketState>("idle");
  const down = computed(() => state.value === "down");
  /** Conversations whose customer is writing right now. */
  const typing = ref<Record<string, boolean>>({});
  const listeners = new Set<Listener>();
  const typingTimers = new Map<string, ReturnType<typeof setTimeout>>();
  let typingSentAt = 0;
  /** What is not told yet. */
  let readTold: { conversation_id: string; seq: number } | null = null;
  let readTimer: ReturnType<typeof setTimeout> | null = null;
  let socket: LiveSocket | null = null;

  function start(): void {
    socket ??= new LiveSocket({
      url: agentSocketUrl(),
      hello: () => (auth.token ? { type: "auth", token: auth.token } : null),
      onFrame: (frame) => heard(frame as unknown as AgentFrame),
      onState: (now) => {
        state.value = now;
        // Whatever was said while the line was down is lost: everything is fetched anew.
        if (now === "open") {
          tellRead();
          tell({ type: "reconnected" });
        }
        if (now === "refused") void useSession().check();
      },
    });
    socket.start();
  }

  function stop(): void {
    socket?.stop();
    socket = null;
    state.value = "idle";
  }

  function heard(frame: AgentFrame): void {
    if (frame.type === "typing") {
      const id = frame.conversation_id;
      typing.value[id] = true;
      clearTimeout(typingTimers.get(id));
      typingTimers.set(id, setTimeout(() => delete typing.value[id], TYPING_SHOWN_MS));
      return;
    }
    tell(frame);
  }

  function tell(frame: Parameters<Listener>[0]): void {
    for (const listener of listeners) listener(frame);
  }

  function listen(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Let the customer see that somebody is writing. */
  function sendTyping(conversationId: string): void {
    if (Date.now() - typingSentAt < TYPING_SENT_EVERY_MS) return;
    if (socket?.send({ type: "typing", conversation_id: conversationId })) typingSentAt = Date.now();
  }

  /** Let the customer see what is read; of several at once the last is told. */
  function sendRead(conversationId: string, seq: number): void {
    if (readTold && readTold.conversation_id !== conversationId) tellRead();
    readTold = { conversation_id: conversationId, seq };
    readTimer ??= setTimeout(tellRead, READ_PAUSE_MS);
  }

  function tellRead(): void {
    if (readTimer) clearTimeout(readTimer);
    readTimer = null;
    if (readTold && socket?.send({ type: "read", ...readTold })) readTold = null;
  }

  return { state, down, typing, start, stop, listen, sendTyping, sendRead };
});
