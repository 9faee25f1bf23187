/** A socket that comes back: greets with an auth frame, reconnects with backoff, notices a dead line by itself. */
import { Backoff } from "./backoff";

export type SocketState = "idle" | "connecting" | "open" | "down" | "refused";

export interface SocketOptions {
  url: string;
  /** The first frame, asked for at each connection (its token and number change); null: do not connect now. */
  hello: () => Record<string, unknown> | null;
  onFrame: (frame: { type: string } & Record<string, unknown>) => void;
  onState?: (state: SocketState) => void;
  create?: (url: string) => WebSocket;
  backoff?: Backoff;
}

const REFUSED = 4401;
const PING_EVERY_MS = 25_000;
const SILENCE_MS = 60_000;

export class LiveSocket {
  state: SocketState = "idle";
  private socket: WebSocket | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private pulse: ReturnType<typeof setInterval> | null = null;
  private heardAt = 0;
  private readonly backoff: Backoff;

  constructor(private readonly options: SocketOptions) {
    this.backoff = options.backoff ?? new Backoff();
  }

  /** Connect and stay connected until `stop`. */
  start(): void {
    if (this.socket || this.retry) return;
    window.addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.connect();
  }

  stop(): void {
    window.removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.clear();
    this.backoff.reset();
    this.enter("idle");
  }

  /** Connect again at once, with a new auth frame. */
  restart(): void {
    this.stop();
    this.start();
  }

  send(frame: Record<string, unknown>): boolean {
    if (this.state !== "open" || !this.socket) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private connect(): void {
    this.retry = null;
    const hello = this.options.hello();
    if (!hello) {
      this.enter("idle");
      return;
    }
    this.enter("connecting");
    const create = this.options.create ?? ((url: string) => new WebSocket(url));
    const socket = create(this.options.url);
    this.socket = socket;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      socket.send(JSON.stringify(hello));
      this.heardAt = Date.now();
      this.pulse = setInterval(() => this.beat(), PING_EVERY_MS);
      this.enter("open");
    };
    socket.onmessage = (event: MessageEvent) => {
      if (this.socket !== socket) return;
      this.heardAt = Date.now();
      const frame = parse(event.data);
      // Only a frame proves that the service took us in; an open line alone would reset the waiting times forever.
      if (frame) {
        this.backoff.reset();
        this.options.onFrame(frame);
      }
    };
    socket.onclose = (event: CloseEvent) => {
      if (this.socket === socket) this.lost(event.code);
    };
  }

  private lost(code: number): void {
    this.clear();
    if (code === REFUSED) {
      this.enter("refused");
      return;
    }
    this.enter("down");
    this.retry = setTimeout(() => this.connect(), this.backoff.next());
  }

  /** Ask for a sign of life; a line that stays silent (sleep, changed network) is given up. */
  private beat(): void {
    if (Date.now() - this.heardAt > SILENCE_MS) this.lost(0);
    else this.send({ type: "ping" });
  }

  private readonly wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.state === "down") {
      if (this.retry) clearTimeout(this.retry);
      this.connect();
    } else if (this.state === "open") this.beat();
  };

  private clear(): void {
    if (this.retry) clearTimeout(this.retry);
    if (this.pulse) clearInterval(this.pulse);
    this.retry = this.pulse = null;
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  private enter(state: SocketState): void {
    if (this.state === state) return;
    this.state = state;
    this.options.onState?.(state);
  }
}

function parse(data: unknown): ({ type: string } & Record<string, unknown>) | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    if (typeof frame !== "object" || frame === null) return null;
    return typeof (frame as { type?: unknown }).type === "string"
      ? (frame as { type: string } & Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** `wss://host/path` for a path on `base` (an origin; empty: the page's own). */
export function socketUrl(base: string, path: string): string {
  const url = new URL(path, base || window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.toString();
}
