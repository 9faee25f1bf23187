/** Agents among themselves: presence, notes, canned replies, search, ratings, the wall, settings. */
import type { Http } from "./http";
import type { Schemas } from "./wire";

export type Account = Schemas["AccountShape"];
export type AccountList = Schemas["AccountList"];
export type AccountRequest = Schemas["AccountRequest"];
export type AccountChange = Schemas["AccountChange"];
export type Shift = Schemas["ShiftShape"];
export type Note = Schemas["InternalNoteShape"];
export type Suggestions = Schemas["SuggestionList"];
export type Canned = Schemas["CannedShape"];
export type CannedList = Schemas["CannedList"];
export type CannedRequest = Schemas["CannedRequest"];
export type Found = Schemas["FoundShape"];
export type Rating = Schemas["RatingShape"];
export type Wall = Schemas["WallAnswer"];
export type Policy = Schemas["PolicyShape"];
export type Caller = Schemas["CallerAnswer"];
export type Presence = "online" | "away" | "offline";

const of = (id: string): string => `/api/v1/conversations/${encodeURIComponent(id)}`;

export class PeopleApi {
  constructor(private readonly http: Http) {}

  presence(presence: Presence, automatic?: boolean): Promise<Schemas["AgentShape"]> {
    return this.http.put("/api/v1/agents/me/presence", { presence, ...(automatic === undefined ? {} : { automatic }) });
  }

  agents(): Promise<AccountList> {
    return this.http.get("/api/v1/agents");
  }

  addAgent(account: AccountRequest): Promise<Schemas["AgentShape"]> {
    return this.http.post("/api/v1/agents", account);
  }

  changeAgent(id: number, change: AccountChange): Promise<Schemas["AgentShape"]> {
    return this.http.patch(`/api/v1/agents/${id}`, change);
  }

  wall(): Promise<Wall> {
    return this.http.get("/api/v1/wall");
  }

  takeOver(id: string): Promise<Schemas["StateAnswer"]> {
    return this.http.post(`${of(id)}/takeover`);
  }

  async notes(id: string): Promise<Note[]> {
    return (await this.http.get<{ items: Note[] }>(`${of(id)}/notes`)).items;
  }

  async addNote(id: string, text: string, whisper: boolean): Promise<Note[]> {
    return (await this.http.post<{ items: Note[] }>(`${of(id)}/notes`, { text, whisper })).items;
  }

  suggestions(id: string): Promise<Suggestions> {
    return this.http.get(`${of(id)}/suggestions`);
  }

  canned(q: string, conversationId?: string): Promise<CannedList> {
    return this.http.get("/api/v1/canned", { query: { q, conversation_id: conversationId } });
  }

  saveCanned(id: number | null, reply: CannedRequest): Promise<CannedList> {
    return id === null ? this.http.post("/api/v1/canned", reply) : this.http.put(`/api/v1/canned/${id}`, reply);
  }

  removeCanned(id: number): Promise<void> {
    return this.http.delete(`/api/v1/canned/${id}`);
  }

  async search(q: string): Promise<Found[]> {
    return (await this.http.get<{ items: Found[] }>("/api/v1/search", { query: { q } })).items;
  }

  caller(phone: string): Promise<Caller> {
    return this.http.get("/api/v1/customers/by-phone", { query: { phone } });
  }

  async ratings(tasks: boolean): Promise<Rating[]> {
    return (await this.http.get<{ items: Rating[] }>("/api/v1/ratings", { query: { tasks } })).items;
  }

  improve(id: number, improvement: string): Promise<Rating> {
    return this.http.post(`/api/v1/ratings/${id}/improve`, { improvement });
  }

  policies(): Promise<Policy[]> {
    return this.http.get("/api/v1/policies");
  }

  publishPolicy(name: string, rows: Record<string, unknown>[], note: string, base: number): Promise<Policy> {
    return this.http.put(`/api/v1/policies/${encodeURIComponent(name)}`, { rows, note, base });
  }
}
