import { mount, type VueWrapper } from "@vue/test-utils";
import ElementPlus from "element-plus";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import PolicyField from "../src/parts/PolicyField.vue";
import PolicyTable from "../src/parts/PolicyTable.vue";
import { changesOf, type Field, groupsOf, newRow, problemOf, read, type Row, rowProblem, written } from "../src/policyForms";
import { refusal, world, type World } from "./world";

const RULE: Row = { cause: "bad_service", title: "现场服务不当", kind: "grant_coupon", amounts: { puka: 500, gold: 500, platinum: 1000, diamond: 1000 }, authority: "agent", approver: "supervisor", cap_30_days: 3000, repeat_days: 30, valid_days: 30 };
const SLA: Row = { id: "priorities", title: "各优先级", value: { P0: { warn: "30m", escalate: [{ after: "10m", to: "department" }] } } };
const field = (policy: string, row: Row, path: string): Field => groupsOf(policy, row).flatMap((g) => g.fields).find((f) => f.path.join(".") === path)!;

describe("the forms of the tables", () => {
  it("draw every kind of value with its own field", () => {
    const kinds = (policy: string, row: Row) => Object.fromEntries(groupsOf(policy, row).flatMap((g) => g.fields).map((f) => [f.path.join("."), f.kind]));
    expect(kinds("compensation", RULE)).toMatchObject({ "amounts.gold": "money", repeat_days: "days", authority: "choice", basis: "choice" });
    expect(kinds("compensation", { ...RULE, kind: "grant_points" })).toMatchObject({ "amounts.gold": "points" });
    expect(kinds("sla", SLA)).toEqual({ "value.P0.warn": "duration", "value.P0.escalate.0.after": "duration", "value.P0.escalate.0.to": "choice" });
    expect(kinds("hours", { id: "week", title: "每周", value: { mon: ["08:00-22:00"], tue: [] } })).toEqual({ "value.mon": "periods", "value.tue": "periods" });
    expect(kinds("hours", { id: "days", title: "特殊日期", value: {} })).toEqual({ value: "dayPeriods" });
    expect(kinds("sla", { id: "days", title: "修正", value: { off: [], worked: [] } })).toEqual({ "value.off": "dates", "value.worked": "dates" });
    expect(kinds("office", { id: "x", title: "多久", value: 60, at_least: 15, at_most: 600 })).toEqual({ value: "seconds" });
    expect(kinds("sla", { id: "d", title: "免打扰", value: { merge: "10m", quiet: "22:00-08:00", wakes: "P1" } })).toEqual({ "value.merge": "duration", "value.quiet": "period", "value.wakes": "choice" });
  });

  it("find what cannot be meant, in words", () => {
    const seconds = field("office", { id: "x", title: "多久", value: 60, at_least: 15, at_most: 600 }, "value");
    expect([15, 600, 14, 601, 15.5, null].map((v) => problemOf(seconds, v))).toEqual([null, null, "不能小于 15 秒", "不能大于 10 分钟", "请填整数", "请填写"]);
    const periods = field("hours", { id: "holidays", title: "节假日", value: ["08:00-22:00"] }, "value");
    expect(problemOf(periods, ["08:00-12:00", "13:30-18:00"])).toBeNull();
    expect(problemOf(periods, ["22:00-08:00"])).toBeNull();
    expect(problemOf(periods, ["08:00-12:00", "11:00-18:00"])).toContain("重叠");
    expect(problemOf(periods, ["8-12"])).toContain("08:00-22:00");
    expect(rowProblem("compensation", { ...RULE, cap_30_days: 600 })).toContain("白金");
    expect(rowProblem("compensation", { ...RULE, authority: "supervisor", approver: "agent" })).toContain("审批");
    expect(problemOf(field("compensation", RULE, "basis"), undefined)).toBeNull();
  });

  it("write a value without touching the old row, and say what differs", () => {
    const after = written(RULE, ["amounts", "gold"], 800);
    expect(read(RULE, ["amounts", "gold"])).toBe(500);
    expect(changesOf("compensation", [RULE], [after])).toEqual([{ row: "现场服务不当", label: "金卡给", before: "¥5.00", after: "¥8.00" }]);
    const later = written(SLA, ["value", "P0", "escalate", 0, "after"], "1h");
    expect(Array.isArray(read(later, ["value", "P0", "escalate"]))).toBe(true);
    expect(changesOf("sla", [SLA], [later])[0]).toMatchObject({ before: "10 分钟", after: "1 小时" });
    expect(changesOf("root_causes", [], [{ id: "n", title: "新的" }])[0]!.label).toBe("新增一行");
    expect(newRow("compensation", [{ ...RULE, cause: "custom_2" }])!["cause"]).toBe("custom_3");
    expect(newRow("sla", [])).toBeNull();
  });
});

describe("the page", () => {
  let w: World;
  let shown: VueWrapper | null = null;
  const settle = async (ms = 10) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await nextTick();
  };
  const policy = (more: Record<string, unknown> = {}) => ({ name: "compensation", version: 1, rows: [RULE], shipped: [RULE], history: [{ version: 1, author: "wang", note: "首版", at: "2024-11-22T02:00:00Z", rows: [RULE] }], ...more });
  const button = (words: string, within = document.body) => [...within.querySelectorAll<HTMLButtonElement>("button.el-button--primary")].find((b) => b.textContent?.includes(words))!;
  function type(label: string, text: string): void {
    const input = document.querySelector<HTMLInputElement>(`input[aria-label='${label}']`)!;
    input.value = text;
    input.dispatchEvent(new Event("input"));
    input.dispatchEvent(new Event("change"));
  }

  beforeEach(async () => {
    w = world();
    w.on("GET /api/v1/policies", [policy()]);
    shown = mount(PolicyTable, { global: { plugins: [ElementPlus] }, attachTo: document.body });
    await settle();
    const row = document.querySelector<HTMLDetailsElement>("details.one")!;
    row.open = true;
    row.dispatchEvent(new Event("toggle"));
    await settle();
  });
  afterEach(() => {
    shown?.unmount();
    document.body.replaceChildren();
    vi.unstubAllGlobals();
  });

  it("shows what will change, asks why, and puts it in force on the version that was edited", async () => {
    expect(button("生效").disabled).toBe(true);
    type("金卡给", "8");
    await settle();
    button("生效（1 处修改）").click();
    await settle();
    expect(document.querySelector(".el-dialog")!.textContent).toContain("¥5.00");
    expect(document.querySelector(".el-dialog")!.textContent).toContain("¥8.00");
    button("立即生效").click();
    await settle();
    expect(w.count("PUT /api/v1/policies/compensation")).toBe(0);
    const why = document.querySelector<HTMLInputElement>("#why-compensation")!;
    why.value = "旺季加码";
    why.dispatchEvent(new Event("input"));
    w.on("PUT /api/v1/policies/compensation", policy({ version: 2, rows: [written(RULE, ["amounts", "gold"], 800)] }));
    await settle();
    document.querySelector("#publish")!.dispatchEvent(new Event("submit"));
    await settle(30);
    const sent = w.asked.find((a) => a.method === "PUT")!.body;
    expect(sent).toMatchObject({ base: 1, note: "旺季加码" });
    expect(read((sent["rows"] as Row[])[0]!, ["amounts", "gold"])).toBe(800);
    expect(document.body.textContent).toContain("第 2 版");
  });

  it("keeps what was typed when a colleague was faster, and will not send what is wrong", async () => {
    type("金卡给", "99");
    await settle();
    expect(document.body.textContent).toContain("超过了 30 天上限");
    expect(button("生效").disabled).toBe(true);
    type("金卡给", "8");
    await settle();
    button("生效（1 处修改）").click();
    await settle();
    const why = document.querySelector<HTMLInputElement>("#why-compensation")!;
    why.value = "旺季";
    why.dispatchEvent(new Event("input"));
    w.on("PUT /api/v1/policies/compensation", refusal(409, "edit_conflict", "wang 刚刚改过这张表，请刷新后在新版本上修改"));
    await settle();
    document.querySelector("#publish")!.dispatchEvent(new Event("submit"));
    await settle(30);
    expect(document.querySelector(".el-dialog")!.textContent).toContain("wang 刚刚改过");
    expect(document.querySelector<HTMLInputElement>("input[aria-label='金卡给']")!.value).toBe("8");
  });
});

describe("one field", () => {
  it("keeps money in fen and says when it is none", async () => {
    const money: Field = { path: ["x"], label: "给", kind: "money", least: 1 };
    const shown = mount(PolicyField, { props: { field: money, value: 550, label: "给" }, global: { plugins: [ElementPlus] } });
    const input = shown.get("input");
    expect(input.element.value).toBe("5.50");
    await input.setValue("6.25");
    await input.trigger("change");
    expect(shown.emitted("change")!.at(-1)).toEqual([625]);
    await shown.setProps({ value: "六块" });
    expect(shown.text()).toContain("最多两位小数");
  });
});
