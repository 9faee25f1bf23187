import { mount, type VueWrapper } from "@vue/test-utils";
import ElementPlus from "element-plus";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import { createMemoryHistory, type Router } from "vue-router";
import DeskPage from "../src/pages/DeskPage.vue";
import TransferDialog from "../src/parts/TransferDialog.vue";
import WrapUpDialog from "../src/parts/WrapUpDialog.vue";
import { buildRouter } from "../src/router";
import { useAlerts } from "../src/stores/alerts";
import { useDesk } from "../src/stores/desk";
import { useLive } from "../src/stores/live";
import { useSession } from "../src/stores/session";
import { AGENT, claimed, world, type World } from "./world";

const notify = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../src/notify", async (original) => ({ ...(await original<object>()), call: notify.call }));

const TRANSFER = "POST /api/v1/conversations/c1/transfer";
const CLOSE = "POST /api/v1/conversations/c1/close";
let w: World;
let shown: VueWrapper | null = null;
let router: Router;

const settle = async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  await nextTick();
};
const posted = () => w.asked.filter((a) => a.method === "POST").map((a) => a.path);

beforeEach(async () => {
  w = world();
  w.on("POST /api/v1/agents/login", { token: "tok", agent: AGENT });
  await useSession().login("xiaolin", "secret");
  w.on("GET /api/v1/conversations/c1", claimed()).on("GET /api/v1/conversations/c2", claimed({ conversation_id: "c2" }));
  w.on("GET /api/v1/conversations/c1/wrap-up", { result: "solved", root_cause: null, summary: "券已补发", tags: [], known_tags: [], root_causes: [] });
  router = buildRouter(createMemoryHistory());
});
afterEach(() => {
  shown?.unmount();
  shown = null;
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe("the dialogs of the desk", () => {
  it("act on the conversation for which they were opened, whichever is open by then", async () => {
    const desk = useDesk();
    await desk.open("c1");
    const transfer = mount(TransferDialog, { props: { modelValue: false }, attachTo: document.body, global: { plugins: [ElementPlus] } });
    await transfer.setProps({ modelValue: true });
    await settle();
    await desk.open("c2");
    w.on(TRANSFER, { state: "queued", epoch: 3 });
    document.querySelector("#transfer")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(posted().filter((path) => path.endsWith("/transfer"))).toEqual(["/api/v1/conversations/c1/transfer"]);
    expect(transfer.emitted("done")).toEqual([["c1"]]);
    transfer.unmount();

    await desk.open("c1");
    const wrapUp = mount(WrapUpDialog, { props: { modelValue: null }, attachTo: document.body, global: { plugins: [ElementPlus] } });
    await wrapUp.setProps({ modelValue: "closed" });
    await settle();
    await desk.open("c2");
    w.on(CLOSE, { state: "closed", epoch: 3 });
    document.querySelector("#wrap-up")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(posted().filter((path) => path.endsWith("/close"))).toEqual(["/api/v1/conversations/c1/close"]);
    expect(wrapUp.emitted("done")).toEqual([["closed", "c1"]]);
    wrapUp.unmount();
  });

  it("close when the page goes on to another conversation, and leave that one open", async () => {
    await router.push("/conversations/c1");
    shown = mount(DeskPage, { attachTo: document.body, shallow: true, global: { plugins: [router] } });
    await settle();
    const [transfer, wrapUp] = [shown.getComponent(TransferDialog), shown.getComponent(WrapUpDialog)];
    transfer.vm.$emit("update:modelValue", true);
    wrapUp.vm.$emit("update:modelValue", "closed");
    await nextTick();
    expect([transfer.props("modelValue"), wrapUp.props("modelValue")]).toEqual([true, "closed"]);
    await router.push("/conversations/c2");
    await settle();
    expect([transfer.props("modelValue"), wrapUp.props("modelValue")]).toEqual([false, null]);
    transfer.vm.$emit("done", "c1");
    await settle();
    expect(router.currentRoute.value.params["id"]).toBe("c2");
  });
});

describe("a notification of the desktop", () => {
  it("says who wants something, in the page also what", async () => {
    let hear: Parameters<ReturnType<typeof useLive>["listen"]>[0] = () => undefined;
    vi.spyOn(useLive(), "listen").mockImplementation((listener) => ((hear = listener), () => undefined));
    w.on("GET /api/v1/agents/me/notices", { items: [{ id: 1, kind: "mention", conversation_id: "c1", author: "1002", text: "客户电话 13800000000", at: "2024-11-22T02:00:00Z" }], unread: 1 });
    const alerts = useAlerts();
    alerts.start(() => undefined);
    hear({ type: "notice", notice: "mention", conversation_id: "c1", author: "1002" } as never);
    await settle();
    expect(notify.call).toHaveBeenCalledWith(expect.objectContaining({ title: "1002 提到了您", body: "点开查看" }));
    expect(alerts.latest?.body).toBe("客户电话 13800000000");
    alerts.end();
  });
});
