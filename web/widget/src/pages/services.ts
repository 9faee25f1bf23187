/** Everything that is not a question: a person, the telephone, a call back, a complaint, points, a guest's number. */
import { h } from "@youban/shared/dom";
import { icon } from "../view/icons";
import { PERSON, WORDS } from "../words";
import { bindingPage } from "./binding";
import { complaintPage } from "./complaint";
import type { Desk, Page } from "./frame";
import { phonePage } from "./phone";
import { pointsPage } from "./points";

type IconName = Parameters<typeof icon>[0];

export function servicesOf(desk: Desk): HTMLElement {
  const home = desk.home;
  const tile = (name: IconName, title: string, press: () => void) =>
    h("li", {}, h("button", { type: "button", onclick: press }, icon(name, 24), h("span", {}, title)));
  const open = (page: (desk: Desk) => Page) => () => desk.go(page(desk));
  const tiles = [
    tile("person", PERSON.title, () => desk.say(PERSON.title, PERSON.payload)),
    home?.hotline ? h("li", {}, h("a", { href: telephone(home.hotline) }, icon("phone", 24), h("span", {}, WORDS.call))) : null,
    home ? tile("back", WORDS.callback, () => desk.say(home.callback.title, home.callback.payload)) : null,
    tile("alert", WORDS.complain, open(complaintPage)),
    desk.guest ? tile("link", WORDS.findMine, open(phonePage)) : tile("coin", WORDS.points, open(pointsPage)),
    home?.binds.length ? tile("wechat", WORDS.bind, open(bindingPage)) : null,
    tile("gear", WORDS.settings, open(settingsPage)),
  ].filter((one): one is HTMLLIElement => one !== null);
  // Rows that are full: two of three, or four and the rest.
  return h("ul", { class: tiles.length > 6 ? "tiles four" : "tiles" }, ...tiles);
}

export function telephone(number: string): string {
  return `tel:${number.replace(/[^\d+]/g, "")}`;
}

/** Large type, and whether the device's state may be sent; both at any time. */
export function settingsPage(desk: Desk): Page {
  const body = h("div", { class: "page" });
  const choice = (title: string, note: string, on: boolean, press: () => void) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "row", role: "switch", "aria-checked": String(on), onclick: () => (press(), draw()) },
        h("span", { class: "main" }, h("b", {}, title), h("small", {}, note)),
        h("span", { class: "switch", "aria-hidden": "true" }),
      ),
    );
  function draw(): void {
    body.replaceChildren(
      h(
        "ul",
        { class: "rows" },
        choice(WORDS.larger, "字更大、选项更少，电话和人工放在最前面", desk.elder, () => desk.toggleElder()),
        choice("发送设备信息", "App 版本、网络、权限状态，只用来查找问题", desk.diagnosis === true, () => desk.consent(desk.diagnosis !== true)),
      ),
      h("p", { class: "fine" }, "关掉后马上停止发送。聊天内容里的手机号、车牌等信息在日志和报表中都会打码。"),
    );
  }
  draw();
  return { title: WORDS.settings, body };
}
