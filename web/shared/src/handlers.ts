/** Department and station staff: their tickets and what they do with them; alarms; the robots that call them. */
import type { Http } from "./http";
import type { Schemas, Ticket, TicketDetail, TicketList } from "./wire";

export type Alarms = Schemas["AlarmsAnswer"];
export type RootCause = Schemas["RootCauseShape"];
export type Robot = Schemas["RobotShape"];
export type RobotList = Schemas["RobotsAnswer"];
export type RobotRequest = Schemas["RobotRequest"];
export type RobotChange = Schemas["RobotChange"];
export type RobotCall = Schemas["CallShape"];
export type RobotTest = Schemas["TestAnswer"];

export interface TicketQuery {
  status: string;
  owner?: string;
  q?: string;
  sort?: "newest" | "updated" | "due" | "priority";
  cursor?: string | null;
  limit?: number;
}

const of = (number: string): string => `/api/v1/tickets/${encodeURIComponent(number)}`;

export class HandlersApi {
  constructor(private readonly http: Http) {}

  tickets(query: TicketQuery): Promise<TicketList> {
    return this.http.get("/api/v1/tickets", { query: { ...query } });
  }

  counts(query: Omit<TicketQuery, "sort" | "cursor" | "limit">): Promise<Schemas["TicketCounts"]> {
    return this.http.get("/api/v1/tickets/counts", { query: { ...query } });
  }

  ticket(number: string): Promise<TicketDetail> {
    return this.http.get(of(number));
  }

  accept(number: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/accept`);
  }

  ask(number: string, text: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/ask`, { text });
  }

  answer(number: string, text: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/answer`, { text });
  }

  note(number: string, text: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/notes`, { text });
  }

  passOn(number: string, department: string | null, note: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/pass`, { department, note });
  }

  solve(number: string, resolution: string, rootCause: string): Promise<TicketDetail> {
    return this.http.post(`${of(number)}/solve`, { resolution, root_cause: rootCause });
  }

  async rootCauses(): Promise<RootCause[]> {
    return (await this.http.get<{ items: RootCause[] }>("/api/v1/tickets/root-causes")).items;
  }

  photo(number: string, file: File, text: string, shared: boolean): Promise<TicketDetail> {
    const form = new FormData();
    form.append("file", file, file.name || "photo.jpg");
    form.append("text", text);
    form.append("shared", String(shared));
    return this.http.post(`${of(number)}/attachments`, form, { timeoutMs: 120_000 });
  }

  file(number: string, id: string): Promise<Blob> {
    return this.http.blob(`${of(number)}/attachments/${encodeURIComponent(id)}`);
  }

  alarms(): Promise<Alarms> {
    return this.http.get("/api/v1/alarms");
  }

  robots(): Promise<RobotList> {
    return this.http.get("/api/v1/robots");
  }

  addRobot(robot: RobotRequest): Promise<Robot> {
    return this.http.post("/api/v1/robots", robot);
  }

  changeRobot(id: number, change: RobotChange): Promise<Robot> {
    return this.http.patch(`/api/v1/robots/${id}`, change);
  }

  removeRobot(id: number): Promise<void> {
    return this.http.delete(`/api/v1/robots/${id}`);
  }

  testRobot(id: number): Promise<RobotTest> {
    return this.http.post(`/api/v1/robots/${id}/test`);
  }

  async robotCalls(id: number): Promise<RobotCall[]> {
    return (await this.http.get<{ items: RobotCall[] }>(`/api/v1/robots/${id}/deliveries`)).items;
  }

  replayCall(id: number): Promise<RobotCall> {
    return this.http.post(`/api/v1/robots/deliveries/${id}/replay`);
  }
}

export type { Ticket, TicketDetail };
