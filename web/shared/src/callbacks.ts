/** Customers who asked to be called. */
import type { Http } from "./http";
import type { Schemas } from "./wire";

export type Callback = Schemas["CallbackShape"];
export type CallbackList = Schemas["CallbackList"];
export type CallbackCount = Schemas["CallbackCount"];
export type AttemptRequest = Schemas["AttemptRequest"];
export type Outcome = AttemptRequest["outcome"];

const of = (id: number, what: string): string => `/api/v1/callbacks/${id}/${what}`;

export class CallbackApi {
  constructor(private readonly http: Http) {}

  /** `over`: those that ended in the last days. */
  list(over: boolean): Promise<CallbackList> {
    return this.http.get("/api/v1/callbacks", { query: { over } });
  }

  count(): Promise<CallbackCount> {
    return this.http.get("/api/v1/callbacks/count");
  }

  take(id: number): Promise<Callback> {
    return this.http.post(of(id, "take"));
  }

  release(id: number): Promise<Callback> {
    return this.http.post(of(id, "release"));
  }

  /** The number in full; the service writes down who asked for it. */
  async reveal(id: number): Promise<string> {
    return (await this.http.post<{ phone: string }>(of(id, "reveal"))).phone;
  }

  attempt(id: number, how: AttemptRequest): Promise<Callback> {
    return this.http.post(of(id, "attempts"), how);
  }
}
