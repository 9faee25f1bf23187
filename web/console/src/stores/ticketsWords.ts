/** How tickets are spoken of: clocks, moves, what happened. Pure. */
import { countdown, dayAndTime, span } from "@youban/shared/clock";
import type { Ticket, TicketDetail } from "@youban/shared/wire";
import { department, isOpenTicket, PRIORITIES, ticketStatus, yuan } from "../words";

export const LEVELS: Record<string, string> = { puka: "普卡", gold: "金卡", platinum: "白金", diamond: "钻石" };
export const GROUPS: Record<string, string> = {
  coupon: "优惠券与活动",
  payment: "支付与订单",
  points: "积分",
  mall: "积分商城",
  invoice: "发票",
  card: "加油卡",
  account: "账户",
  station: "油站",
  app: "应用",
  service: "服务",
};
export const PARTIES: Record<string, string> = { platform: "平台", station: "油站", payment_provider: "支付机构", partner: "合作商户", supplier: "供应商" };
export const SIDES: Record<string, string> = { ...PARTIES, customer: "客户", none: "无责任方" };

/** The columns of the board, in the order of the work; the last two only when they are asked for. */
export const NODES = ["accepted", "reopened", "checking", "finance_review", "waiting_customer", "solved"] as const;
export const ENDED = ["closed", "withdrawn"] as const;

export type Urgency = "late" | "soon" | "calm" | "paused" | "done";

export interface Clock {
  urgency: Urgency;
  label: string;
  text: string;
  /** ISO moment that the clock runs to; empty where none runs. */
  at: string;
}

/** What must happen next to a ticket, as the service sorts by it: its first answer while there is none, else the result. */
export function nextDue(ticket: Pick<Ticket, "first_response_at" | "first_response_due_at" | "due_at">): string {
  const waits = !ticket.first_response_at && Date.parse(ticket.first_response_due_at) < Date.parse(ticket.due_at);
  return waits ? ticket.first_response_due_at : ticket.due_at;
}

function running(label: string, at: string, now: Date, soonMinutes: number): Clock {
  const left = (Date.parse(at) - now.getTime()) / 1000;
  if (left < 0) return { urgency: "late", label, text: `超时 ${span(-left)}`, at };
  return { urgency: left < soonMinutes * 60 ? "soon" : "calm", label, text: `剩 ${countdown(left)}`, at };
}

/** The clock of the result: running, standing still, or over. */
export function solutionClock(ticket: Ticket, now: Date, soonMinutes: number): Clock {
  const label = "解决";
  if (!isOpenTicket(ticket.status)) return { urgency: "done", label, text: ticketStatus(ticket.status), at: "" };
  if (ticket.paused) {
    const left = ticket.paused_left ?? 0;
    return { urgency: "paused", label, text: left > 0 ? `已暂停 · 剩 ${span(left >= 3600 ? left - (left % 3600) : left)}` : "已暂停 · 已超时", at: "" };
  }
  return running(label, ticket.due_at, now, soonMinutes);
}

/** The clock of the first answer: running, or kept, or broken. */
export function answerClock(ticket: Ticket, now: Date, soonMinutes: number): Clock {
  const label = "首次响应";
  const at = ticket.first_response_due_at;
  if (ticket.first_response_at) {
    const late = Date.parse(ticket.first_response_at) > Date.parse(at);
    return { urgency: late ? "late" : "done", label, text: late ? `晚了 ${span((Date.parse(ticket.first_response_at) - Date.parse(at)) / 1000)}` : "按时", at: "" };
  }
  if (!isOpenTicket(ticket.status)) return { urgency: "done", label, text: "—", at: "" };
  return running(label, at, now, soonMinutes);
}

/** The clock that matters most right now. */
export function mainClock(ticket: Ticket, now: Date, soonMinutes: number): Clock {
  if (!isOpenTicket(ticket.status) || ticket.paused) return solutionClock(ticket, now, soonMinutes);
  return nextDue(ticket) === ticket.due_at ? solutionClock(ticket, now, soonMinutes) : answerClock(ticket, now, soonMinutes);
}

/** Lists in the same order as the service's. */
export function inOrder(sort: string): (one: Ticket, other: Ticket) => number {
  const by = (key: (t: Ticket) => number | string, falling: boolean) => (one: Ticket, other: Ticket) => {
    const [a, b] = [key(one), key(other)];
    const found = a < b ? -1 : a > b ? 1 : one.number < other.number ? -1 : one.number > other.number ? 1 : 0;
    return falling ? -found : found;
  };
  if (sort === "newest") return by((t) => Date.parse(t.created_at), true);
  if (sort === "updated") return by((t) => Date.parse(t.updated_at), true);
  const due = by((t) => Date.parse(nextDue(t)), false);
  if (sort === "due") return due;
  return (one, other) => (one.priority === other.priority ? due(one, other) : one.priority < other.priority ? -1 : 1);
}

export type DialogKind =
  | "accept"
  | "assign"
  | "ask"
  | "answer"
  | "pass"
  | "note"
  | "solve"
  | "close"
  | "reopen"
  | "withdraw"
  | "resume"
  | "priority"
  | "merge"
  | "link"
  | "propose"
  | "party"
  | "statement"
  | "advance"
  | "ruling";

/** What a desk does to bring a ticket to another node; null where nobody moves it by hand. */
export function moveTo(from: string, to: string, moves: Record<string, readonly string[]>): DialogKind | null {
  if (from === to || !moves[from]?.includes(to)) return null;
  if (to === "checking") return from === "waiting_customer" ? "resume" : from === "finance_review" ? "pass" : "accept";
  const kinds: Record<string, DialogKind> = { finance_review: "pass", waiting_customer: "ask", solved: "solve", closed: "close", reopened: "reopen", withdrawn: "withdraw" };
  if (to === "finance_review" && from === "waiting_customer") return null;
  if (to === "closed" && from !== "solved") return null;
  if (to === "reopened" && isOpenTicket(from)) return null;
  return kinds[to] ?? null;
}

export interface Line {
  title: string;
  text: string;
  /** What changed: name, before, after. */
  changes: { name: string; from: string; to: string }[];
  /** Who sees it: the customer does not see what is internal. */
  internal: boolean;
  tone: "plain" | "accent" | "good" | "warn" | "bad";
}

type Event = TicketDetail["events"][number];
type Names = (idOrName: unknown) => string;

const str = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const EXCUSES: Record<string, string> = { silence: "客户 72 小时没有回复，自动关闭" };

const REMEDIES: Record<string, string> = { waiting_approval: "等待审批", refused: "没有批准", pending: "办理中", sending: "办理中", done: "已办好", failed: "没有办成" };
const moment = (value: unknown, now: Date): string => (str(value) ? dayAndTime(str(value), now) : "");

/** An event of a ticket in words. `person` names an agent by id or user name. */
export function line(event: Event, person: Names, now: Date): Line {
  const d = event.data;
  const made = (title: string, more: Partial<Line> = {}): Line => ({ title, text: str(d["note"]) || str(d["text"]), changes: [], internal: false, tone: "plain", ...more });
  switch (event.kind) {
    case "filed":
    case "created":
      return made("提交工单", { text: str(d["summary"]), tone: "accent" });
    case "accepted":
      return made("接手处理", { tone: "accent" });
    case "assigned":
      return made("分派", { changes: [{ name: "处理人", from: "", to: person(d["to"]) }], internal: true });
    case "unassigned":
      return made("退回待分派", { changes: [{ name: "处理人", from: person(d["from"]), to: "无" }], internal: true });
    case "asked":
      return made("请客户补充", { text: str(d["question"]), tone: "warn" });
    case "answered":
      return made(d["by"] === "conversation" ? "在会话里答复了客户" : "答复客户", { tone: "accent" });
    case "passed":
      return made("转到下一步", { changes: [{ name: "处理部门", from: department(str(d["from"])), to: department(str(d["to"])) }] });
    case "priority": {
      const from = d["before"] as Record<string, string> | undefined;
      const to = d["promise"] as Record<string, string> | undefined;
      const changes = [{ name: "优先级", from: `${str(d["from"])} ${PRIORITIES[str(d["from"])]?.title ?? ""}`, to: `${str(d["to"])} ${PRIORITIES[str(d["to"])]?.title ?? ""}` }];
      if (from?.["due"] && to?.["due"] && from["due"] !== to["due"]) changes.push({ name: "解决时限", from: dayAndTime(from["due"], now), to: dayAndTime(to["due"], now) });
      return made("改优先级", { changes, internal: true, tone: d["to"] === "P0" ? "bad" : "plain" });
    }
    case "status": {
      const to = str(d["status"]);
      return made(`改为“${ticketStatus(to)}”`, { tone: to === "solved" || to === "closed" ? "good" : "accent" });
    }
    case "note":
      return made("内部备注", { internal: true });
    case "photo":
      return made(d["shared"] ? "发给客户现场照片" : "留存现场照片", { internal: !d["shared"] });
    case "info":
      return made("客户补充", { tone: "accent" });
    case "correction":
      return made("客户更正", { tone: "accent" });
    case "urge":
      return made("客户催办", { tone: "warn" });
    case "again":
      return made("客户再次反映", { tone: "warn" });
    case "confirmed":
      return made("客户确认已解决", { tone: "good" });
    case "reopened":
      return made("客户重新打开", { tone: "warn" });
    case "withdrawn":
      return made("客户撤销");
    case "closed":
      return made("关闭", { text: EXCUSES[str(d["why"])] ?? "", tone: "good" });
    case "breached":
      if (d["of"] === "first_response") return made("首次响应超时，已向客户致歉", { tone: "bad" });
      return made("超过承诺时间，已告知客户新的时间", { tone: "bad", changes: [{ name: "解决时限", from: moment(d["missed"], now), to: moment(d["due_at"], now) }] });
    case "escalated":
      return made("升级提醒", { text: str(d["to"]) ? `已提醒${{ owner: "负责人", department: "部门", supervisor: "主管" }[str(d["to"])] ?? str(d["to"])}` : "", tone: "bad", internal: true });
    case "rung":
      return made("无人接手，已呼叫主管", { tone: "bad", internal: true });
    case "reminded":
      return made("提醒客户确认");
    case "merged":
      return made(d["into"] ? `合并到 ${str(d["into"])}` : `并入 ${str(d["from"])}`, { text: str(d["summary"]) });
    case "linked":
      return made(`关联 ${str(d["with"])}`, { internal: true });
    case "proposed":
      return made("提议写成知识文章", { text: str(d["title"]), internal: true });
    case "party":
      return made(`请${PARTIES[str(d["party"])] ?? ""}说明`, { text: [str(d["name"]), str(d["question"])].filter(Boolean).join("："), internal: true });
    case "statement":
      return made(`${PARTIES[str(d["party"])] ?? ""}的说明`, { text: str(d["statement"]), internal: true });
    case "advance":
      return made("平台先行垫付", { text: str(d["words"]), changes: [{ name: "金额", from: "", to: amount(d["amount"], d["kind"]) }], tone: "good" });
    case "ruling":
      return made(`责任认定：${SIDES[str(d["side"])] ?? ""}`, { text: str(d["words"]), tone: "good" });
    case "incident":
      return made(d["parent"] ? `归入群发故障 ${str(d["parent"])}` : "发现群发故障", { tone: "warn" });
    case "incident_over":
      return made("群发故障已处理", { tone: "good" });
    case "remedy":
      return made(`${str(d["title"]) || "补偿"}：${REMEDIES[str(d["status"])] ?? str(d["status"])}`, { text: str(d["reason"]) || str(d["note"]), tone: d["status"] === "done" ? "good" : "plain" });
    case "platform":
      return made("加油平台通知", { text: [str(d["event"]), str(d["subject"])].filter(Boolean).join(" · "), internal: true });
    default:
      return made(event.kind);
  }
}

/** Fen as money, or points. */
export function amount(value: unknown, unit: unknown): string {
  if (typeof value !== "number") return "";
  return String(unit).includes("points") ? `${value} 积分` : yuan(value);
}
