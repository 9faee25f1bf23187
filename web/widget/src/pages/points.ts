/** The points ledger: every entry with where it came from, what became of it, and whether the chain holds. */
import { brief } from "@youban/shared/clock";
import { h } from "@youban/shared/dom";
import type { Points } from "@youban/shared/wire";
import { icon } from "../view/icons";
import { WORDS } from "../words";
import { type Desk, load, type Page, section } from "./frame";

const FIRST = 30;

export function pointsPage(desk: Desk): Page {
  const body = h("div", { class: "page" });
  load(
    body,
    () => desk.api.points(),
    (points) => [
      h("div", { class: "total" }, h("b", {}, points.balance.toLocaleString("zh-CN")), h("span", {}, "可用积分")),
      h(
        "p",
        { class: points.verified ? "sealed" : "sealed bad" },
        icon(points.verified ? "check" : "alert", 16),
        points.verified ? "每一笔都核对过，没有被改动" : "有一笔对不上，请转人工核实",
      ),
      section(null, ledger(points)),
      h("div", { class: "centre" }, h("button", { type: "button", class: "option", onclick: () => desk.say("积分对不上，帮我看看") }, "积分有疑问，问客服")),
    ],
  );
  return { title: WORDS.points, body };
}

function ledger(points: Points): HTMLElement {
  const now = new Date();
  const rows = points.entries.map((entry) =>
    h(
      "li",
      { class: "entry" },
      h("span", { class: "main" }, h("b", {}, entry.title), h("small", {}, [brief(entry.at, now), entry.origin, entry.use].filter(Boolean).join(" · "))),
      h("span", { class: entry.change > 0 ? "change plus" : "change" }, h("b", {}, entry.change > 0 ? `+${entry.change}` : String(entry.change)), h("small", {}, `余 ${entry.balance}`)),
    ),
  );
  const list = h("ul", { class: "rows" }, ...rows.slice(0, FIRST));
  if (rows.length > FIRST) {
    const more = h("li", { class: "more" }, h("button", { type: "button", onclick: () => more.replaceWith(...rows.slice(FIRST)) }, `查看全部 ${rows.length} 笔`));
    list.append(more);
  }
  return list;
}
