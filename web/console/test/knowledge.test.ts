import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EMPTY, useKnowledge } from "../src/stores/knowledge";
import { refusal, world, type World } from "./world";

let w: World;
const PATH = "/api/v1/knowledge/articles";
const text = (title: string) => ({ ...EMPTY, title, category: "coupon", summary: "s", body: "b", phrasings: ["问一"] });
const details = (more: object) => ({ id: "a_b", live: text("旧"), live_version: 0, draft: null, versions: [], ...more });
const draft = (revision: number, title: string) => ({ revision, text: text(title), author: "wen", updated_at: "2026-11-22T02:00:00Z" });

beforeEach(() => {
  w = world();
  w.on(`GET ${PATH}`, { items: [], categories: [], revision: 0 });
});
afterEach(() => vi.unstubAllGlobals());

describe("writing an article", () => {
  it("saves over the revision it started from, and keeps the text when a colleague was faster", async () => {
    w.on(`GET ${PATH}/a_b`, details({ draft: draft(3, "草稿") })).on(`PUT ${PATH}/a_b/draft`, refusal(409, "edit_conflict", "有同事保存过"));
    const knowledge = useKnowledge();
    await knowledge.open("a_b");
    expect(knowledge.text.title).toBe("草稿");
    expect(knowledge.unsaved).toBe(false);
    knowledge.text.title = "我写的";
    expect(knowledge.unsaved).toBe(true);
    expect(await knowledge.save()).toBe("有同事保存过");
    expect(knowledge.text.title).toBe("我写的");
    expect(knowledge.unsaved).toBe(true);
    expect(w.asked.find((a) => a.method === "PUT")?.body["base"]).toBe(3);
  });

  it("publishes what stands on the page: saved first, then published at that revision", async () => {
    let saved = false;
    w.on(`GET ${PATH}/a_b`, () => details(saved ? { draft: draft(1, "新") } : {}))
      .on(`PUT ${PATH}/a_b/draft`, () => {
        saved = true;
        return draft(1, "新");
      })
      .on(`POST ${PATH}/a_b/publish`, { version: 1, revision: 1 });
    const knowledge = useKnowledge();
    await knowledge.open("a_b");
    knowledge.text.title = "新";
    expect(await knowledge.publish("改了标题")).toBeNull();
    const asked = w.asked.filter((a) => a.method !== "GET").map((a) => a.method + a.path.slice(PATH.length));
    expect(asked).toEqual(["PUT/a_b/draft", "POST/a_b/publish"]);
    expect(w.asked.at(-1)?.path).not.toContain("publish");
    expect(w.asked.find((a) => a.path.endsWith("publish"))?.body).toEqual({ base: 1, note: "改了标题" });
  });

  it("a new article that is given up leaves nothing behind", async () => {
    const knowledge = useKnowledge();
    knowledge.start("car_wash");
    knowledge.text.title = "洗车";
    expect(await knowledge.discard()).toBeNull();
    expect(knowledge.id).toBe("");
    expect(knowledge.unsaved).toBe(false);
    expect(w.asked.some((a) => a.method === "DELETE")).toBe(false);
  });

  it("a slow answer for another article does not replace the one that is open", async () => {
    let release: (value: unknown) => void = () => undefined;
    const slow = new Promise((done) => (release = done));
    w.on(`GET ${PATH}/slow_one`, () => slow).on(`GET ${PATH}/a_b`, details({}));
    const knowledge = useKnowledge();
    const first = knowledge.open("slow_one");
    await knowledge.open("a_b");
    release(details({ live: text("慢") }));
    await first;
    expect(knowledge.text.title).toBe("旧");
  });
});
