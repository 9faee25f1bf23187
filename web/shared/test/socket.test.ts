import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "../src/backoff";
import { LiveSocket, socketUrl, type SocketState } from "../src/socket";

/** A line whose other end the test plays. */
class Line {
  static all: Line[] = [];
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    Line.all.push(this);
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }
  say(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function build(hello: () => Record<string, unknown> | null = () => ({ type: "auth", token: "t" })) {
  const frames: string[] = [];
  const states: SocketState[] = [];
  const socket = new LiveSocket({
    url: "ws://h/s",
    hello,
    onFrame: (frame) => frames.push(frame.type),
    onState: (state) => states.push(state),
    create: (url) => new Line(url) as unknown as WebSocket,
    backoff: new Backoff(1000, 8000, () => 1),
  });
  return { socket, frames, states };
}

beforeEach(() => {
  vi.useFakeTimers();
  Line.all = [];
});
afterEach(() => vi.useRealTimers());

describe("LiveSocket", () => {
  it("greets first and passes frames on, unreadable ones not", () => {
    const { socket, frames } = build();
    socket.start();
    const line = Line.all[0]!;
    line.onopen?.();
    expect(line.sent).toEqual([{ type: "auth", token: "t" }]);
    line.say({ type: "queue", place: 1 });
    line.say([1]);
    line.onmessage?.({ data: "{" });
    expect(frames).toEqual(["queue"]);
  });

  it("comes back with growing waits, and with short ones again after the service has spoken", () => {
    const { socket, states } = build();
    socket.start();
    Line.all[0]!.onopen?.();
    Line.all[0]!.onclose?.({ code: 1006 });
    expect(socket.state).toBe("down");
    vi.advanceTimersByTime(999);
    expect(Line.all).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(Line.all).toHaveLength(2);
    Line.all[1]!.onopen?.();
    Line.all[1]!.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1999);
    expect(Line.all).toHaveLength(2);
    vi.advanceTimersByTime(1);
    Line.all[2]!.onopen?.();
    Line.all[2]!.say({ type: "pong" });
    Line.all[2]!.onclose?.({ code: 1012 });
    vi.advanceTimersByTime(1000);
    expect(Line.all).toHaveLength(4);
    expect(states.filter((s) => s === "down")).toHaveLength(3);
  });

  it("does not come back when it was refused, until it is started anew", () => {
    const { socket } = build();
    socket.start();
    Line.all[0]!.onopen?.();
    Line.all[0]!.onclose?.({ code: 4401 });
    vi.advanceTimersByTime(60_000);
    expect(Line.all).toHaveLength(1);
    expect(socket.state).toBe("refused");
    socket.restart();
    expect(Line.all).toHaveLength(2);
  });

  it("gives up a line that has been silent through two pings", () => {
    const { socket } = build();
    socket.start();
    Line.all[0]!.onopen?.();
    vi.advanceTimersByTime(25_000);
    expect(Line.all[0]!.sent.at(-1)).toEqual({ type: "ping" });
    vi.advanceTimersByTime(50_000);
    expect(Line.all[0]!.closed).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(Line.all).toHaveLength(2);
  });

  it("connects at once when the network is back", () => {
    const { socket } = build();
    socket.start();
    Line.all[0]!.onclose?.({ code: 1006 });
    window.dispatchEvent(new Event("online"));
    expect(Line.all).toHaveLength(2);
    vi.advanceTimersByTime(20_000);
    expect(Line.all).toHaveLength(2);
  });

  it("stays quiet without a token and after stop", () => {
    const { socket } = build(() => null);
    socket.start();
    expect(Line.all).toHaveLength(0);
    const other = build();
    other.socket.start();
    other.socket.stop();
    vi.advanceTimersByTime(60_000);
    expect(Line.all).toHaveLength(1);
    expect(other.socket.send({ type: "typing" })).toBe(false);
  });
});

describe("socketUrl", () => {
  it("follows the scheme of the page or of the given origin", () => {
    expect(socketUrl("https://kf.example.cn", "/api/s")).toBe("wss://kf.example.cn/api/s");
    expect(socketUrl("http://localhost:8000", "/api/s")).toBe("ws://localhost:8000/api/s");
  });
});

describe("Backoff", () => {
  it("doubles up to its limit and never waits less than half the span", () => {
    const calm = new Backoff(100, 1000, () => 0);
    expect([calm.next(), calm.next(), calm.next(), calm.next(), calm.next()]).toEqual([50, 100, 200, 400, 500]);
    calm.reset();
    expect(calm.next()).toBe(50);
  });
});
