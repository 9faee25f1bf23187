/** What a ticket knows, in words: titles and values of the fields that flows keep. */
import { PARTIES } from "./stores/ticketsWords";
import { feeling, yuan } from "./words";

export interface DetailRow {
  title: string;
  lines: string[];
}

const TITLES: Record<string, string> = {
  checked: "已核对",
  cause: "原因",
  phone: "联系电话",
  sentiment: "提交时情绪",
  guest: "身份",
  parties: "可能的责任方",
  error_code: "错误码",
  area: "影响范围",
  wanted: "想改成",
  wrong: "选错的",
  meant: "本来要选",
  correct: "应改为",
  correct_title: "正确抬头",
  correct_tax_number: "正确税号",
  about: "投诉对象",
  idea: "建议内容",
  rights: "涉及权益",
  second_verification: "安全要求",
  card_number: "油卡",
  payments: "支付流水",
  filed_by: "代为提交",
};
/** What the customer filled in, and records by their numbers. */
const NAMES: Record<string, string> = {
  order_id: "订单",
  coupon_id: "加油券",
  invoice_id: "发票",
  refund_id: "退款单",
  card_id: "油卡",
  gift_id: "兑换礼品",
  ticket_number: "工单",
  station: "油站",
  station_id: "油站编号",
  invoice_title: "抬头",
  tax_number: "税号",
  amount: "金额",
  amount_fen: "金额",
  title: "抬头",
  phone: "电话",
  detail: "补充说明",
  cause: "情况",
  callback_time: "回电时间",
  solved: "是否解决",
  again: "再次提交",
  between: "约定时间",
  attempts: "最多拨打",
  from: "从",
  to: "到",
};
/** What stands in a place of its own, or is meant for programs. */
const HIDDEN = new Set(["entities", "said", "demand", "attachments", "incident", "neighbours", "heard", "memory", "problem", "agreed", "station_id"]);
const GROUPS: Record<string, string> = { slots: "客户已说明", draft: "开票资料", callback: "回电" };
const VALUES: Record<string, string> = { unknown: "客户不清楚", none: "没有", yes: "是", no: "否", true: "是", false: "否" };

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === "";

function words(name: string, value: unknown): string {
  if (name === "amount_fen") return yuan(Number(value));
  if (name === "attempts") return `${String(value)} 次`;
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).filter(([k, v]) => !isEmpty(v) && !HIDDEN.has(k));
    return parts.map(([k, v]) => (Array.isArray(value) ? words("", v) : `${NAMES[k] ?? k} ${words(k, v)}`)).join("，");
  }
  return VALUES[String(value)] ?? String(value);
}

function linesOf(name: string, value: unknown): string[] {
  if (isEmpty(value) || value === false) return [];
  if (name === "sentiment") return [feeling(String(value))];
  if (name === "guest") return ["访客，未登录"];
  if (name === "second_verification") return ["办理前需再次核实本人"];
  if (name === "parties") return (value as string[]).map((side) => PARTIES[side] ?? side);
  if (Array.isArray(value)) return value.map((v) => words(name, v)).filter(Boolean);
  if (typeof value === "object")
    return Object.entries(value as Record<string, unknown>)
      .filter(([k, v]) => !isEmpty(v) && !HIDDEN.has(k))
      .map(([k, v]) => `${NAMES[k] ?? k}：${words(k, v)}`);
  return [words(name, value)];
}

/** The rows to show, without those that say nothing. A field that a later flow adds is shown under its own name. */
export function detailRows(details: Record<string, unknown>): DetailRow[] {
  return Object.entries(details)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => ({ title: TITLES[name] ?? GROUPS[name] ?? NAMES[name] ?? name, lines: linesOf(name, value) }))
    .filter((row) => row.lines.length > 0);
}
