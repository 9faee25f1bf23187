/** The card that asks how a person served the customer: three rows of stars and a few words. */
import { h } from "@youban/shared/dom";
import { ApiError } from "@youban/shared/http";
import { MARKS, MOST_STARS, STAR_WORDS } from "../words";
import { icon } from "./icons";

export interface Marks {
  attitude: number;
  speed: number;
  solution: number;
}

export function drawRating(rate: (marks: Marks, words: string) => Promise<void>): HTMLElement {
  const marks: Partial<Marks> = {};
  const words = h("textarea", { class: "box", rows: "2", maxlength: "1000", hidden: true, "aria-label": "想说的话", placeholder: "还有想说的吗？选填" });
  const send = h("button", { type: "button", class: "primary", disabled: true, onclick: () => void submit() }, "提交评价");
  const problem = h("p", { class: "problem", role: "alert" });
  const card = h("div", { class: "card rating" }, ...MARKS.map(({ key, title }) => stars(title, (mark) => chosen(key, mark))), words, problem, send);

  function chosen(key: keyof Marks, mark: number): void {
    marks[key] = mark;
    words.hidden = false;
    send.disabled = MARKS.some((m) => marks[m.key] === undefined);
  }

  async function submit(): Promise<void> {
    send.disabled = true;
    problem.textContent = "";
    try {
      await rate(marks as Marks, words.value.trim());
      card.replaceChildren(h("p", { class: "thanks", role: "status" }, "谢谢您的评价，我们会继续努力"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.textContent = error.message;
      // What was rated before stays rated: only what may succeed later can be sent again.
      if (error.transient) send.disabled = false;
    }
  }

  return card;
}

/** One row; arrow keys move as in any group of radio buttons. */
function stars(title: string, choose: (mark: number) => void): HTMLElement {
  const said = h("small", {}, "");
  const buttons = Array.from({ length: MOST_STARS }, (_, place) =>
    h(
      "button",
      { type: "button", role: "radio", "aria-checked": "false", "aria-label": `${title}：${STAR_WORDS[place]}`, onclick: () => press(place) },
      icon("star", 24),
    ),
  );
  function press(place: number): void {
    buttons.forEach((button, at) => {
      button.setAttribute("aria-checked", String(at === place));
      button.classList.toggle("lit", at <= place);
    });
    said.textContent = STAR_WORDS[place]!;
    choose(place + 1);
  }
  const group = h("div", { class: "stars", role: "radiogroup", "aria-label": title }, ...buttons);
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.findIndex((b) => b.getAttribute("aria-checked") === "true");
    const next = Math.min(MOST_STARS - 1, Math.max(0, at + step));
    buttons[next]!.focus();
    press(next);
  });
  return h("div", { class: "mark-row" }, h("span", {}, title), group, said);
}
