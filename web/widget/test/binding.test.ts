import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hearServer } from "@youban/shared/clock";
import { api } from "../src/index";
import { type FakeService } from "./service";
import { find, leave, root, settle, stage } from "./stage";

const ADDRESS = "/api/v1/widget/bindings";
let service: FakeService;

const button = (words: string) => [...root().querySelectorAll("button")].find((b) => b.textContent.includes(words))!;

beforeEach(async () => {
  service = stage();
  service.home = { ...service.home, binds: ["wechat"] };
  service.answers[ADDRESS] = { items: [] };
  api.identify("app-token");
  api.open({ page: "help" });
  await settle();
  button("绑定公众号").click();
  await settle();
});
afterEach(() => {
  // The clock that was heard is the page's, not the element's.
  hearServer(Date.now(), Date.now(), Date.now());
  leave();
});

const code = (seconds: number) => ({ code: "12345678", words: "绑定 12345678", expires_at: new Date(Date.now() + seconds * 1000).toISOString() });

describe("binding the official account", () => {
  it("says what it means, gives the words to send, counts down, and sees by itself when it is done", async () => {
    expect(find(".binding").textContent).toContain("表示您同意");
    service.answers[`${ADDRESS}/code`] = code(600);
    button("获取绑定码").click();
    await settle();
    expect(find(".code b").textContent).toBe("绑定 12345678");
    expect(find("[role=timer]").textContent).toContain("10:00");
    service.push({ type: "ticket", number: "YB0000000001" });
    await settle(2000);
    expect(find("[role=timer]").textContent).toContain("9:58");
    service.answers[ADDRESS] = { items: [{ channel: "wechat", bound_at: new Date().toISOString() }] };
    await settle(3000);
    expect(find(".bound b").textContent).toBe("已绑定微信公众号");
    expect(find(".toast").textContent).toBe("绑定成功");
  });

  it("offers a new code when the old one is over", async () => {
    service.answers[`${ADDRESS}/code`] = code(3);
    button("获取绑定码").click();
    await settle();
    await settle(4000);
    expect(root().querySelector(".code")).toBeNull();
    expect(find(".binding .problem").textContent).toContain("过期");
    expect(button("获取绑定码").disabled).toBe(false);
  });

  it("counts by the service's clock where the phone's is wrong", async () => {
    const ahead = 5 * 60_000;
    service.dated = () => new Date(Date.now() + ahead);
    service.answers[`${ADDRESS}/code`] = { ...code(600), expires_at: new Date(Date.now() + ahead + 600_000).toISOString() };
    button("获取绑定码").click();
    await settle();
    expect(find("[role=timer]").textContent).toMatch(/^(10:0|9:5)\d/);
  });

  it("ends only after a second tap", async () => {
    service.answers[ADDRESS] = { items: [{ channel: "wechat", bound_at: new Date().toISOString() }] };
    button("绑定公众号");
    find<HTMLButtonElement>("[aria-label=返回]").click();
    await settle();
    button("绑定公众号").click();
    await settle();
    service.answers[`${ADDRESS}/wechat`] = {};
    button("解除绑定").click();
    expect(service.requests.some((r) => r.path.endsWith("/wechat"))).toBe(false);
    button("先不解除").click();
    button("解除绑定").click();
    service.answers[ADDRESS] = { items: [] };
    button("确定解除").click();
    await settle();
    expect(service.requests.some((r) => r.path.endsWith("/wechat"))).toBe(true);
    expect(find(".toast").textContent).toBe("已解除绑定");
    expect(button("获取绑定码")).toBeDefined();
  });

  it("is not offered where there is no account to bind", async () => {
    service.home = { ...service.home, binds: [] };
    document.body.replaceChildren();
    api.open({ page: "help" });
    await settle();
    expect(button("绑定公众号")).toBeUndefined();
  });
});
