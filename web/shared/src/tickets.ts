/** Tickets as the console works with them: lists, choices, everything that can be done to one or to many. */
import type { Http } from "./http";
import type { Schemas, TicketChange, TicketDetail, TicketList } from "./wire";

export type TicketChoices = Schemas["TicketChoices"];
export type CategoryChoice = Schemas["CategoryChoice"];
export type ColleagueChoice = Schemas["ColleagueChoice"];
export type BulkRequest = Schemas["BulkRequest"];
export type BulkAnswer = Schemas["BulkAnswer"];
export type BulkItem = Schemas["BulkItem"];
export type Incident = Schemas["IncidentShape"];
export type DeskTicket = Schemas["DeskTicketRequest"];
export type Party = Schemas["PartyShape"];
export type AuditLine = Schemas["AuditLine"];
export type AdvanceOption = Schemas["AdvanceOption"];
export type Sort = "newest" | "updated" | "due" | "priority";

/** What a list is narrowed to; what is left out narrows nothing. */
export interface TicketQuery {
  status?: string;
  department?: string;
  category?: string;
  priority?: string;
  level?: string;
  owner?: string;
  station?: string;
  customer_id?: string;
  overdue?: boolean;
  soon?: boolean;
  since?: string;
  until?: string;
  parent?: string;
  numbers?: string;
  q?: string;
  sort?: Sort;
  cursor?: string | null;
  limit?: number;
}

const of = (number: string): string => `/api/v1/tickets/${encodeURIComponent(number)}`;

export class TicketsApi {
  constructor(private readonly http: Http) {}

  list(query: TicketQuery): Promise<TicketList> {
    return this.http.get("/api/v1/tickets", { query: { ...query } });
  }

  counts(query: TicketQuery): Promise<Schemas["TicketCounts"]> {
    return this.http.get("/api/v1/tickets/counts", { query: { ...query } });
  }

  choices(): Promise<TicketChoices> {
    return this.http.get("/api/v1/tickets/choices");
  }

  one(number: string): Promise<TicketDetail> {
    return this.http.get(of(number));
  }

  bulk(wanted: BulkRequest): Promise<BulkAnswer> {
    return this.http.post("/api/v1/tickets/bulk", wanted, { timeoutMs: 60_000 });
  }

  /** The same key again files nothing a second time. */
  file(wanted: DeskTicket, key: string): Promise<TicketDetail> {
    return this.http.post("/api/v1/tickets", wanted, { headers: { "Idempotency-Key": key } });
  }

  move(number: string, change: TicketChange): Promise<TicketDetail> {
    return this.http.patch(of(number), change);
  }

  accept(number: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/accept`);
  }

  assign(number: string, username: string, note: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/assign`, { username, note });
  }

  ask(number: string, text: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/ask`, { text });
  }

  answer(number: string, text: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/answer`, { text });
  }

  pass(number: string, department: string | null, note: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/pass`, { department, note });
  }

  note(number: string, text: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/notes`, { text });
  }

  solve(number: string, resolution: string, rootCause: string, side: string | null): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/solve`, { resolution, root_cause: rootCause, side });
  }

  /** Close the duplicate `number` into `into`. */
  merge(number: string, into: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/merge`, { number: into });
  }

  link(number: string, other: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/links`, { number: other });
  }

  propose(number: string, title: string, problem: string, solution: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/proposal`, { title, problem, solution });
  }

  askParty(number: string, party: string, name: string, question: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/parties`, { party, name, question });
  }

  state(number: string, party: string, statement: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/statements`, { party, statement });
  }

  /** What may be paid first on this ticket, and how much it would be. */
  async advanceOptions(number: string): Promise<AdvanceOption[]> {
    return (await this.http.get<Schemas["AdvanceOptions"]>(`${of(number)}/advance`)).items;
  }

  advance(number: string, side: string, cause: string, words: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/advance`, { side, cause, words });
  }

  rule(number: string, side: string, words: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/ruling`, { side, words });
  }

  async incidents(): Promise<Incident[]> {
    return (await this.http.get<{ items: Incident[] }>("/api/v1/tickets/incidents")).items;
  }

  /** What stands of this ticket in the audit log, newest first. */
  async audit(number: string): Promise<AuditLine[]> {
    return (await this.http.get<{ items: AuditLine[] }>("/api/v1/audit", { query: { target: number } })).items;
  }
}

