import { beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "@youban/shared/http";
import type { TicketDetail } from "@youban/shared/wire";
import { once, type Sending } from "../src/arrived";
import { rebased } from "../src/policyRebase";

const detail = (...texts: string[]) => ({ number: "YB1", events: texts.map((text) => ({ kind: "answered", actor: "lan", data: { text }, at: "" })) }) as unknown as TicketDetail;
const lost = new ApiError(0, "timeout", "等了很久没有回应");
let there: TicketDetail | ApiError;
const sending = (said: string): Sending => ({
  ticket: null, number: "YB1", kind: "answer", said, by: "lan",
  look: () => (there instanceof ApiError ? Promise.reject(there) : Promise.resolve(there)),
});

beforeEach(() => {
  there = detail();
});

it("takes words that arrived without an answer for sent, and offers those that did not again", async () => {
  const arrives = vi.fn(() => {
    there = detail("已退款");
    return Promise.reject(lost);
  });
  expect(await once(sending("已退款"), arrives)).toBe(there);
  await expect(once(sending("还有一句"), () => Promise.reject(lost))).rejects.toBe(lost);
});

it("looks before another try when it could not look before, and sends no other words in silence", async () => {
  const work = vi.fn(() => {
    there = lost;
    return Promise.reject(lost);
  });
  const before = detail();
  await expect(once({ ...sending("已退款"), ticket: before }, work)).rejects.toThrow("先核对");
  await expect(once({ ...sending("已退款"), ticket: before }, work)).rejects.toThrow("先核对");
  there = detail("已退款");
  await expect(once({ ...sending("改过的话"), ticket: before }, work)).rejects.toThrow("已经送到");
  expect(work).toHaveBeenCalledTimes(1);
});

it("puts what was changed in a table onto a colleague's newer version of it", () => {
  const row = (cause: string, gold: number, repeat: number) => ({ cause, title: cause, kind: "grant_coupon", amounts: { gold }, repeat_days: repeat });
  const base = [row("a", 500, 30), row("b", 500, 30)];
  const mine = [row("a", 800, 30), row("custom_3", 100, 1)];
  const theirs = [row("a", 600, 7), row("b", 500, 30), row("custom_3", 200, 2)];
  expect(rebased("compensation", base, mine, theirs)).toEqual([row("a", 800, 7), row("custom_3", 200, 2), { ...row("custom_3", 100, 1), cause: "custom_3_2" }]);
});
