/** The customer's side of the service. */
import type { Http } from "./http";
import type {
  Article,
  ArticleBrief,
  BindingCode,
  Bindings,
  FeedbackAnswer,
  History,
  Home,
  MessageAnswer,
  MessageRequest,
  OwnTicket,
  OwnTicketDetail,
  PhoneAnswer,
  Points,
  Preferences,
  ProofAnswer,
  SessionAnswer,
  TicketActionAnswer,
} from "./wire";

export class CustomerApi {
  constructor(private readonly http: Http) {}

  openSession(body: { customer_token?: string; session_token?: string }): Promise<SessionAnswer> {
    return this.http.post("/api/v1/widget/sessions", body, { anonymous: true });
  }

  send(body: MessageRequest): Promise<MessageAnswer> {
    return this.http.post("/api/v1/widget/messages", body);
  }

  history(afterSeq: number): Promise<History> {
    return this.http.get("/api/v1/widget/messages", { query: { after_seq: afterSeq } });
  }

  /** The last messages before a number, oldest first; 0: the newest of all. `more`: there are older ones. */
  historyBefore(beforeSeq: number): Promise<History> {
    return this.http.get("/api/v1/widget/messages", { query: { before_seq: beforeSeq } });
  }

  /** Where the conversation goes on outside the app. */
  bindings(): Promise<Bindings> {
    return this.http.get("/api/v1/widget/bindings");
  }

  /** A code to send in the other channel; it works once. */
  bindingCode(): Promise<BindingCode> {
    return this.http.post("/api/v1/widget/bindings/code", {});
  }

  unbind(channel: string): Promise<void> {
    return this.http.delete(`/api/v1/widget/bindings/${encodeURIComponent(channel)}`);
  }

  /** What the chat opens with; what it offers counts as offered. */
  home(): Promise<Home> {
    return this.http.get("/api/v1/widget/home");
  }

  articles(query: { q?: string; category?: string }, signal?: AbortSignal): Promise<{ items: ArticleBrief[] }> {
    return this.http.get("/api/v1/widget/help/articles", { query, signal });
  }

  article(id: string): Promise<Article> {
    return this.http.get(`/api/v1/widget/help/articles/${encodeURIComponent(id)}`);
  }

  /** Whether an article helped; `next` is how it goes on when it did not. `seq` 0: read on the help pages. */
  judge(articleId: string, solved: boolean, seq = 0): Promise<FeedbackAnswer> {
    return this.http.post("/api/v1/widget/feedback", { article_id: articleId, solved, seq });
  }

  prefer(change: { elder?: boolean; diagnosis?: boolean }): Promise<Preferences> {
    return this.http.put("/api/v1/widget/preferences", change);
  }

  tickets(): Promise<{ items: OwnTicket[] }> {
    return this.http.get("/api/v1/widget/tickets");
  }

  ticket(number: string): Promise<OwnTicketDetail> {
    return this.http.get(`/api/v1/widget/tickets/${encodeURIComponent(number)}`);
  }

  /** Confirm, reopen, withdraw, urge, add information, or ask why it takes so long. */
  actOnTicket(number: string, action: string, note = "", attachments: { id: string }[] = []): Promise<TicketActionAnswer> {
    return this.http.post(`/api/v1/widget/tickets/${encodeURIComponent(number)}/${action}`, { note, attachments });
  }

  rate(handoffId: number, marks: { attitude: number; speed: number; solution: number }, words: string): Promise<unknown> {
    return this.http.post("/api/v1/widget/ratings", { handoff_id: handoffId, ...marks, words });
  }

  points(): Promise<Points> {
    return this.http.get("/api/v1/widget/points");
  }

  /** Have a code sent to a guest's number. */
  askCode(phone: string): Promise<PhoneAnswer> {
    return this.http.post("/api/v1/widget/phone", { phone });
  }

  /** Prove the number; the answer's token is the guest's session from now on. */
  proveCode(phone: string, code: string): Promise<ProofAnswer> {
    return this.http.post("/api/v1/widget/phone/verify", { phone, code });
  }

  /** A picture of this customer's own conversation; `thumb` is small enough for a bubble. */
  picture(id: string, thumb: boolean): Promise<Blob> {
    return this.http.blob(`/api/v1/widget/attachments/${encodeURIComponent(id)}${thumb ? "/thumb" : ""}`);
  }
}
