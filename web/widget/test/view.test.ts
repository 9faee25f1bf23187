import { describe, expect, it } from "vitest";
import type { Line } from "@youban/shared/log";
import type { Message } from "@youban/shared/wire";
import { itemsOf } from "../src/view/lines";
import { LineWindow, MOST } from "../src/view/window";
import { markdown } from "@youban/shared/markdown";
import { queueWords } from "../src/queue";
import { status } from "../src/words";

const html = (source: string) => {
  const box = document.createElement("div");
  box.append(markdown(source));
  return box.outerHTML.replace(/^<div>|<\/div>$/g, "");
};

describe("markdown", () => {
  it("draws what articles are written in", () => {
    expect(html("## 标题\n第一行\n第二行\n\n- 甲\n- 乙 **重**")).toBe(
      "<h4>标题</h4><p>第一行<br>第二行</p><ul><li>甲</li><li>乙 <strong>重</strong></li></ul>",
    );
    expect(html("1. 打开\n2. 点击\n   再点一次")).toBe("<ol><li>打开</li><li>点击 再点一次</li></ol>");
    expect(html("> 提示")).toBe("<blockquote><p>提示</p></blockquote>");
    expect(html("|油号|价|\n|--|--|\n|92号|7.39|")).toContain("<td>7.39</td>");
  });

  it("leaves everything else text, and ends on any input", () => {
    expect(html("<script>x</script>")).toBe("<p>&lt;script&gt;x&lt;/script&gt;</p>");
    expect(html("[点](javascript:alert(1))")).not.toContain("<a");
    for (const odd of ["- ", "#", "|", "> ", "1.", "**", "`", "|a|\n|b|", "---", "\n\n"]) expect(typeof html(odd)).toBe("string");
  });
});

describe("itemsOf", () => {
  const now = new Date("2024-11-22T04:00:00Z");
  const line = (seq: number, at: string, sender: Message["sender"], more: Partial<Message> = {}): Line => ({
    key: `#${seq}`,
    message: { seq, sender, text: `m${seq}`, at, ...more },
    pending: null,
  });

  it("marks times after a pause, pictures at the start of a row, and questions that are answered", () => {
    const items = itemsOf(
      [
        line(1, "2024-11-21T01:00:00Z", "bot", { buttons: [{ title: "是", payload: "answer:x=yes" }] }),
        line(2, "2024-11-22T03:00:00Z", "customer"),
        line(3, "2024-11-22T03:00:05Z", "bot"),
        line(4, "2024-11-22T03:00:06Z", "bot"),
      ],
      now,
    );
    expect(items.map((i) => (i.kind === "mark" ? i.text : i.key))).toEqual(["昨天 09:00", "#1", "11:00", "#2", "#3", "#4"]);
    const bubbles = items.filter((i) => i.kind === "bubble");
    expect(bubbles.map((b) => b.first)).toEqual([true, true, true, false]);
    expect(bubbles.map((b) => b.answered)).toEqual([true, false, false, false]);
  });
});

describe("a long conversation", () => {
  const keys = Array.from({ length: 1000 }, (_, n) => `#${n}`);

  it("is drawn in a stretch that moves with the reader and never grows beyond its measure", () => {
    const seen = new LineWindow();
    expect(seen.of(keys, false)).toEqual({ from: 920, to: 1000 });
    for (let n = 0; n < 60; n += 1) {
      seen.up(keys);
      const { from, to } = seen.of(keys, true);
      expect(to - from).toBeLessThanOrEqual(MOST);
    }
    expect(seen.of(keys, true)).toEqual({ from: 0, to: 180 });
    expect(seen.following).toBe(false);
    for (let n = 0; n < 60; n += 1) seen.down(keys);
    expect(seen.of(keys, true)).toEqual({ from: 820, to: 1000 });
    expect(seen.following).toBe(true);
  });

  it("keeps what is read while words come below and older ones above", () => {
    const seen = new LineWindow();
    seen.of(keys.slice(0, 500), false);
    expect(seen.of(keys.slice(0, 510), true)).toEqual({ from: 420, to: 510 });
    seen.up(keys.slice(0, 510));
    const grown = [...Array.from({ length: 60 }, (_, n) => `old${n}`), ...keys.slice(0, 510)];
    expect(seen.of(grown, true)).toEqual({ from: 460, to: 570 });
    seen.toEnd();
    expect(seen.of(grown, false)).toEqual({ from: 490, to: 570 });
  });
});

describe("words", () => {
  it("say who answers, or what is wrong", () => {
    const base = { phase: "ready", owner: "bot", line: "open", queue: null };
    expect(status(base).tone).toBe("good");
    expect(status({ ...base, owner: "human" }).text).toContain("人工客服");
    expect(status({ ...base, line: "down" }).tone).toBe("busy");
    expect(status({ ...base, phase: "offline" }).tone).toBe("bad");
  });

  it("never invent a waiting time", () => {
    expect(queueWords({ place: 2, estimateMinutes: null })).toBe("您排在第 2 位");
    expect(queueWords(null)).not.toMatch(/\d/);
    const night = { place: 1, estimateMinutes: null, closed: true, opensAt: "2026-11-23T00:00:00+00:00" };
    expect(queueWords(night, new Date("2026-11-22T15:00:00Z"))).toBe("人工客服已下班，明天 08:00 上班。您排在第 1 位");
    expect(queueWords({ ...night, opensAt: null })).not.toMatch(/\d{2}:/);
  });
});
