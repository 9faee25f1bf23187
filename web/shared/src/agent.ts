/** The agents' side of the service. */
import type { Http } from "./http";
import type {
  Agent,
  Colleague,
  LoginAnswer,
  NoticeList,
  OwnList,
  QueueItem,
  StateAnswer,
  Story,
  Talk,
  TicketChange,
  TicketDetail,
  TicketList,
  TransferTo,
  UploadAnswer,
  WrapUp,
  WrapUpGuess,
} from "./wire";

export class AgentApi {
  constructor(private readonly http: Http) {}

  login(username: string, password: string): Promise<LoginAnswer> {
    return this.http.post("/api/v1/agents/login", { username, password }, { anonymous: true });
  }

  logout(): Promise<void> {
    return this.http.post("/api/v1/agents/logout");
  }

  me(): Promise<Agent> {
    return this.http.get("/api/v1/agents/me");
  }

  async queue(): Promise<QueueItem[]> {
    return (await this.http.get<{ items: QueueItem[] }>("/api/v1/handoff/queue")).items;
  }

  /** What the agent has; with `since` only what changed since then. */
  mine(since: string | null = null): Promise<OwnList> {
    return this.http.get("/api/v1/conversations", { query: { mine: true, since } });
  }

  story(id: string): Promise<Story> {
    return this.http.get(`/api/v1/conversations/${encodeURIComponent(id)}`);
  }

  claim(id: string): Promise<StateAnswer> {
    return this.http.post(`/api/v1/conversations/${encodeURIComponent(id)}/claim`);
  }

  say(id: string, clientId: string, text: string, attachments: { id: string }[] = []): Promise<{ seq: number }> {
    return this.http.post(`/api/v1/conversations/${encodeURIComponent(id)}/messages`, {
      client_id: clientId,
      text,
      ...(attachments.length ? { attachments: attachments.map(({ id: file }) => ({ id: file })) } : {}),
    });
  }

  /** A page of messages: after a number, or before one. */
  talk(id: string, page: { after_seq?: number; before_seq?: number; limit?: number }, signal?: AbortSignal): Promise<Talk> {
    return this.http.get(`/api/v1/conversations/${encodeURIComponent(id)}/messages`, { query: page, signal });
  }

  /** Store a picture for the customer; `onProgress` is told the share that has left, 0 to 1. */
  upload(id: string, file: Blob, name: string, onProgress: (share: number) => void): Promise<UploadAnswer> {
    return this.http.upload(`/api/v1/conversations/${encodeURIComponent(id)}/attachments`, file, name, onProgress);
  }

  wrapUp(id: string): Promise<WrapUpGuess> {
    return this.http.get(`/api/v1/conversations/${encodeURIComponent(id)}/wrap-up`);
  }

  async colleagues(): Promise<Colleague[]> {
    return (await this.http.get<{ items: Colleague[] }>("/api/v1/colleagues")).items;
  }

  notices(): Promise<NoticeList> {
    return this.http.get("/api/v1/agents/me/notices");
  }

  readNotices(ids?: number[]): Promise<NoticeList> {
    return this.http.post("/api/v1/agents/me/notices/read", ids ? { ids } : {});
  }

  /** To the queue of a department, or to one colleague. */
  transfer(id: string, to: TransferTo, note: string): Promise<StateAnswer> {
    return this.http.post(`/api/v1/conversations/${encodeURIComponent(id)}/transfer`, { ...to, note });
  }

  close(id: string, to: "closed" | "bot", wrapUp: WrapUp): Promise<StateAnswer> {
    return this.http.post(`/api/v1/conversations/${encodeURIComponent(id)}/close`, { to, wrap_up: wrapUp });
  }

  tickets(filter: { status?: string; customer_id?: string; cursor?: string | null }): Promise<TicketList> {
    return this.http.get("/api/v1/tickets", { query: filter });
  }

  ticket(number: string): Promise<TicketDetail> {
    return this.http.get(`/api/v1/tickets/${encodeURIComponent(number)}`);
  }

  advance(number: string, change: TicketChange): Promise<TicketDetail> {
    return this.http.patch(`/api/v1/tickets/${encodeURIComponent(number)}`, change);
  }

  attachment(id: string): Promise<Blob> {
    return this.http.blob(`/api/v1/attachments/${encodeURIComponent(id)}`);
  }
}
