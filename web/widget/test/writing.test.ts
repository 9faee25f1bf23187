import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CustomerApi } from "@youban/shared/customer";
import { Http } from "@youban/shared/http";
import { problemAfter, problemOf, typeOf } from "../src/files";
import { api } from "../src/index";
import { Pictures } from "../src/pictures";
import { type FakeService, refusal } from "./service";
import { all, find, leave, settle, stage } from "./stage";

let service: FakeService;

const named = (label: string) => find<HTMLButtonElement>(`[aria-label="${label}"]`);

async function choose(...files: File[]): Promise<void> {
  const chooser = find<HTMLInputElement>("input[type=file]");
  Object.defineProperty(chooser, "files", { configurable: true, value: files });
  chooser.dispatchEvent(new Event("change"));
  await settle();
}

const file = (name: string, type: string, size = 3) => {
  const made = new File(["xyz"], name, { type });
  Object.defineProperty(made, "size", { value: size });
  return made;
};

beforeEach(async () => {
  service = stage();
  api.open();
  await settle();
});
afterEach(() => {
  leave();
});

describe("what may be sent", () => {
  it("is told from the type, or from the name where a WebView gives none", () => {
    expect(typeOf({ name: "IMG_1.JPG", type: "", size: 1 })).toBe("image/jpeg");
    expect(problemOf({ name: "a.mp4", type: "video/mp4", size: 9_000_000 }, 10)).toBeNull();
  });

  it("is refused with words on what to do instead, before anything travels", () => {
    expect(problemOf({ name: "a.mp4", type: "video/mp4", size: 11_000_000 }, 10)).toContain("剪短");
    expect(problemOf({ name: "a.mov", type: "video/quicktime", size: 1 }, 10)).toContain("MP4");
    expect(problemOf({ name: "a.pdf", type: "application/pdf", size: 1 }, 10)).toContain("截图");
    expect(problemOf({ name: "a.png", type: "image/png", size: 0 }, 10)).toContain("重新选择");
    expect(problemAfter({ name: "a.heic", type: "image/heic", size: 1 }, 10)).toContain("截图");
    expect(problemAfter({ name: "a.gif", type: "image/gif", size: 20_000_000 }, 10)).toContain("10 MB");
  });
});

describe("uploads", () => {
  it("tell how far they are, two at a time, and can be cancelled", async () => {
    let go = () => {};
    service.uploading = new Promise((done) => (go = done));
    await choose(file("1.png", "image/png"), file("2.png", "image/png"), file("3.png", "image/png"));
    expect(all(".thumb .told").map((t) => t.textContent)).toEqual(["50%", "50%", "等待"]);
    all(".thumb .off")[0]!.click();
    await settle();
    expect(all(".thumb")).toHaveLength(2);
    expect(find(".problem").textContent).toBe("");
    go();
    await settle();
    expect(all(".thumb .told").map((t) => t.textContent)).toEqual(["", ""]);
    find<HTMLFormElement>(".composer form").requestSubmit();
    await settle();
    expect(service.requests.at(-1)!.body["attachments"]).toHaveLength(2);
  });

  it("take nine at once and say what becomes of the rest", async () => {
    await choose(...Array.from({ length: 10 }, (_, n) => file(`${n}.png`, "image/png")));
    expect(all(".thumb")).toHaveLength(9);
    expect(find(".problem").textContent).toContain("一次最多发 9 个");
  });

  it("come by dropping files onto the window too", async () => {
    const dropped = new Event("drop", { bubbles: true, cancelable: true });
    Object.defineProperty(dropped, "dataTransfer", { value: { types: ["Files"], files: [file("1.png", "image/png")] } });
    find(".log").dispatchEvent(dropped);
    await settle();
    expect(dropped.defaultPrevented).toBe(true);
    expect(all(".thumb")).toHaveLength(1);
  });
});

describe("pictures", () => {
  it("are uploaded at once and sent with the words", async () => {
    await choose(new File(["x"], "x.png", { type: "image/png" }));
    expect(all(".thumb")).toHaveLength(1);
    find<HTMLTextAreaElement>("textarea").value = "看截图";
    find<HTMLFormElement>(".composer form").requestSubmit();
    await settle();
    expect(service.requests.at(-1)!.body).toMatchObject({ text: "看截图", attachments: [{ id: "a1" }] });
    expect(all(".own img")).toHaveLength(1);
    expect(all(".thumb")).toHaveLength(0);
  });

  it("are put away with the reason when the service refuses them, and kept for another try without network", async () => {
    service.next.push({ path: "/api/v1/attachments", answer: refusal(413, "too_large", "文件超过 10 MB，请压缩后再上传") });
    await choose(new File(["x"], "x.png", { type: "image/png" }));
    expect(all(".thumb")).toHaveLength(0);
    expect(find(".problem").textContent).toContain("10 MB");
    service.next.push({ path: "/api/v1/attachments", answer: "network" });
    await choose(new File(["x"], "x.png", { type: "image/png" }));
    expect(find<HTMLButtonElement>(".send").disabled).toBe(true);
    find(".thumb .look").click();
    await settle();
    expect(find<HTMLButtonElement>(".send").disabled).toBe(false);
    await choose(new File(["x"], "x.pdf", { type: "application/pdf" }));
    expect(all(".thumb")).toHaveLength(1);
  });

  it("that break off on their way here are fetched again", async () => {
    const broken = new ReadableStream({ start: (c) => c.error(new TypeError("terminated")) });
    const answers = [new Response(broken), new Response("x")];
    const pictures = new Pictures(() => new CustomerApi(new Http({ fetch: () => Promise.resolve(answers.shift()!) })));
    expect(await pictures.fetch("a1")).toBeNull();
    expect(await pictures.fetch("a1")).toMatch(/^blob:/);
    answers.push(new Response(new ReadableStream({ start: (c) => c.error(new TypeError("terminated")) })));
    expect(await pictures.whole("a1")).toEqual({ address: pictures.get("a1"), moving: false });
  });
});

describe("faces", () => {
  it("are written where the cursor stands, and the recent ones come first", async () => {
    const input = find<HTMLTextAreaElement>("textarea");
    input.value = "谢谢您";
    input.setSelectionRange(2, 2);
    named("表情").click();
    expect(find(".emoji").hidden).toBe(false);
    named("拜托").click();
    expect(input.value).toBe("谢谢🙏您");
    named("表情").click();
    named("表情").click();
    expect(find(".emoji button").getAttribute("aria-label")).toBe("拜托");
  });

  it("are walked with the arrow keys and left with Esc, the window stays", () => {
    named("表情").click();
    const press = (name: string) => find(".emoji").dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    press("ArrowRight");
    press("ArrowDown");
    expect(all(".emoji button").findIndex((b) => b.tabIndex === 0)).toBe(9);
    press("Escape");
    expect(find(".emoji").hidden).toBe(true);
    expect(find(".panel").hidden).toBe(false);
  });
});

describe("a message", () => {
  it("is copied with one tap, also without a clipboard", async () => {
    const written: string[] = [];
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText: (text: string) => Promise.resolve(void written.push(text)) } });
    service.push({ type: "messages", state: "bot", messages: [service.say("工单 YB2411220001")] });
    await settle();
    find(".words .bubble").click();
    expect(find(".words").classList.contains("picked")).toBe(true);
    find<HTMLButtonElement>(".words .copy").click();
    await settle();
    expect(written).toEqual(["工单 YB2411220001"]);
    expect(find(".toast").textContent).toBe("已复制");
  });

  it("names stations with the way there, and the app may take it over", async () => {
    const item = { id: "S1", title: "城北站", note: "城北站（北辰大道 118 号），24 小时营业", address: "北辰大道 118 号", phone: "010-8888", latitude: 39.9, longitude: 116.4 };
    service.push({ type: "messages", state: "bot", messages: [service.say("离您最近的油站：\n· 城北站（北辰大道 118 号）\n油价以下单页为准", { card: { type: "stations", items: [item] } })] });
    await settle();
    expect(find(".other .bubble").textContent).toBe("离您最近的油站：\n油价以下单页为准");
    expect(all(".stations small").map((s) => s.textContent)).toEqual(["北辰大道 118 号", "24 小时营业"]);
    const way = find<HTMLAnchorElement>(".ways .option");
    expect(way.href).toContain("uri.amap.com/marker?position=116.4%2C39.9");
    expect(find<HTMLAnchorElement>(".ways .icon").href).toBe("tel:0108888");
    const taken: unknown[] = [];
    document.addEventListener("youban:map", (event) => (event.preventDefault(), taken.push((event as CustomEvent).detail)), { once: true });
    const press = new MouseEvent("click", { bubbles: true, cancelable: true });
    way.dispatchEvent(press);
    expect(press.defaultPrevented).toBe(true);
    expect(taken).toEqual([{ id: "S1", title: "城北站", address: "北辰大道 118 号", latitude: 39.9, longitude: 116.4 }]);
  });
});

describe("the app around the page", () => {
  it("hears the events in a mini-program and in native WebViews", async () => {
    const heard: unknown[] = [];
    vi.stubGlobal("wx", { miniProgram: { postMessage: (message: unknown) => heard.push(message) } });
    vi.stubGlobal("YoubanBridge", { postMessage: (message: string) => heard.push(JSON.parse(message)) });
    api.close();
    expect(heard).toEqual([{ data: { type: "youban:close" } }, { type: "youban:close" }]);
  });

  it("is gone back to when the chat was all the mini-program's page showed", () => {
    const back: unknown[] = [];
    vi.stubGlobal("wx", { miniProgram: { postMessage: () => undefined, navigateBack: (options: unknown) => back.push(options) } });
    api.close();
    expect(back).toEqual([]);
    api.element.setAttribute("launcher", "off");
    api.open();
    api.close();
    expect(back).toEqual([{ delta: 1 }]);
  });
});
