/** A customer as the service tells of him: card, what may be given, what was given; and how a part is put on a page. */
import ElementPlus from "element-plus";
import { nextTick } from "vue";
import { createMemoryHistory } from "vue-router";
import type { Card, Remedy, RemedyOptions } from "@youban/shared/card";
import { buildRouter } from "../src/router";

export const plugins = () => ({ global: { plugins: [ElementPlus, buildRouter(createMemoryHistory())] }, attachTo: document.body });
export const settle = async (ms = 0) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
  await nextTick();
};

export const CUSTOMER = { id: "demo-gold", name: "李**", level: "gold", level_title: "金卡" };
export const card = (more: Partial<Card> = {}): Card => ({
  customer: CUSTOMER, conversation_id: "c1", frozen: false, points: 3292, balance_fen: 12650, station_id: null,
  personal: [{ field: "phone", label: "手机", masked: "138****6512" }],
  orders: [], coupons: [], ledger: [], ledger_broken_at: null, gifts: [], cards: [], invoices: [], titles: [], refunds: [], tickets: [], bindings: [], ratings: [], missing: [],
  ...more,
});
export const options = (more: Partial<RemedyOptions> = {}): RemedyOptions => ({
  kind: "refund", title: "退款", unit: "fen", most: 20000, fixed: false, authority: "客服", level_title: "金卡",
  options: [{ cause: "discount_lost", title: "优惠没有减，退回差额", limit: 5000, suggested: null, given: 0, cap: 30000, repeat_days: 7, valid_days: null, free: true, authority: "客服", approver: "主管" }],
  ...more,
});
export const remedy = (more: Partial<Remedy> = {}): Remedy => ({
  id: 7, customer_id: "demo-gold", customer_name: "李**", level_title: "金卡", conversation_id: "c1", kind: "refund", title: "退款", status: "pending", status_title: "办理中", reason: "", why: "少减了", target_id: "o1",
  amount_fen: 300, points: null, cause: "discount_lost", cause_title: "优惠没有减，退回差额", limit: 5000, ticket_number: null, requested_by: "xiaolin", approver: null, approver_title: null, decided_by: null,
  reference: null, decidable: false, created_at: "2024-11-22T02:00:00Z", updated_at: "2024-11-22T02:00:00Z", ...more,
});
