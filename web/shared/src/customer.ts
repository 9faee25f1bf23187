/** The customer's side of the service. */
import type { Http } from "./http";
import type { History, MessageAnswer, MessageRequest, SessionAnswer, UploadAnswer } from "./wire";

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

  upload(file: Blob, name: string): Promise<UploadAnswer> {
    const form = new FormData();
    form.append("file", file, name);
    return this.http.post("/api/v1/attachments", form, { timeoutMs: 120_000 });
  }
}
