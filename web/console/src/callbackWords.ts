/** Names of what travels as ids about callbacks. */
import type { Callback, Outcome } from "@youban/shared/callbacks";
import type { Tone } from "./words";

export const SOURCES: Record<string, string> = { chat: "对话中", queue: "排队时", off_hours: "下班后", flow: "自助办理" };

export const OUTCOMES: Record<Outcome, { title: string; tone: Tone; told: string }> & Record<string, { title: string; tone: Tone; told: string }> = {
  reached: { title: "接通了", tone: "good", told: "客户会看到：您已和他通过电话，并请他评价。这个回电就此结束。" },
  no_answer: { title: "无人接听", tone: "warn", told: "客户会看到：没有接通，以及下次拨打的时间。第 3 次没接通就结束，客户可以再约。" },
  wrong_number: { title: "号码错误", tone: "bad", told: "客户会看到：号码打不通，请他发一个能接通的号码。" },
  later: { title: "约定再打", tone: "accent", told: "客户会看到：约好的时间。" },
};

export function stateOf(item: Callback): { title: string; tone: Tone } {
  if (item.state === "done") return { title: "已接通", tone: "good" };
  if (item.state === "failed") return { title: "没有接通", tone: "bad" };
  return { title: "客户取消", tone: "plain" };
}
