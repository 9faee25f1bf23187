/** The app's page inside the phone: station, pump, orders, coupons, and the ways to the customer service. */
import { h } from "@youban/shared/dom";
import { icon } from "../../widget/src/view/icons";
import { COUPONS, idOf, type KnownOrder, ordersOf, type Person, type ShownOrder } from "./records";

export interface ShopActions {
  help: (context: Record<string, unknown>) => void;
  say: (text: string) => void;
}

const PRICES = [
  ["92号", "7.39"],
  ["95号", "7.86"],
  ["0号柴油", "7.02"],
] as const;
const PUMPS = ["1", "2", "3", "4", "5", "6", "7", "8"];
const AMOUNTS = ["100", "200", "300", "加满"];

export function drawShop(person: Person, since: number, known: readonly KnownOrder[], actions: ShopActions): HTMLElement {
  const guest = person.id === "";
  return h(
    "div",
    { class: "shop" },
    head(person, actions),
    station(actions),
    guest ? null : orders(ordersOf(since, Date.now()), known, actions),
    guest ? null : coupons(actions),
    h("p", { class: "fine center" }, "演示页面，不会产生真实订单与扣款"),
  );
}

function head(person: Person, actions: ShopActions): HTMLElement {
  return h(
    "header",
    { class: "bar" },
    h("div", {}, h("b", {}, "畅行加油"), h("span", {}, person.id ? `${person.note} · ${person.title}` : "未登录")),
    h("button", { type: "button", class: "help", onclick: () => actions.help({ page: "home", order_id: null }) }, icon("person", 18), "遇到问题"),
  );
}

function station(actions: ShopActions): HTMLElement {
  return h(
    "section",
    { class: "tile station" },
    h("div", { class: "row" }, h("h3", {}, "城北站"), h("span", { class: "soft" }, "230 米 · 前面 2 辆车")),
    h("p", { class: "soft" }, "北辰大道 118 号 · 24 小时营业"),
    choice("油号", PRICES.map(([fuel, price]) => [fuel, `¥${price}`] as const), 0),
    choice("油枪", PUMPS.map((pump) => [pump, ""] as const), 2),
    choice("金额", AMOUNTS.map((amount) => [/\d/.test(amount) ? `¥${amount}` : amount, ""] as const), 1),
    h("button", { type: "button", class: "pay", onclick: () => actions.say("演示页面，不会真的扣款") }, "确认加油"),
  );
}

/** A row of which one is chosen. */
function choice(name: string, options: readonly (readonly [string, string])[], chosen: number): HTMLElement {
  const buttons = options.map(([title, note], place) => {
    const button = h("button", { type: "button", role: "radio", "aria-checked": String(place === chosen) }, h("b", {}, title), note ? h("small", {}, note) : null);
    button.addEventListener("click", () => buttons.forEach((b) => b.setAttribute("aria-checked", String(b === button))));
    return button;
  });
  return h("div", { class: "choice", role: "radiogroup", "aria-label": name }, h("span", { class: "soft" }, name), h("div", {}, ...buttons));
}

function orders(list: ShownOrder[], known: readonly KnownOrder[], actions: ShopActions): HTMLElement {
  const rows = list.map((order) =>
    h(
      "li",
      {},
      h(
        "div",
        { class: "row" },
        h("b", {}, order.station),
        h("b", { class: "yuan" }, `¥${order.yuan}`),
      ),
      h("div", { class: "row soft" }, h("span", {}, `${order.when} · ${order.what}`), h("span", { class: order.open ? "open" : "" }, order.status)),
      h(
        "button",
        {
          type: "button",
          class: "trouble",
          "aria-label": `${order.station} ${order.yuan} 元的订单遇到问题`,
          onclick: () => {
            const id = idOf(order, known);
            actions.help({ page: "order", order_id: id });
          },
        },
        "遇到问题",
      ),
    ),
  );
  return h("section", { class: "tile" }, h("h3", {}, "我的订单"), h("ul", { class: "orders" }, ...rows));
}

function coupons(actions: ShopActions): HTMLElement {
  const rows = COUPONS.map((coupon) =>
    h(
      "li",
      { class: coupon.usable ? "" : "pending" },
      h("span", { class: "worth" }, h("small", {}, "¥"), coupon.value),
      h("span", { class: "about" }, h("b", {}, coupon.title), h("span", { class: "soft" }, coupon.note)),
      h("button", { type: "button", class: "trouble", "aria-label": `${coupon.title}遇到问题`, onclick: () => actions.help({ page: "coupon", order_id: null }) }, "遇到问题"),
    ),
  );
  return h("section", { class: "tile" }, h("h3", {}, "我的加油券"), h("ul", { class: "coupons" }, ...rows));
}
