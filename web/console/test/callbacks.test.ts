/** The list of callbacks: what is due, taking one, its number, and how the call went. */
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { createMemoryHistory } from "vue-router";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import CallbacksPage from "../src/pages/CallbacksPage.vue";
import CallbackResult from "../src/parts/CallbackResult.vue";
import { buildRouter } from "../src/router";
import { useSession } from "../src/stores/session";
import { AGENT, refusal, type World, world } from "./world";

const item = (more: Record<string, unknown> = {}) => ({
  id: 7, conversation_id: "c1", customer: { id: "demo-gold", name: "李**", level: "gold", level_title: "金卡" }, phone: "138****6512",
  state: "open", source: "off_hours", story: "加油券未到账：“我的券呢”", when: "尽快", ticket_number: null,
  try_at: new Date(Date.now() - 60_000).toISOString(), due_at: new Date(Date.now() + 600_000).toISOString(), failures: 0, wrong_number: false, broken: 0,
  agent_id: null, agent: null, created_at: new Date().toISOString(), ended_at: null, attempts: [], ...more,
});
const list = (...items: unknown[]) => ({ items, open: items.length, due: 1 });

let w: World;
let shown: VueWrapper;
beforeEach(() => {
  w = world();
  useSession().agent = { ...AGENT };
});
afterEach(() => {
  shown.unmount();
  document.body.replaceChildren();
});

async function page(): Promise<VueWrapper> {
  shown = mount(CallbacksPage, { attachTo: document.body, global: { plugins: [buildRouter(createMemoryHistory())] } });
  await flushPromises();
  return shown;
}
const press = async (words: string) => {
  const button = shown.findAll("button").find((b) => b.text() === words);
  expect(button, words).toBeDefined();
  await button!.trigger("click");
  await flushPromises();
};

describe("the list of callbacks", () => {
  it("says when, who and why; the number only to who took it", async () => {
    w.on("GET /api/v1/callbacks?over=false", list(item()));
    await page();
    for (const words of ["现在就打", "剩 ", "李**", "金卡", "138****6512", "下班后", "我的券呢"]) expect(shown.text()).toContain(words);
    expect(shown.text()).not.toContain("显示号码");
    w.on("POST /api/v1/callbacks/7/take", item({ state: "taken", agent_id: AGENT.id, agent: AGENT.username }));
    w.on("GET /api/v1/callbacks?over=false", list(item({ state: "taken", agent_id: AGENT.id, agent: AGENT.username })));
    await press("接手");
    w.on("POST /api/v1/callbacks/7/reveal", { phone: "13812346512" });
    await press("显示号码");
    expect(shown.get("a[href='tel:13812346512']").text()).toBe("13812346512");
  });

  it("tells what went wrong and shows the state as it is now", async () => {
    w.on("GET /api/v1/callbacks?over=false", list(item()));
    await page();
    w.on("POST /api/v1/callbacks/7/take", refusal(409, "callback_taken", "这个回电已由其他同事接手"));
    w.on("GET /api/v1/callbacks?over=false", list(item({ state: "taken", agent_id: 9, agent: "mei" })));
    await press("接手");
    expect(document.body.textContent).toContain("这个回电已由其他同事接手");
    expect(shown.text()).toContain("mei 接手");
  });

  it("has words for nothing, for a list that did not come, and for a filter that finds nothing", async () => {
    w.on("GET /api/v1/callbacks?over=false", "network");
    await page();
    expect(shown.text()).toContain("列表没有取到");
    w.on("GET /api/v1/callbacks?over=false", list());
    await press("重试");
    expect(shown.text()).toContain("没有要回的电话");
    w.on("GET /api/v1/callbacks?over=true", list(item({ state: "failed", ended_at: new Date().toISOString() })));
    await press("最近 7 天已结束");
    expect(shown.text()).toContain("没有接通");
    await shown.get("input").setValue("没有这个词");
    expect(shown.text()).toContain("没有符合的回电");
  });

  it("asks for the time when another was agreed on, and keeps the form when it cannot be saved", async () => {
    const said: unknown[] = [];
    const save = (how: unknown) => {
      said.push(how);
      return Promise.resolve("下次拨打的时间要在今后两周之内");
    };
    shown = mount(CallbackResult, { props: { item: item() as never, save }, attachTo: document.body });
    await flushPromises();
    const body = () => document.body.textContent ?? "";
    const later = [...document.querySelectorAll<HTMLInputElement>("input[type=radio]")].find((r) => r.value === "later")!;
    later.click();
    await flushPromises();
    expect(body()).toContain("约好的时间");
    document.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await flushPromises();
    expect(body()).toContain("请填写约好的时间");
    expect(said).toEqual([]);
    [...document.querySelectorAll<HTMLInputElement>("input[type=radio]")].find((r) => r.value === "no_answer")!.click();
    await flushPromises();
    document.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await flushPromises();
    expect(said).toEqual([{ outcome: "no_answer", note: "", next_at: null }]);
    expect(body()).toContain("两周之内");
    expect(shown.emitted("close")).toBeUndefined();
  });
});
