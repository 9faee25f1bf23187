/** A complaint in three fields: what about, what happened, where to reach the customer. It is filed by the flow in the chat. */
import { h } from "@youban/shared/dom";
import { WORDS } from "../words";
import type { Desk, Page } from "./frame";

const MOST = 1000;

export function complaintPage(desk: Desk): Page {
  const topics = desk.home?.complaints ?? [];
  let chosen = topics[0] ?? null;
  const words = h("textarea", { class: "box", rows: "5", maxlength: String(MOST), "aria-label": "发生了什么", placeholder: "什么时间、在哪个油站、发生了什么，您希望怎么处理" });
  const phone = h("input", { class: "box", type: "tel", inputmode: "tel", autocomplete: "tel", maxlength: "20", "aria-label": "联系电话", placeholder: "选填，方便我们联系您" });
  const problem = h("p", { class: "problem", role: "alert" });
  const choices = topics.map((topic) => {
    const button = h("button", { type: "button", role: "radio", class: "option", "aria-checked": String(topic === chosen) }, topic.title);
    button.addEventListener("click", () => {
      chosen = topic;
      for (const other of choices) other.setAttribute("aria-checked", String(other === button));
    });
    return button;
  });
  const send = () => {
    const told = words.value.trim();
    if (!told || !chosen) {
      problem.textContent = "请写一下发生了什么";
      words.focus();
      return;
    }
    const number = phone.value.trim();
    desk.say(number ? `${told}\n联系电话：${number}` : told, chosen.payload);
  };
  const body = h(
    "div",
    { class: "page" },
    h(
      "form",
      { class: "fields", onsubmit: (event: Event) => (event.preventDefault(), send()) },
      h("span", { class: "label" }, "关于什么"),
      h("div", { class: "options", role: "radiogroup", "aria-label": "关于什么" }, ...choices),
      h("span", { class: "label" }, "发生了什么"),
      words,
      h("span", { class: "label" }, "联系电话"),
      phone,
      problem,
      h("button", { type: "submit", class: "primary" }, "提交"),
      h("p", { class: "fine" }, "提交后会生成工单，处理进度在“进度”里随时可以看。需要发照片的，可以在聊天里补充。"),
    ),
  );
  return { title: WORDS.complain, body };
}
