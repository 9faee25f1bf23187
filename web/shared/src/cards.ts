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
  media: Medium[];
}

/** A picture or video of an article; `url` is https or a path of the service. */
export interface Medium {
  url: string;
  alt: string;
  moving: boolean;
}

export interface StationItem {
  id: string;
  title: string;
  address: string;
  /** Hours, prices, the queue: what the service says of it. */
  note: string;
  phone: string | null;
  /** Degrees; null where it is not known. */
  place: { latitude: number; longitude: number } | null;
}

/** Filling stations to go to. */
export interface StationsCard {
  type: "stations";
  items: StationItem[];
}

export interface QueueCard {
  type: "queue";
  place: number;
  estimateMinutes: number | null;
  closed: boolean;
  opensAt: string | null;
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

export type Card = TicketCard | ArticleCard | QueueCard | RecordsCard | RatingCard | StationsCard;

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
    case "stations":
      return readStations(value);
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
    media: readMedia(raw["media"]),
  };
}

/** Pictures and videos of an article; what has no address that may be shown is left out. */
export function readMedia(value: unknown): Medium[] {
  return list(value)
    .filter(isRaw)
    .map((raw) => ({ url: text(raw["url"]), alt: text(raw["alt"]), moving: raw["type"] === "video" }))
    .filter(({ url }) => /^(https:\/\/|\/(?!\/))/.test(url));
}

function readStations(raw: Raw): StationsCard | null {
  const items = list(raw["items"])
    .filter(isRaw)
    .map((item) => {
      const { latitude, longitude } = item;
      const known = typeof latitude === "number" && typeof longitude === "number";
      return {
        id: text(item["id"]),
        title: text(item["title"]),
        address: text(item["address"]),
        note: text(item["note"]),
        phone: text(item["phone"]) || null,
        place: known ? { latitude, longitude } : null,
      };
    })
    .filter((item) => item.title !== "");
  return items.length ? { type: "stations", items } : null;
}

function readQueue(raw: Raw): QueueCard | null {
  const place = raw["place"];
  if (typeof place !== "number") return null;
  const minutes = raw["estimate_minutes"];
  return { type: "queue", place, estimateMinutes: typeof minutes === "number" ? minutes : null, closed: raw["closed"] === true, opensAt: text(raw["opens_at"]) || null };
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
