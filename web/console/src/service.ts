/** The one connection to the service: who is logged in, requests, and where the socket is. */
import { AgentApi } from "@youban/shared/agent";
import { CardApi } from "@youban/shared/card";
import { HandlersApi } from "@youban/shared/handlers";
import { CallbackApi } from "@youban/shared/callbacks";
import { hearServer } from "@youban/shared/clock";
import { Http } from "@youban/shared/http";
import { KnowledgeApi } from "@youban/shared/knowledge";
import { OperationsApi } from "@youban/shared/operations";
import { PeopleApi } from "@youban/shared/people";
import { socketUrl } from "@youban/shared/socket";
import { TicketsApi } from "@youban/shared/tickets";

/** Set by the session store; kept apart from it so that requests need no store. */
export const auth: { token: string | null; onExpired: () => void } = { token: null, onExpired: () => undefined };

const http = new Http({ token: () => auth.token, onUnauthorised: () => auth.onExpired(), onDate: hearServer });
export const api = new AgentApi(http);
export const knowledge = new KnowledgeApi(http);
export const people = new PeopleApi(http);
export const ticketDesk = new TicketsApi(http);
export const callbacks = new CallbackApi(http);
export const handlers = new HandlersApi(http);
export const cards = new CardApi(http);
export const operations = new OperationsApi(http);

export const agentSocketUrl = (): string => socketUrl("", "/api/v1/agents/socket");
