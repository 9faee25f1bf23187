import { describe, expect, it } from "vitest";
import { readCard } from "../src/cards";
import { brief, countdown, day, dayAndTime, hearServer, serverNow, span, untilDue } from "../src/clock";

const now = new Date("2024-11-22T01:00:00Z"); // 09:00 in China

describe("clock", () => {
  it("names days by China's calendar", () => {
    expect(dayAndTime("2024-11-21T15:59:00Z", now)).toBe("昨天 23:59");
    expect(dayAndTime("2024-11-21T16:00:00Z", now)).toBe("今天 00:00");
    expect(day("2024-11-24T10:00:00Z", now)).toBe("后天");
    expect(day("2024-11-19T10:00:00Z", now)).toBe("11月19日");
    expect(day("2023-01-05T10:00:00Z", now)).toBe("2023年1月5日");
    expect(brief("2024-11-22T00:30:00Z", now)).toBe("08:30");
  });

  it("words lengths of time and promises", () => {
    expect([span(20), span(300), span(4800), span(270_000)]).toEqual(["不到 1 分钟", "5 分钟", "1 小时 20 分", "3 天 3 小时"]);
    expect(untilDue("2024-11-22T01:20:00Z", now)).toEqual({ late: false, soon: true, text: "剩 20 分钟" });
    expect(untilDue("2024-11-22T00:00:00Z", now)).toEqual({ late: true, soon: false, text: "已超时 1 小时" });
  });
});

describe("the service's clock", () => {
  it("counts down to the second within the last hour", () => {
    expect([countdown(3543.9), countdown(61), countdown(9), countdown(7260), countdown(-300)]).toEqual(["59:03", "1:01", "0:09", "2 小时 1 分", "5 分钟"]);
  });

  it("is followed where this computer's is wrong, and slow answers teach nothing", () => {
    const here = Date.now();
    const ahead = () => Math.round((serverNow().getTime() - Date.now()) / 1000);
    hearServer(here + 600_000, here - 20, here + 20);
    expect(ahead()).toBeGreaterThanOrEqual(600);
    hearServer(here, here - 9_000, here);
    expect(ahead()).toBeGreaterThanOrEqual(600);
    hearServer(here - 700, here, here);
    expect(ahead()).toBe(0);
  });
});

describe("readCard", () => {
  it("reads a ticket as the flows write it", () => {
    const card = readCard({
      type: "ticket",
      number: "YB0000001234",
      title: "加油券未到账",
      department: "ops",
      priority: "P2",
      status: "accepted",
      status_title: "已受理",
      due_at: "2024-11-25T18:00:00+08:00",
      steps: [{ title: "已受理", done: true }, { title: "运营核查", done: false }, "?"],
    });
    expect(card).toMatchObject({ type: "ticket", number: "YB0000001234", dueAt: "2024-11-25T18:00:00+08:00", dueText: null });
    expect(card?.type === "ticket" && card.steps).toHaveLength(2);
  });

  it("reads records with and without a choice", () => {
    const card = readCard({
      type: "orders",
      kind: "order",
      items: [
        { id: "1", title: "今天 10:32 城北站", note: "200 元", status: "已付款，未加油", payload: "answer:order_id=1" },
        { id: "2", title: "昨天", note: "", status: "" },
      ],
    });
    expect(card?.type === "records" && card.items.map((i) => i.payload)).toEqual(["answer:order_id=1", null]);
  });

  it("lets the text stand alone for unknown types and broken shapes", () => {
    for (const value of [null, "x", [], { type: "hologram" }, { type: "ticket" }, { type: "orders", items: [] }, { type: "queue" }])
      expect(readCard(value)).toBeNull();
  });
});
