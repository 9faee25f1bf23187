/** Wire shapes: those of the OpenAPI document, narrowed where Python only says "str" or "dict". */
import type { components } from "../api";

export type Schemas = components["schemas"];

export type Sender = "customer" | "bot" | "agent" | "system";
export type ConversationState = "bot" | "queued" | "human" | "closed";
export type Button = Schemas["ButtonShape"];

export interface AttachmentInfo {
  id: string;
  media_type: string;
  /** What was read in a screenshot, for agents. */
  text?: string | null;
}

/** One message as everybody sees it; `card` is read with `readCard`. */
export interface Message {
  seq: number;
  sender: Sender;
  text: string;
  at: string;
  source?: string | null;
  buttons?: Button[] | null;
  card?: Record<string, unknown> | null;
  attachments?: AttachmentInfo[] | null;
  client_id?: string | null;
}

export interface History {
  messages: Message[];
  state: ConversationState;
  more: boolean;
  /** How far the agent who has the conversation has read it. */
  read_seq?: number;
  /** Where he stands, while he waits for a person. */
  queue?: QueueState | null;
}

export interface QueueState {
  place: number;
  estimate_minutes: number | null;
  closed?: boolean;
  opens_at?: string | null;
}

export interface MessageAnswer {
  ack: { seq: number };
  messages: Message[];
  state: ConversationState;
  /** A guest was recognised: from now on this is his conversation, to be read from the start. */
  session?: SessionAnswer | null;
}

export type MessageRequest = {
  client_id: string;
  text: string;
  payload?: string;
  attachments?: { id: string }[];
  context?: Record<string, unknown>;
};

export type SessionAnswer = Schemas["SessionAnswer"];
export type UploadAnswer = Schemas["UploadAnswer"];

export type Home = Schemas["HomeAnswer"];
export type Predicted = Schemas["PredictedShape"];
export type Offer = Schemas["OfferShape"];
export type Preferences = Schemas["PreferencesShape"];
export type ArticleBrief = Schemas["ArticleBrief"];
export type Article = Schemas["ArticleShape"];
export type FeedbackAnswer = Schemas["FeedbackAnswer"];
export type OwnTicket = Schemas["OwnTicket"];
export type OwnTicketDetail = Schemas["OwnTicketDetail"];
export type TicketActionAnswer = Schemas["ActionAnswer"];
export type Points = Schemas["PointsAnswer"];
export type PhoneAnswer = Schemas["PhoneAnswer"];
export type Bindings = Schemas["BindingsAnswer"];
export type BindingCode = Schemas["CodeAnswer"];
export type ProofAnswer = Schemas["ProofAnswer"];

/** What the customer's socket says. Unknown types are ignored, so that the service may learn new ones. */
export type CustomerFrame =
  | { type: "messages"; messages: Message[]; state: ConversationState }
  | ({ type: "queue" } & QueueState)
  | { type: "typing"; sender: "agent" }
  | { type: "read"; sender: "agent"; seq: number }
  | { type: "ticket"; number: string }
  | { type: "pong" };

/** What the agents' socket says: hints only, the fetch is the truth. */
export type AgentFrame =
  | { type: "queue" }
  | { type: "messages"; conversation_id: string; seq: number; state: ConversationState; by?: "customer" | "house" }
  | { type: "ticket"; conversation_id: string; number: string }
  | { type: "typing"; conversation_id: string }
  | { type: "alarm"; conversation_id: string; alarm: "p0_unanswered" | "bad_rating" | "nobody_left" | "callback_late" }
  | { type: "callback" }
  | { type: "shift"; agent_id: number; at: string; over: boolean }
  | { type: "note"; conversation_id: string; mentions: string[]; author: string; whisper: boolean }
  | { type: "read"; conversation_id: string; seq: number }
  | { type: "notice"; agent_id: number; notice: string; author: string; conversation_id: string | null }
  | { type: "ticket_alert"; number: string; to: string; why: string }
  | { type: "remedy"; remedy_id: number; status: RemedyStatus; title: string; customer_id: string; conversation_id: string; ticket_number: string | null; requested_by: string; decided_by: string | null }
  | { type: "pong" };

export type RemedyStatus = Schemas["RemedyShape"]["status"];
export type Agent = Schemas["AgentShape"];
export type QueueItem = Schemas["QueueItem"];
export type ConversationItem = Schemas["ConversationItem"];
export type CustomerBrief = Schemas["CustomerBrief"];
export type Turn = Schemas["TurnShape"];
export type Ticket = Schemas["TicketShape"];
export type TicketDetail = Schemas["TicketDetail"];
export type TicketList = Schemas["TicketList"];
export type TicketChange = Schemas["TicketChange"];
export type LoginAnswer = Schemas["LoginAnswer"];
export type StateAnswer = Schemas["StateAnswer"];
export type Talk = Omit<Schemas["TalkAnswer"], "messages" | "state"> & { messages: Message[]; state: ConversationState };
export type OwnList = Schemas["ConversationList"];
export type Colleague = Schemas["ColleagueShape"];
export type Notice = Schemas["NoticeShape"];
export type NoticeList = Schemas["NoticeList"];
export type WrapUp = Schemas["WrapUpRequest"];
export type WrapUpGuess = Schemas["WrapUpGuess"];
export type WrappedUp = Schemas["WrapUpShape"];
export type Story = Omit<Schemas["StoryAnswer"], "messages" | "state"> & {
  messages: Message[];
  state: ConversationState;
};

/** Whom a conversation is passed on to: the queue of a department, or one colleague. */
export type TransferTo = { department: string | null } | { agent_id: number };
