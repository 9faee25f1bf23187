import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { api } from "../src/index";
import { type FakeService } from "./service";
import { all, find, leave, settle, stage } from "./stage";

let service: FakeService;

const input = () => find<HTMLTextAreaElement>("textarea");

async function start(): Promise<void> {
  api.open();
  await settle();
}

beforeEach(() => {
  service = stage();
});
afterEach(leave);

describe("one browser with several customers", () => {
  it("leaves another customer nothing that was written, chosen or looked at, but the same one all of it", async () => {
    const token = (sub: string, more: string) => `h.${btoa(JSON.stringify({ sub, more }))}.s`;
    const choose = async () => {
      const chooser = find<HTMLInputElement>(".composer input[type=file]");
      Object.defineProperty(chooser, "files", { configurable: true, value: [new File(["x"], "x.png", { type: "image/png" })] });
      chooser.dispatchEvent(new Event("change"));
      await settle();
    };
    api.identify(token("one", "a"));
    await start();
    input().value = "我的秘密";
    input().dispatchEvent(new Event("input"));
    await choose();
    let go = () => {};
    service.uploading = new Promise((done) => (go = done));
    await choose();
    find(".thumb .look").click();
    expect(find(".light").hidden).toBe(false);
    api.identify(token("one", "b"));
    await settle();
    expect([input().value, all(".thumb").length, find(".light").hidden]).toEqual(["我的秘密", 2, false]);
    api.identify(token("another", "a"));
    await settle();
    expect([input().value, all(".thumb").length, find(".light").hidden]).toEqual(["", 0, true]);
    expect(find<HTMLButtonElement>(".send").disabled).toBe(true);
    go();
    await settle();
    expect(all(".thumb")).toHaveLength(0);
  });

  it("shows another customer no judgement of the one before", async () => {
    service.say("30 分钟内", { card: { type: "article", id: "a", title: "多久到账", summary: "30 分钟内", steps: [], body: "" } });
    service.answers["/api/v1/widget/feedback"] = { next: null };
    await start();
    all(".judge button")[0]!.click();
    await settle();
    expect(find(".judge").textContent).toBe("已反馈：解决了");
    service.conversation = "c2";
    api.identify("another-customer");
    await settle();
    expect(all(".judge button")).toHaveLength(2);
  });
});
