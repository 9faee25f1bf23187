import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { api } from "../src/index";
import { type FakeService, json, refusal } from "./service";
import { DETAIL, TICKET, all, find, leave, press, settle, stage } from "./stage";

let service: FakeService;

const named = (words: string) => all("button, a").find((b) => b.textContent === words)!;
const asked = (path: string) => service.requests.filter((r) => r.path.endsWith(path));

async function start(): Promise<void> {
  api.open();
  await settle();
  await settle();
}

async function tab(name: string): Promise<void> {
  await press(all("[role=tab]").find((t) => t.textContent!.startsWith(name))!);
  await settle();
}

beforeEach(() => {
  service = stage();
});
afterEach(leave);

describe("a ticket that is added to", () => {
  const PATH = "/api/v1/widget/tickets/YB0000000687";
  const form = () => find<HTMLFormElement>(".doing form");
  const send = () => form().dispatchEvent(new Event("submit", { cancelable: true }));

  async function follow(): Promise<void> {
    service.answers["/api/v1/widget/tickets"] = { items: [TICKET] };
    service.answers[PATH] = DETAIL;
    await start();
    await tab("进度");
    await press(find(".room .row"));
    await settle();
  }

  it("takes the words once, and waits for their pictures", async () => {
    await follow();
    service.answers[`${PATH}/info`] = { message: { text: "已补充。" }, ticket: DETAIL };
    await press(all(".doing button")[1]!);
    find<HTMLTextAreaElement>(".doing textarea").value = "还有一张小票";
    let go = () => {};
    service.uploading = new Promise((done) => (go = done));
    const picker = find<HTMLInputElement>(".doing input[type=file]");
    Object.defineProperty(picker, "files", { configurable: true, value: [new File(["x"], "x.png", { type: "image/png" })] });
    picker.dispatchEvent(new Event("change"));
    await settle();
    send();
    expect(asked("/info")).toHaveLength(0);
    go();
    await settle();
    send();
    send();
    await settle();
    expect(asked("/info").map((r) => r.body)).toMatchObject([{ note: "还有一张小票", attachments: [{ id: "a1" }] }]);
  });

  it("lets nothing be written that the answer to another press would take away", async () => {
    await follow();
    let come: (answer: Response) => void = () => {};
    service.next.push({ path: `${PATH}/urge`, answer: new Promise((done) => (come = done)) });
    await press(all(".doing button")[0]!);
    await press(all(".doing button")[1]!);
    expect(form()).toBeNull();
    come(refusal(429, "too_many", "刚刚催过了"));
    await settle();
    await press(all(".doing button")[1]!);
    expect(form()).not.toBeNull();
  });

  it("draws the latest answer, whichever comes last", async () => {
    await follow();
    let come: (answer: Response) => void = () => {};
    service.next.push({ path: PATH, answer: new Promise((done) => (come = done)) });
    service.push({ type: "ticket", number: TICKET.number });
    service.answers[PATH] = { ...DETAIL, status_title: "已解决" };
    service.push({ type: "ticket", number: TICKET.number });
    await settle();
    come(json(DETAIL));
    await settle();
    expect(find(".ticket .tag").textContent).toBe("已解决");
  });
});

describe("an article that did not help", () => {
  it("says its next step once, and not to one who has left it", async () => {
    const article = { id: "a", title: "发票", summary: "", category: "invoice", category_title: "发票", steps: [], body: "", media: [], related: [] };
    service.home.frequent = [article];
    service.answers["/api/v1/widget/help/articles/a"] = article;
    service.answers["/api/v1/widget/feedback"] = { next: { title: "人工", payload: "human" } };
    await start();
    await tab("帮助");
    const read = () => press(all(".row").find((r) => r.textContent!.includes("发票"))!);
    await read();
    named("没解决").click();
    named("没解决").click();
    find<HTMLButtonElement>(".crumb button").click();
    await settle();
    expect(asked("/feedback")).toHaveLength(1);
    expect(find(".pages").hidden).toBe(false);
    await read();
    await press(named("没解决"));
    expect(service.posted).toEqual(["看了“发票”，还是没解决，转人工"]);
  });
});

describe("a rating", () => {
  it("keeps what is filled in while the talk goes on", async () => {
    service.say("您还满意吗？", { sender: "system", card: { type: "rating", handoff_id: 7 } });
    await start();
    all(".stars button")[3]!.click();
    find<HTMLTextAreaElement>(".rating textarea").value = "很耐心";
    await press(find(".chip"));
    expect(service.posted).toHaveLength(1);
    expect(find<HTMLTextAreaElement>(".rating textarea").value).toBe("很耐心");
  });
});
