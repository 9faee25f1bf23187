/** What supervisors and administrators look after: the audit log, sends of other channels, outgoing webhooks. */
import type { Http } from "./http";
import type { Schemas } from "./wire";

export type AuditLine = Schemas["AuditLine"];
export type AuditPage = Schemas["AuditPage"];
export type AuditChoices = Schemas["AuditChoices"];
export type Chain = Schemas["ChainAnswer"];
export type Send = Schemas["SendShape"];
export type ChannelsView = Schemas["ChannelsAnswer"];
export type Hook = Schemas["HookShape"];
export type HookList = Schemas["HooksAnswer"];
export type HookDelivery = Schemas["DeliveryShape"];
export type AuditFilter = { actor?: string; action?: string; target?: string; since?: string; until?: string };

export class OperationsApi {
  constructor(private readonly http: Http) {}

  audit(filter: AuditFilter, cursor: string | null): Promise<AuditPage> {
    return this.http.get("/api/v1/audit", { query: { ...filter, cursor } });
  }

  auditChoices(): Promise<AuditChoices> {
    return this.http.get("/api/v1/audit/choices");
  }

  chain(): Promise<Chain> {
    return this.http.get("/api/v1/audit/chain", { timeoutMs: 120_000 });
  }

  auditFile(filter: AuditFilter): Promise<Blob> {
    return this.http.blob("/api/v1/audit/export", { query: filter, timeoutMs: 120_000 });
  }

  async sends(conversation: string): Promise<Send[]> {
    return (await this.http.get<{ items: Send[] }>(`/api/v1/conversations/${encodeURIComponent(conversation)}/sends`)).items;
  }

  channels(): Promise<ChannelsView> {
    return this.http.get("/api/v1/channels");
  }

  replaySend(id: number): Promise<unknown> {
    return this.http.post(`/api/v1/channels/dead/${id}/replay`);
  }

  hooks(): Promise<HookList> {
    return this.http.get("/api/v1/hooks");
  }

  addHook(url: string, events: string[], secret: string | null): Promise<Hook> {
    return this.http.post("/api/v1/hooks", { url, events, secret });
  }

  switchHook(id: number, active: boolean): Promise<Hook> {
    return this.http.patch(`/api/v1/hooks/${id}`, { active });
  }

  removeHook(id: number): Promise<void> {
    return this.http.delete(`/api/v1/hooks/${id}`);
  }

  ping(id: number): Promise<{ delivery_id: number }> {
    return this.http.post(`/api/v1/hooks/${id}/ping`);
  }

  async deliveries(id: number, status?: string): Promise<HookDelivery[]> {
    return (await this.http.get<{ items: HookDelivery[] }>(`/api/v1/hooks/${id}/deliveries`, { query: { status } })).items;
  }

  replayDelivery(id: number): Promise<HookDelivery> {
    return this.http.post(`/api/v1/hooks/deliveries/${id}/replay`);
  }
}
