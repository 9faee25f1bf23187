import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Judgement, Remedy } from "@youban/shared/card";
import RemedyDialog from "../src/parts/RemedyDialog.vue";
import { verdictOf } from "../src/remedyForm";
import { card, options, remedy, settle, plugins } from "./customers";
import { world, type World } from "./world";

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

describe("the remedy dialog", () => {
  const OPTIONS = "GET /api/v1/customers/demo-gold/remedies/options?kind=refund&target_id=o1";
  const CHECK = "POST /api/v1/customers/demo-gold/remedies/check";
  const ASK = "POST /api/v1/customers/demo-gold/remedies";
  const judgement = (more: Partial<Judgement> = {}): Judgement => ({ decision: "allowed", reason: "", approver: null, amount_fen: 300, points: null, ...more });
  const button = (words: string) => [...document.querySelectorAll<HTMLButtonElement>(".el-dialog button")].find((b) => b.textContent?.includes(words))!;
  const text = () => document.querySelector(".el-dialog")?.textContent ?? "";

  async function filled(amount: string): Promise<void> {
    w.on(OPTIONS, options());
    shown = mount(RemedyDialog, { props: { card: card(), target: { kind: "refund", id: "o1", title: "城北站 ¥200.00" } }, ...plugins() });
    await settle(20);
    const input = document.querySelector<HTMLInputElement>("#remedy-amount")!;
    input.value = amount;
    input.dispatchEvent(new Event("input"));
    await settle(400);
  }

  /** So long after 下一步 the confirming button takes a press. */
  const ARMED = 600;
  function keysSent(): string[] {
    const keys: string[] = [];
    const before = globalThis.fetch;
    vi.stubGlobal("fetch", ((input: string, init: RequestInit) => {
      if (String(input).endsWith("/remedies") && init.method === "POST") keys.push((init.headers as Record<string, string>)["Idempotency-Key"]!);
      return before(input, init);
    }) as typeof fetch);
    return keys;
  }

  it("says before sending that it goes to a supervisor", async () => {
    w.on(CHECK, judgement({ decision: "needs_approval", reason: "超过这一级会员的单次限额", approver: "主管" }));
    await filled("60");
    expect(text()).toContain("超过您的权限，将提交主管复核");
    button("下一步").click();
    await settle(20);
    expect(text()).toContain("李**");
    expect(text()).toContain("¥60.00");
    expect(button("提交主管复核")).toBeTruthy();
  });

  it("sends twice under one key, whatever the network did, and follows it to its end", async () => {
    w.on(CHECK, judgement());
    await filled("3");
    const keys = keysSent();
    button("下一步").click();
    await settle(ARMED);
    w.on(ASK, "network");
    button("确认办理").click();
    await settle(20);
    expect(text()).toContain("不会重复办理");
    w.on(ASK, remedy({ status: "pending" })).on("GET /api/v1/remedies/7", remedy({ status: "done", status_title: "已办好" }));
    button("确认办理").click();
    button("确认办理")?.click();
    await settle(20);
    expect(w.count(ASK)).toBe(2);
    expect(new Set(keys).size).toBe(1);
    await settle(1400);
    expect(text()).toContain("已在会话里告诉客户");
  });

  it("keeps the key of an unsure answer when it is closed, opened again and reworded, and forgets it with a definite one", async () => {
    w.on(CHECK, judgement());
    const keys = keysSent();
    const target = { kind: "refund" as const, id: "o1", title: "城北站 ¥200.00" };
    const sendAs = async (reason: string) => {
      const area = document.querySelector<HTMLTextAreaElement>(".el-dialog textarea")!;
      area.value = reason;
      area.dispatchEvent(new Event("input"));
      const input = document.querySelector<HTMLInputElement>("#remedy-amount")!;
      input.value = "3";
      input.dispatchEvent(new Event("input"));
      await settle(400);
      button("下一步").click();
      await settle(ARMED);
      button("确认办理").click();
      await settle(20);
    };
    const reopened = async () => {
      await shown!.setProps({ target: null });
      await shown!.setProps({ target: { ...target } });
      await settle(20);
    };
    await filled("3");
    w.on(ASK, "network");
    await sendAs("小票对过");
    await reopened();
    w.on(ASK, remedy({ status: "done", status_title: "已办好" }));
    await sendAs("小票对过了");
    await reopened();
    await sendAs("又少减了一次");
    expect(keys).toHaveLength(3);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("does not take the second press of a double click for the confirmation", async () => {
    w.on(CHECK, judgement());
    await filled("3");
    button("下一步").click();
    await settle(20);
    button("确认办理").click();
    await settle(20);
    expect(w.count(ASK)).toBe(0);
  });

  it("drops the answer to what was sent for another record, and stays open while it is sent", async () => {
    w.on(CHECK, judgement());
    await filled("3");
    button("下一步").click();
    await settle(ARMED);
    let answer: (made: Remedy) => void = () => undefined;
    w.on(ASK, () => new Promise((resolve) => (answer = resolve)));
    button("确认办理").click();
    await settle(20);
    document.querySelector<HTMLButtonElement>(".el-dialog__headerbtn")!.click();
    await settle(20);
    expect(shown!.emitted("close")).toBeUndefined();
    w.on("GET /api/v1/customers/demo-gold/remedies/options?kind=refund&target_id=o2", options());
    await shown!.setProps({ target: { kind: "refund", id: "o2", title: "东环路站 ¥150.00" } });
    answer(remedy({ status: "pending" }));
    await settle(1400);
    expect(document.querySelector("#remedy-amount")).not.toBeNull();
    expect(w.count("GET /api/v1/remedies/7")).toBe(0);
  });

  it("offers another try when the platform did not answer, and no way on when it is not allowed", async () => {
    w.on(CHECK, judgement({ decision: "refused", reason: "同一笔已经补偿过了" }));
    await filled("3");
    expect(text()).toContain("不能办理：同一笔已经补偿过了");
    expect(button("下一步").disabled).toBe(true);
    expect(verdictOf(judgement()).tone).toBe("good");
  });
});
