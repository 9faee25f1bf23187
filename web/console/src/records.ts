/** The platform's records of a customer as rows: what they say, how they stand, and what may be done about them. */
import { dayAndTime } from "@youban/shared/clock";
import type { Card, RemedyKind } from "@youban/shared/card";
import { channel, couponStatus, orderStatus, type Tone, yuan } from "./words";

export type RecordKind = "orders" | "coupons" | "ledger" | "gifts" | "cards" | "invoices" | "refunds";
type Raw = Record<string, unknown>;

/** Something that the platform may be asked to do about a record. */
export interface RowAction {
  kind: RemedyKind;
  label: string;
}

export interface Row {
  id: string;
  title: string;
  amount: string;
  note: string;
  hint: string;
  status: string;
  tone: Tone;
  actions: RowAction[];
  /** The personal field behind a masked one, if there is any. */
  personal: string | null;
}

export const RECORD_TITLES: Record<RecordKind, string> = {
  orders: "订单",
  coupons: "优惠券",
  ledger: "积分明细",
  gifts: "积分兑换",
  cards: "加油卡",
  invoices: "发票",
  refunds: "退款",
};
export const RECORD_EMPTY: Record<RecordKind, string> = {
  orders: "没有加油订单。",
  coupons: "没有优惠券。",
  ledger: "没有积分变动。",
  gifts: "没有兑换过礼品。",
  cards: "没有绑定加油卡。",
  invoices: "没有开过发票。",
  refunds: "没有退款。",
};

export const ACTION_LABELS: Record<RemedyKind, string> = {
  cancel_order: "取消订单",
  refund: "退款",
  grant_coupon: "补偿加油券",
  reissue_coupon: "补发",
  grant_points: "补积分",
  return_points: "退积分",
  reissue_code: "换发卡密",
  restore_level: "恢复等级",
  freeze_account: "冻结账户",
  unfreeze_account: "解冻账户",
  freeze_card: "冻结",
  unfreeze_card: "解冻",
  issue_invoice: "开发票",
  resend_invoice: "重发",
};
const act = (kind: RemedyKind): RowAction => ({ kind, label: ACTION_LABELS[kind] });

const GIFTS: Record<string, [string, Tone]> = {
  redeemed: ["已兑换", "plain"],
  shipped: ["已发货", "accent"],
  delivered: ["已签收", "good"],
  failed: ["未兑到", "bad"],
  out_of_stock: ["缺货", "bad"],
};
const INVOICES: Record<string, [string, Tone]> = { requested: ["开具中", "warn"], issued: ["已开具", "good"], failed: ["开具失败", "bad"], red: ["已红冲", "plain"] };
const CARDS: Record<string, [string, Tone]> = { active: ["正常", "good"], lost: ["已挂失", "bad"], frozen: ["已冻结", "warn"] };
const REFUNDS: Record<string, [string, Tone]> = {
  requested: ["已提交", "warn"],
  approved: ["已受理", "warn"],
  sent: ["已退出", "accent"],
  arrived: ["已到账", "good"],
  refused: ["被拒绝", "bad"],
};

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const fen = (value: unknown): number | null => (typeof value === "number" ? value : null);
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);
const joined = (parts: string[]): string => parts.filter(Boolean).join(" · ");
const named = (names: Record<string, [string, Tone]>, id: string): [string, Tone] => names[id] ?? [id, "plain"];

export function rowsOf(kind: RecordKind, records: readonly Raw[], now: Date): Row[] {
  const moment = (value: unknown): string => (typeof value === "string" ? dayAndTime(value, now) : "");
  const make = { orders: order, coupons: coupon, ledger: entry, gifts: gift, cards: card, invoices: invoice, refunds: refund }[kind];
  return records.map((raw) => ({ personal: null, actions: [], hint: "", ...make(raw, moment) }));
}

type Partly = Omit<Row, "personal" | "actions" | "hint"> & Partial<Pick<Row, "personal" | "actions" | "hint">>;
type Moment = (value: unknown) => string;

function order(raw: Raw, moment: Moment): Partly {
  const pump = fen(raw["pump_fen"]);
  const differs = pump !== null && pump !== fen(raw["paid_fen"]) ? `油机 ${yuan(pump)}` : "";
  const status = text(raw["status"]);
  const actions: RowAction[] = [];
  if (status === "paid") actions.push(act("cancel_order"));
  if (status === "paid" || status === "fuelled" || status === "refunding") actions.push(act("refund"));
  if (status === "fuelled") actions.push(act("grant_points"), act("issue_invoice"));
  if ((fen(raw["points_used"]) ?? 0) > 0) actions.push(act("return_points"));
  return {
    id: text(raw["id"]),
    title: text(raw["station_name"]),
    amount: yuan(fen(raw["paid_fen"])),
    note: joined([moment(raw["created_at"]), text(raw["fuel"]), raw["gun"] ? `${text(raw["gun"])} 号枪` : "", channel(text(raw["channel"]))]),
    hint: [text(raw["note"]), differs].filter(Boolean).join("；"),
    status: orderStatus(status),
    tone: status === "paid" || status === "refunding" ? "warn" : status === "failed" ? "bad" : "plain",
    actions,
  };
}

function coupon(raw: Raw, moment: Moment): Partly {
  const status = text(raw["status"]);
  return {
    id: text(raw["id"]),
    title: text(raw["title"]),
    amount: "",
    note: joined([`购于 ${moment(raw["bought_at"])}`, raw["valid_until"] ? `${moment(raw["valid_until"])} 到期` : "", raw["used_order_id"] ? `用于订单 ${text(raw["used_order_id"])}` : ""]),
    status: couponStatus(status),
    tone: status === "pending" || status === "frozen" ? "warn" : status === "usable" ? "accent" : "plain",
    actions: status === "usable" ? [] : [act("reissue_coupon")],
  };
}

function entry(raw: Raw, moment: Moment): Partly {
  const change = fen(raw["change"]) ?? 0;
  return {
    id: text(raw["id"]),
    title: text(raw["title"]),
    amount: `${change > 0 ? "+" : ""}${change}`,
    note: joined([moment(raw["at"]), `余 ${text(raw["balance"])}`]),
    hint: "",
    status: text(raw["origin"]),
    tone: "plain",
  };
}

function gift(raw: Raw, moment: Moment): Partly {
  const [status, tone] = named(GIFTS, text(raw["status"]));
  const virtual = raw["virtual"] === true;
  return {
    id: text(raw["id"]),
    title: text(raw["title"]),
    amount: `${text(raw["points"])} 分`,
    note: joined([moment(raw["at"]), virtual ? "虚拟礼品" : "", text(raw["carrier"]), text(raw["tracking"]), raw["code"] ? `卡密 ${text(raw["code"])}` : ""]),
    hint: raw["promised_by"] && status !== "已签收" ? `应于 ${moment(raw["promised_by"])} 前送达` : "",
    status,
    tone,
    actions: [...(virtual ? [act("reissue_code")] : []), act("return_points"), ...(virtual ? [] : [act("grant_points")])],
  };
}

function card(raw: Raw, moment: Moment): Partly {
  const [status, tone] = named(CARDS, text(raw["status"]));
  return {
    id: text(raw["id"]),
    title: text(raw["number"]),
    amount: yuan(fen(raw["balance_fen"])),
    note: `绑定于 ${moment(raw["bound_at"])}`,
    hint: text(raw["note"]),
    status,
    tone,
    actions: [act(raw["status"] === "active" ? "freeze_card" : "unfreeze_card")],
  };
}

function invoice(raw: Raw, moment: Moment): Partly {
  const [status, tone] = named(INVOICES, text(raw["status"]));
  const id = text(raw["id"]);
  return {
    id,
    title: text(raw["title"]),
    amount: yuan(fen(raw["amount_fen"])),
    note: joined([moment(raw["issued_at"] ?? raw["requested_at"]), raw["tax_number"] ? `税号 ${text(raw["tax_number"])}` : "", `订单 ${list(raw["order_ids"]).join("、")}`]),
    status,
    tone,
    actions: raw["status"] === "issued" ? [act("resend_invoice")] : [],
    personal: raw["tax_number"] ? `tax:${id}` : `invoice:${id}`,
  };
}

function refund(raw: Raw, moment: Moment): Partly {
  const [status, tone] = named(REFUNDS, text(raw["status"]));
  const arrived = raw["arrived_at"] ? `${moment(raw["arrived_at"])} 到账` : raw["expected_by"] ? `预计 ${moment(raw["expected_by"])} 前到账` : "";
  return {
    id: text(raw["id"]),
    title: `订单 ${text(raw["order_id"])}`,
    amount: yuan(fen(raw["amount_fen"])),
    note: joined([moment(raw["requested_at"]), channel(text(raw["channel"])), arrived]),
    status,
    tone,
  };
}

/** What may be done for the customer himself. */
export function customerActions(card: Card): RowAction[] {
  return [
    act("grant_coupon"),
    act("grant_points"),
    act("restore_level"),
    act(card.frozen ? "unfreeze_account" : "freeze_account"),
  ];
}

/** Rows that hold all the words typed, in any of their fields. */
export function matching(rows: readonly Row[], query: string): Row[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [...rows];
  return rows.filter((row) => {
    const all = [row.id, row.title, row.amount, row.note, row.hint, row.status].join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
