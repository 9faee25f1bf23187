import { describe, expect, it } from "vitest";
import { idOf, ordersOf, PEOPLE, personOf } from "../src/records";

describe("personOf", () => {
  it("takes a demo customer, a fresh copy of one, a guest, or else the first", () => {
    expect(personOf("demo-platinum").title).toBe("白金");
    expect(personOf("demo-gold-17")).toMatchObject({ id: "demo-gold-17", title: "金卡" });
    expect(personOf("guest").id).toBe("");
    expect(personOf("").id).toBe("");
    expect(personOf("somebody-else")).toBe(PEOPLE[0]);
    expect(personOf("demo-goldfinger")).toBe(PEOPLE[0]);
    expect(personOf(null)).toBe(PEOPLE[0]);
  });
});

describe("ordersOf", () => {
  it("ages with the customer", () => {
    const hour = 3_600_000;
    expect(ordersOf(0, 0).map((o) => o.when)).toEqual(["6 分钟前", "3 小时前", "1 天前", "5 天前"]);
    expect(ordersOf(0, 30 * hour)[0]!.when).toBe("1 天前");
  });
});

describe("idOf", () => {
  it("finds the platform's number of a shown order", () => {
    const known = [
      { id: "1", title: "城北站 92号 200.00 元" },
      { id: "2", title: "东环路站 92号 150.00 元" },
    ];
    const shown = ordersOf(0, 0);
    expect(shown.slice(0, 2).map((order) => idOf(order, known))).toEqual(["1", "2"]);
    expect(idOf(shown[3]!, known)).toBeNull();
  });
});
