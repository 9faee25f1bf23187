/** What the list of tickets is narrowed to: in the page, in the address, in the request. Pure. */
import type { Sort, TicketQuery } from "@youban/shared/tickets";

export interface Filters {
  /** Statuses; none: those that are open. `all` alone: every one. */
  status: string[];
  department: string;
  category: string[];
  priority: string[];
  level: string[];
  /** `me`, `none`, a user name, or empty for everybody. */
  owner: string;
  due: "" | "overdue" | "soon";
  station: string;
  customer: string;
  /** Days of China's calendar, `2026-11-22`; both are included. */
  since: string;
  until: string;
  q: string;
  sort: Sort;
}

export const nothing = (): Filters => ({
  status: [],
  department: "",
  category: [],
  priority: [],
  level: [],
  owner: "",
  due: "",
  station: "",
  customer: "",
  since: "",
  until: "",
  q: "",
  sort: "due",
});

const LISTS = ["status", "category", "priority", "level"] as const;
const WORDS = ["department", "owner", "station", "customer", "since", "until", "q"] as const;
const SORTS: readonly string[] = ["newest", "updated", "due", "priority"];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** As the address keeps them; what narrows nothing is left out. */
export function toAddress(filters: Filters): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of LISTS) if (filters[name].length) kept[name] = filters[name].join(",");
  for (const name of WORDS) if (filters[name]) kept[name] = filters[name];
  if (filters.due) kept["due"] = filters.due;
  if (filters.sort !== "due") kept["sort"] = filters.sort;
  return kept;
}

/** What an address asks for; what it cannot mean is left out. */
export function ofAddress(query: Record<string, unknown>): Filters {
  const found = nothing();
  const word = (name: string): string => (typeof query[name] === "string" ? query[name] : "");
  for (const name of LISTS) found[name] = word(name).split(",").filter(Boolean);
  for (const name of WORDS) found[name] = word(name);
  if (!DAY.test(found.since)) found.since = "";
  if (!DAY.test(found.until)) found.until = "";
  const due = word("due");
  if (due === "overdue" || due === "soon") found.due = due;
  if (SORTS.includes(word("sort"))) found.sort = word("sort") as Sort;
  return found;
}

const midnight = (day: string): string => `${day}T00:00:00+08:00`;
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** The request for a list; `status` is added by who asks. */
export function toQuery(filters: Filters): TicketQuery {
  const query: TicketQuery = { sort: filters.sort };
  if (filters.department) query.department = filters.department;
  if (filters.category.length) query.category = filters.category.join(",");
  if (filters.priority.length) query.priority = filters.priority.join(",");
  if (filters.level.length) query.level = filters.level.join(",");
  if (filters.owner) query.owner = filters.owner;
  if (filters.due === "overdue") query.overdue = true;
  if (filters.due === "soon") query.soon = true;
  if (filters.station) query.station = filters.station;
  if (filters.customer.trim()) query.customer_id = filters.customer.trim();
  if (filters.since) query.since = midnight(filters.since);
  if (filters.until) query.until = midnight(dayAfter(filters.until));
  if (filters.q.trim()) query.q = filters.q.trim();
  return query;
}

/** The statuses that a table shows. */
export function tableStatus(filters: Filters): string {
  if (!filters.status.length) return "open";
  return filters.status.includes("all") ? "" : filters.status.join(",");
}

/** How many filters narrow the list, beside status and text. */
export const narrowed = (filters: Filters): number =>
  [filters.department, filters.category.length, filters.priority.length, filters.level.length, filters.owner, filters.due, filters.station, filters.customer, filters.since || filters.until].filter(Boolean).length;
