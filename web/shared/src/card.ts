/** A customer's card and what agents have the platform do for him. */
import type { Http } from "./http";
import type { Schemas } from "./wire";

export type Card = Schemas["CardAnswer"];
export type Personal = Schemas["PersonalShape"];
export type Remedy = Schemas["RemedyShape"];
export type RemedyKind = Schemas["RemedyKind"];
export type RemedyWish = Schemas["RemedyWish"];
export type RemedyOptions = Schemas["OptionsAnswer"];
export type RemedyOption = Schemas["OptionShape"];
export type Judgement = Schemas["JudgementAnswer"];

const of = (id: string): string => `/api/v1/customers/${encodeURIComponent(id)}`;

export class CardApi {
  constructor(private readonly http: Http) {}

  card(customer: string): Promise<Card> {
    return this.http.get(`${of(customer)}/card`);
  }

  async reveal(customer: string, field: string, conversation: string | null): Promise<string> {
    return (await this.http.post<{ value: string }>(`${of(customer)}/reveal`, { field, conversation_id: conversation })).value;
  }

  phoneNote(customer: string, text: string, ticket: string | null): Promise<{ conversation_id: string }> {
    return this.http.post(`${of(customer)}/phone-notes`, { text, ticket_number: ticket });
  }

  options(customer: string, kind: RemedyKind, target: string | null): Promise<RemedyOptions> {
    return this.http.get(`${of(customer)}/remedies/options`, { query: { kind, target_id: target } });
  }

  check(customer: string, wish: RemedyWish): Promise<Judgement> {
    return this.http.post(`${of(customer)}/remedies/check`, wish);
  }

  /** The same `key` again is the same remedy: nothing is done twice. */
  ask(customer: string, wish: RemedyWish, key: string): Promise<Remedy> {
    return this.http.post(`${of(customer)}/remedies`, wish, { headers: { "Idempotency-Key": key } });
  }

  remedy(id: number): Promise<Remedy> {
    return this.http.get(`/api/v1/remedies/${id}`);
  }

  remedies(filter: { status?: string; customer_id?: string; cursor?: string | null }): Promise<{ items: Remedy[]; next: string | null }> {
    return this.http.get("/api/v1/remedies", { query: filter });
  }

  async waiting(): Promise<number> {
    return (await this.http.get<{ waiting: number }>("/api/v1/remedies/counts")).waiting;
  }

  approve(id: number, note: string): Promise<Remedy> {
    return this.http.post(`/api/v1/remedies/${id}/approve`, { note });
  }

  refuse(id: number, note: string): Promise<Remedy> {
    return this.http.post(`/api/v1/remedies/${id}/refuse`, { note });
  }

  retry(id: number): Promise<Remedy> {
    return this.http.post(`/api/v1/remedies/${id}/retry`);
  }
}
