/** The agents' side of the service. */
import type { Http } from "./http";
import type {
  Agent,
  ConversationItem,
  LoginAnswer,
  QueueItem,
  StateAnswer,
  Story,
  TicketChange,
  TicketDetail,
  TicketList,
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

  async mine(): Promise<ConversationItem[]> {
    return (await this.http.get<{ items: ConversationItem[] }>("/api/v1/conversations", { query: { mine: true } })).items;
  }

  story(id: string): Promise<Story> {
    return this.http.get(`/api/v1/conversations/${encodeURIComponent(id)}`);
  }

  claim(id: string): Promise<StateAnswer> {
    return this.http.post(`/api/v1/conversations/${encodeURIComponent(id)}/claim`);
  }

  say(id: string, clientId: string, text: string): Promise<{ seq: number }> {
    return this.http.post(`/api/v1/conversations/${encodeURIComponent(id)}/messages`, { client_id: clientId, text });
  }

  transfer(id: string, department: string | null, note: string): Promise<StateAnswer> {
    return this.http.post(`/api/v1/conversations/${encodeURIComponent(id)}/transfer`, { department, note });
  }

  close(id: string, to: "closed" | "bot"): Promise<StateAnswer> {
    return this.http.post(`/api/v1/conversations/${encodeURIComponent(id)}/close`, { to });
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
