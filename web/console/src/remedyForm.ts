/** What an agent is about to ask the platform for: the form, its bounds and its words. */
import type { Judgement, RemedyKind, RemedyOption, RemedyOptions, RemedyWish } from "@youban/shared/card";
import { yuan } from "./words";

/** What the remedy is about; without an id it is about the customer himself. */
export interface RemedyTarget {
  kind: RemedyKind;
  id: string | null;
  title: string;
}

export interface RemedyForm {
  cause: string;
  /** In yuan or points, as typed. */
  amount: string;
  reason: string;
  ticket: string;
  email: string;
  level: string;
  titleId: string;
  invoiceTitle: string;
  taxNumber: string;
}

export const LEVELS: Record<string, string> = { puka: "普卡", gold: "金卡", platinum: "白金", diamond: "钻石" };

export const EMPTY_FORM: RemedyForm = { cause: "", amount: "", reason: "", ticket: "", email: "", level: "", titleId: "", invoiceTitle: "", taxNumber: "" };

/** Kinds of which nothing is counted need no cause of the policy. */
export const needsCause = (options: RemedyOptions | null): boolean => options !== null && options.unit !== null;

/** `¥5.00` or `500 分`. */
export function figure(unit: "fen" | "points" | null, amount: number | null): string {
  if (unit === null || amount === null) return "";
  return unit === "fen" ? yuan(amount) : `${amount.toLocaleString("zh-CN")} 分`;
}

/** The figure typed, in fen or points; null when it is none. */
export function amountOf(unit: "fen" | "points" | null, typed: string): number | null {
  const text = typed.trim();
  if (unit === "points") return /^\d{1,8}$/.test(text) && Number(text) > 0 ? Number(text) : null;
  if (unit === "fen") return /^\d{1,6}(\.\d{1,2})?$/.test(text) && Number(text) > 0 ? Math.round(Number(text) * 100) : null;
  return null;
}

/** A figure as it is typed: `5`, `5.50`, `500`. */
export function typedOf(unit: "fen" | "points" | null, amount: number | null): string {
  if (amount === null || unit === null) return "";
  return unit === "points" ? String(amount) : (amount / 100).toFixed(amount % 100 ? 2 : 0);
}

/** The most that may be typed: what the record bears; above the rule's limit it needs approval, not forbidding. */
export function problemOf(form: RemedyForm, options: RemedyOptions | null): string | null {
  if (!options) return "正在读取可办理的范围";
  if (needsCause(options) && !form.cause) return "请选择原因";
  if (options.unit && !options.fixed) {
    const amount = amountOf(options.unit, form.amount);
    if (amount === null) return options.unit === "fen" ? "请填写金额，最多两位小数" : "请填写积分数";
    if (options.most !== null && amount > options.most) return options.most ? `最多 ${figure(options.unit, options.most)}` : "这条记录已经没有可退的了";
  }
  if (options.kind === "restore_level" && !form.level) return "请选择要恢复到的等级";
  if (options.kind === "issue_invoice" && !form.titleId && !form.invoiceTitle.trim()) return "请选择或填写发票抬头";
  if (form.email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(form.email.trim())) return "邮箱的格式不对";
  if (form.reason.trim().length < 2) return "请写明情况，至少两个字";
  return null;
}

export function wishOf(target: RemedyTarget, form: RemedyForm, options: RemedyOptions | null): RemedyWish {
  const unit = options?.unit ?? null;
  const amount = options?.fixed ? (options.most ?? null) : amountOf(unit, form.amount);
  const details: Record<string, unknown> = {};
  if (form.email.trim()) details["email"] = form.email.trim();
  if (target.kind === "restore_level") details["level"] = form.level;
  if (target.kind === "issue_invoice") {
    if (form.titleId) details["title_id"] = form.titleId;
    else {
      details["title"] = form.invoiceTitle.trim();
      if (form.taxNumber.trim()) details["tax_number"] = form.taxNumber.trim();
    }
  }
  return {
    kind: target.kind,
    reason: form.reason.trim(),
    target_id: target.id,
    amount_fen: unit === "fen" ? amount : null,
    points: unit === "points" ? amount : null,
    cause: form.cause || null,
    details,
    ticket_number: form.ticket || null,
  };
}

/** What a cause allows, in one line. */
export function optionNote(option: RemedyOption, unit: "fen" | "points" | null, level: string | null): string {
  const limit = `${level ?? "该等级"}单次最多 ${figure(unit, option.limit)}`;
  const given = `30 天内已给 ${figure(unit, option.given) || "0"} / ${figure(unit, option.cap)}`;
  return [limit, given, option.free ? "" : `需${option.authority}确认`].filter(Boolean).join(" · ");
}

/** What will happen, before anything is sent. */
export function verdictOf(judgement: Judgement): { text: string; tone: "good" | "warn" | "bad"; action: string } {
  if (judgement.decision === "allowed") return { text: "在您的权限内，确认后立即办理。", tone: "good", action: "确认办理" };
  if (judgement.decision === "needs_approval") {
    const who = judgement.approver ?? "主管";
    return { text: `超过您的权限，将提交${who}复核：${judgement.reason}。`, tone: "warn", action: `提交${who}复核` };
  }
  return { text: `不能办理：${judgement.reason}。`, tone: "bad", action: "不能办理" };
}
