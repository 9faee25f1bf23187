/** The customer's side of the service, small enough for tests: numbers, deduplicates, answers with an echo. */
import type { ConversationState, Home, Message } from "@youban/shared/wire";

export class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: { type: string; after_seq?: number }[] = [];
  closed = false;
  send(data: string): void {
    this.sent.push(JSON.parse(data) as { type: string });
  }
  close(): void {
    this.closed = true;
  }
}

export class FakeService {
  messages: Message[] = [];
  state: ConversationState = "bot";
  sockets: FakeSocket[] = [];
  requests: { path: string; body: Record<string, unknown> }[] = [];
  /** Answers for the next requests to a path, instead of the real ones; "network" fails without one. */
  next: { path: string; answer: Response | Promise<Response> | "network" }[] = [];
  /** Standing answers by path. */
  answers: Record<string, unknown> = {};
  home: Home = {
    customer: null,
    predicted: [],
    frequent: [],
    categories: [],
    tickets: [],
    complaints: [{ title: "油站人员或现场服务", payload: "intent:station_complaint" }],
    callback: { title: "请给我回电话", payload: "intent:callback_request" },
    hotline: "400-000-9520",
    upload_megabytes: 10,
    binds: [],
    preferences: { elder: null, diagnosis: null },
  };
  /** Messages of one page that is read backwards. */
  page = 60;
  /** Uploads go no further before this. */
  uploading: Promise<void> = Promise.resolve();
  /** The next message is stored, but the answer to it gets lost on the way. */
  loseNextAnswer = false;
  conversation = "c1";
  /** Its clock, where that matters. */
  dated: (() => Date) | null = null;
  reply: (text: string) => Partial<Message> | null = (text) => ({ text: `收到：${text}` });

  readonly fetch: typeof fetch = async (input, init) => {
    const answer = await this.answer(input, init);
    if (this.dated) answer.headers.set("Date", this.dated().toUTCString());
    return answer;
  };

  private readonly answer: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const path = url.pathname;
    const body = typeof init?.body === "string" ? (JSON.parse(init.body) as Record<string, unknown>) : {};
    this.requests.push({ path, body });
    const planned = this.next.find((n) => n.path === path);
    if (planned) {
      this.next.splice(this.next.indexOf(planned), 1);
      if (planned.answer === "network") throw new TypeError("Failed to fetch");
      return planned.answer;
    }
    if (path.endsWith("/sessions")) return json({ token: `t-${this.requests.length}`, conversation_id: this.conversation });
    if (path.endsWith("/attachments")) return json({ id: "a1", media_type: "image/png", size: 3 });
    if (path.endsWith("/home")) return json(this.home);
    if (init?.method === "PUT") return json(body);
    if (path in this.answers) return json(this.answers[path]);
    if (init?.method === "POST") {
      const answer = json(this.take(body));
      if (!this.loseNextAnswer) return answer;
      this.loseNextAnswer = false;
      throw new TypeError("Failed to fetch");
    }
    const before = url.searchParams.get("before_seq");
    if (before !== null) {
      const older = this.messages.filter((m) => before === "0" || m.seq < Number(before));
      return json({ messages: older.slice(-this.page), state: this.state, more: older.length > this.page });
    }
    const after = Number(url.searchParams.get("after_seq"));
    return json({ messages: this.messages.filter((m) => m.seq > after), state: this.state, more: false });
  };

  readonly createSocket = (): WebSocket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    queueMicrotask(() => socket.onopen?.());
    return socket as unknown as WebSocket;
  };

  say(text: string, more: Partial<Message> = {}): Message {
    const message: Message = { seq: this.messages.length + 1, sender: "bot", text, at: new Date().toISOString(), ...more };
    this.messages.push(message);
    return message;
  }

  push(frame: Record<string, unknown>): void {
    this.sockets.at(-1)!.onmessage?.({ data: JSON.stringify(frame) });
  }

  get posted(): string[] {
    return this.requests.filter((r) => r.path.endsWith("/messages") && r.body["client_id"]).map((r) => String(r.body["text"]));
  }

  private take(body: Record<string, unknown>) {
    const clientId = String(body["client_id"]);
    const known = this.messages.find((m) => m.client_id === clientId);
    if (known) return { ack: { seq: known.seq }, messages: this.messages.filter((m) => m.seq === known.seq + 1), state: this.state };
    const stored = this.say(String(body["text"]), { sender: "customer", client_id: clientId });
    const reply = this.state === "human" ? null : this.reply(stored.text);
    const replies = reply ? [this.say(reply.text ?? "", reply)] : [];
    return { ack: { seq: stored.seq }, messages: replies, state: this.state };
  }
}

/** An upload as XMLHttpRequest does it: told how far it is, ended when aborted, answered by the service. */
export function uploadsOf(service: FakeService): new () => XMLHttpRequest {
  class FakeUpload {
    upload: { onprogress: ((event: { lengthComputable: boolean; loaded: number; total: number }) => void) | null } = { onprogress: null };
    onload: (() => void) | null = null;
    onerror: (() => void) | null = null;
    onabort: (() => void) | null = null;
    ontimeout: (() => void) | null = null;
    status = 0;
    responseText = "";
    timeout = 0;
    private url = "";
    private over = false;
    private answer: Response | null = null;
    open(_: string, url: string): void {
      this.url = url;
    }
    setRequestHeader(): void {}
    getResponseHeader(name: string): string | null {
      return this.answer?.headers.get(name) ?? null;
    }
    abort(): void {
      this.over = true;
      this.onabort?.();
    }
    send(): void {
      void this.run();
    }
    private async run(): Promise<void> {
      this.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 2 });
      await service.uploading;
      try {
        this.answer = await service.fetch(this.url, { method: "POST" });
        this.status = this.answer.status;
        this.responseText = await this.answer.text();
      } catch {
        if (!this.over) this.onerror?.();
        return;
      }
      if (!this.over) this.onload?.();
    }
  }
  return FakeUpload as unknown as new () => XMLHttpRequest;
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

export function refusal(status: number, code: string, message: string): Response {
  return json({ error: { code, message } }, status);
}
