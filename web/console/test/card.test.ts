import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AgentFrame } from "@youban/shared/wire";
import ApprovalsPage from "../src/pages/ApprovalsPage.vue";
import AuditTable from "../src/parts/AuditTable.vue";
import CustomerCard from "../src/parts/CustomerCard.vue";
import RecordList from "../src/parts/RecordList.vue";
import SendList from "../src/parts/SendList.vue";
import { phoneIn } from "../src/phone";
import { matching, rowsOf } from "../src/records";
import { amountOf, EMPTY_FORM, problemOf, wishOf } from "../src/remedyForm";
import { useCard } from "../src/stores/card";
import { toldOf } from "../src/stores/remedies";
import { useSession } from "../src/stores/session";
import { CUSTOMER, card, options, plugins, remedy, settle } from "./customers";
import { AGENT, refusal, world, type World } from "./world";

let w: World;
let shown: VueWrapper | null = null;

beforeEach(() => {
  w = world();
});
afterEach(() => {
  shown?.unmount();
  shown = null;
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe("numbers and words", () => {
  it("reads money and points as they are typed, and nothing else", () => {
    expect(["5", "5.5", "5.50", "0", "5.555", "-1", "", "1e3"].map((t) => amountOf("fen", t))).toEqual([500, 550, 550, null, null, null, null, null]);
    expect(["500", "5.5", "0"].map((t) => amountOf("points", t))).toEqual([500, null, null]);
  });

  it("bounds the amount by the record and says what is missing", () => {
    const form = { ...EMPTY_FORM, reason: "核对过" };
    expect(problemOf(form, options())).toBe("请选择原因");
    expect(problemOf({ ...form, cause: "discount_lost", amount: "200.01" }, options())).toBe("最多 ¥200.00");
    expect(problemOf({ ...form, cause: "discount_lost", amount: "60" }, options())).toBeNull();
    expect(problemOf({ ...form, cause: "discount_lost", amount: "60", reason: " " }, options())).toContain("情况");
    expect(problemOf({ ...form, cause: "x", amount: "1" }, options({ most: 0 }))).toContain("没有可退");
    expect(wishOf({ kind: "refund", id: "o1", title: "" }, { ...form, cause: "discount_lost", amount: "60" }, options())).toMatchObject({ amount_fen: 6000, points: null, target_id: "o1" });
    expect(wishOf({ kind: "reissue_coupon", id: "k", title: "" }, form, options({ fixed: true, most: 1800 })).amount_fen).toBe(1800);
  });

  it("finds a number however it is written", () => {
    expect(["+86 138-1234 5678", "１３８１２３４５６７８", "86 13812345678"].map(phoneIn)).toEqual(Array(3).fill("13812345678"));
    expect(["12812345678", "1381234567", "138123456789"].map(phoneIn)).toEqual([null, null, null]);
  });

  it("tells who asked, and nobody else", () => {
    const frame = { type: "remedy", remedy_id: 1, status: "rejected", title: "退款", customer_id: "c", conversation_id: "c1", ticket_number: null, requested_by: "lan", decided_by: "wang" } as Extract<AgentFrame, { type: "remedy" }>;
    expect(toldOf(frame, "lan")?.title).toBe("退款没有通过审批");
    expect(toldOf({ ...frame, status: "pending" }, "lan")?.title).toBe("退款已批准");
    expect(toldOf({ ...frame, status: "pending", decided_by: null }, "lan")).toBeNull();
    expect(toldOf(frame, "wang")).toBeNull();
  });
});

describe("records", () => {
  const orders = [
    { id: "o1", station_name: "城北站", paid_fen: 20000, pump_fen: null, fuel: "92号", gun: "3", channel: "wechat", status: "paid", created_at: "2024-11-21T02:00:00Z", note: "" },
    { id: "o2", station_name: "东环路站", paid_fen: 15000, pump_fen: 15000, fuel: "92号", gun: "2", channel: "wechat", status: "cancelled", created_at: "2024-11-20T02:00:00Z", note: "" },
  ];

  it("offers only what the state of a record allows", () => {
    const rows = rowsOf("orders", orders, new Date());
    expect(rows[0]!.actions.map((a) => a.kind)).toEqual(["cancel_order", "refund"]);
    expect(rows[1]!.actions).toEqual([]);
    expect(rowsOf("coupons", [{ id: "k", status: "usable" }, { id: "l", status: "pending" }], new Date()).map((r) => r.actions.length)).toEqual([0, 1]);
    expect(matching(rows, "城北 200").map((r) => r.id)).toEqual(["o1"]);
  });

  it("hands on the record that was chosen, and says when nothing fits", async () => {
    shown = mount(RecordList, { props: { kind: "orders", records: orders, acts: true }, ...plugins() });
    await shown.get("button[aria-label^='退款']").trigger("click");
    expect((shown.emitted("act")![0] as [unknown, { id: string }])[1].id).toBe("o1");
    await shown.setProps({ query: "没有这个站" });
    expect(shown.text()).toContain("没有符合");
    await shown.setProps({ query: "", records: [] });
    expect(shown.text()).toContain("没有加油订单");
  });
});

describe("personal data", () => {
  it("is shown one field at a time, and hidden again", async () => {
    w.on("GET /api/v1/customers/demo-gold/card", card()).on("GET /api/v1/remedies?customer_id=demo-gold", { items: [], next: null });
    w.on("POST /api/v1/customers/demo-gold/reveal", { field: "phone", value: "13812346512" });
    await useCard().open("demo-gold");
    shown = mount(CustomerCard, { props: { customer: CUSTOMER, conversation: "c1" }, ...plugins() });
    expect(shown.text()).toContain("138****6512");
    await shown.get("button[aria-label^='显示完整手机']").trigger("click");
    await settle();
    expect(w.asked.at(-1)!.body).toEqual({ field: "phone", conversation_id: "c1" });
    expect(shown.text()).toContain("13812346512");
    await shown.get("button[aria-label='隐藏手机']").trigger("click");
    expect(shown.text()).not.toContain("13812346512");
    await shown.get("button[aria-label^='显示完整手机']").trigger("click");
    await settle();
    expect(useCard().plain).toEqual({ phone: "13812346512" });
    shown.unmount();
    shown = null;
    expect(useCard().plain, "hidden with the card").toEqual({});
    const fetched = w.count("GET /api/v1/customers/demo-gold/card");
    await useCard().open("demo-gold");
    expect(w.count("GET /api/v1/customers/demo-gold/card"), "opened again it is read again").toBe(fetched + 1);
    await useCard().open(null);
    expect(useCard().plain).toEqual({});
  });
});

describe("approvals", () => {
  it("shows what, who, why and the limit, and decides only what is not one's own", async () => {
    w.on("POST /api/v1/agents/login", { token: "t", agent: { ...AGENT, username: "wang", role: "supervisor" } });
    await useSession().login("wang", "secret");
    w.on("GET /api/v1/remedies?status=waiting_approval", {
      items: [
        remedy({ id: 1, status: "waiting_approval", amount_fen: 6000, approver: "supervisor", approver_title: "主管", decidable: true, reason: "超过这一级会员的单次限额" }),
        remedy({ id: 2, status: "waiting_approval", requested_by: "wang", approver: "supervisor", approver_title: "主管" }),
      ],
      next: null,
    });
    w.on("GET /api/v1/remedies?status=pending%2Cdone%2Crejected%2Cfailed%2Crefused", { items: [], next: null }).on("GET /api/v1/remedies/counts", { waiting: 1 });
    shown = mount(ApprovalsPage, plugins());
    await settle(20);
    for (const words of ["¥60.00", "单次限额 ¥50.00", "李**", "优惠没有减", "xiaolin 提交", "看会话"]) expect(shown.text()).toContain(words);
    expect(shown.findAll("button").filter((b) => b.text() === "批准")).toHaveLength(1);
    expect(shown.text()).toContain("别的同事审批");
  });
});

describe("operations", () => {
  it("says where the chain breaks, and what each line means", async () => {
    w.on("GET /api/v1/audit", {
      items: [{ id: 3, at: "2024-11-22T02:00:00Z", actor: "lan", action: "customer.reveal", title: "查看完整个人信息", object: "demo-gold", data: { field: "phone" }, place: 3 }],
      next: null,
    });
    w.on("GET /api/v1/audit/chain", { verified: 2, sealed: 3, waiting: 0, broken_at: 3, head: "abc", at: "2024-11-22T02:00:00Z" }).on("GET /api/v1/audit/choices", { actions: {}, actors: [] });
    shown = mount(AuditTable, plugins());
    await settle(20);
    for (const words of ["从第 3 条起对不上", "查看完整个人信息", "字段 手机", "#3"]) expect(shown.text()).toContain(words);
    w.on("GET /api/v1/audit", refusal(503, "down", "暂时查不到"));
  });

  it("says how a message fared in the customer's channel, and why not", async () => {
    w.on("GET /api/v1/conversations/c1/sends", {
      items: [
        { channel: "wechat", first_seq: 4, last_seq: 5, kind: "message", status: "failed", code: 45047, reason: "客服接口下行条数超过上限", at: "2024-11-22T02:00:00Z" },
        { channel: "wechat", first_seq: 2, last_seq: 2, kind: "passive", status: "unknown", code: null, reason: "没有回应", at: "2024-11-22T02:00:00Z" },
      ],
    });
    shown = mount(SendList, { props: { conversation: "c1" }, ...plugins() });
    await settle(20);
    for (const words of ["微信客服消息 · 第 4–5 条", "发送失败", "45047", "不确定是否送达"]) expect(shown.text()).toContain(words);
    expect(shown.emitted("count")).toEqual([[2, 1]]);
    await shown.get("button.link").trigger("click");
    expect(shown.emitted("show")).toEqual([[4]]);
  });
});
