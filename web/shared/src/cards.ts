/** Cards under a message: read defensively, because they travel as free mappings and new types will come. */

export interface TicketStep {
  title: string;
  done: boolean;
}

export interface TicketCard {
  type: "ticket";
  number: string;
  title: string;
  priority: string;
  statusTitle: string;
  /** ISO 8601 with zone, or null. */
  dueAt: string | null;
  /** Due time in words, when the service worded it. */
  dueText: string | null;
  steps: TicketStep[];
}

export interface ArticleCard {
  type: "article";
  id: string;
  title: string;
  summary: string;
  steps: string[];
  /** Markdown. */
  body: string;
}

export interface QueueCard {
  type: "queue";
  place: number;
  estimateMinutes: number | null;
}

export interface RecordItem {
  id: string;
  title: string;
  note: string;
  status: string;
  /** What a press sends; null: the record is only shown. */
  payload: string | null;
}

/** Records of the platform, to look at or to choose from. */
export interface RecordsCard {
  type: "records";
  kind: string;
  items: RecordItem[];
}

/** Asks the customer to rate the person who served him. */
export interface RatingCard {
  type: "rating";
  handoffId: number;
}

export type Card = TicketCard | ArticleCard | QueueCard | RecordsCard | RatingCard;

type Raw = Record<string, unknown>;

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The card, or null when the type is unknown or the shape is not what it says: the text then stands alone. */
export function readCard(value: unknown): Card | null {
  if (!isRaw(value)) return null;
  switch (value["type"]) {
    case "ticket":
      return readTicket(value);
    case "article":
      return readArticle(value);
    case "queue":
      return readQueue(value);
    case "orders":
    case "choices":
      return readRecords(value);
    case "rating":
      return typeof value["handoff_id"] === "number" ? { type: "rating", handoffId: value["handoff_id"] } : null;
    default:
      return null;
  }
}

function readTicket(raw: Raw): TicketCard | null {
  const number = text(raw["number"]);
  if (!number) return null;
  return {
    type: "ticket",
    number,
    title: text(raw["title"]) || "工单",
    priority: text(raw["priority"]),
    statusTitle: text(raw["status_title"]),
    dueAt: text(raw["due_at"]) || null,
    dueText: text(raw["due_text"]) || null,
    steps: list(raw["steps"])
      .filter(isRaw)
      .map((step) => ({ title: text(step["title"]), done: step["done"] === true }))
      .filter((step) => step.title !== ""),
  };
}

function readArticle(raw: Raw): ArticleCard | null {
  const title = text(raw["title"]);
  if (!title) return null;
  return {
    type: "article",
    id: text(raw["id"]),
    title,
    summary: text(raw["summary"]),
    steps: list(raw["steps"]).map(text).filter(Boolean),
    body: text(raw["body"]),
  };
}

function readQueue(raw: Raw): QueueCard | null {
  const place = raw["place"];
  if (typeof place !== "number") return null;
  const minutes = raw["estimate_minutes"];
  return { type: "queue", place, estimateMinutes: typeof minutes === "number" ? minutes : null };
}

function readRecords(raw: Raw): RecordsCard | null {
  const items = list(raw["items"])
    .filter(isRaw)
    .map((item) => ({
      id: text(item["id"]),
      title: text(item["title"]),
      note: text(item["note"]),
      status: text(item["status"]),
      payload: text(item["payload"]) || null,
    }))
    .filter((item) => item.title !== "");
  return items.length ? { type: "records", kind: text(raw["kind"]), items } : null;
}
