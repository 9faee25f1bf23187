/** Cards under a message. Each returns null when there is nothing to draw beyond the text. */
import type { ArticleCard, Card, RecordItem, RecordsCard, TicketCard } from "@youban/shared/cards";
import type { Marks } from "./rating";
import { drawRating } from "./rating";
import { dayAndTime } from "@youban/shared/clock";
import { h } from "@youban/shared/dom";
import { icon } from "./icons";
import { markdown } from "@youban/shared/markdown";
import { WORDS } from "../words";

export interface CardActions {
  choose: (item: RecordItem) => void;
  copied: (text: string) => void;
  /** Show the ticket's own page. */
  follow: (number: string, title: string) => void;
  /** Keep the customer's marks; rejects with words for him. */
  rate: (handoffId: number, marks: Marks, words: string) => Promise<void>;
}

export function drawCard(card: Card, actions: CardActions, now: Date): HTMLElement | null {
  switch (card.type) {
    case "ticket":
      return ticket(card, actions, now);
    case "article":
      return article(card);
    case "records":
      return records(card, actions);
    case "rating":
      return drawRating((marks, words) => actions.rate(card.handoffId, marks, words));
    case "queue":
      // The banner above the log shows the place that holds now; a line in the history would only grow stale.
      return null;
  }
}

function ticket(card: TicketCard, actions: CardActions, now: Date): HTMLElement {
  const done = card.steps.filter((step) => step.done).length;
  const finished = card.steps.length > 0 && done === card.steps.length;
  const promise = card.dueText ?? (card.dueAt ? `${dayAndTime(card.dueAt, now)} 前给您处理结果` : null);
  const copy = h(
    "button",
    {
      type: "button",
      class: "icon small",
      "aria-label": `${WORDS.copy} ${card.number}`,
      onclick: () => actions.copied(card.number),
    },
    icon("copy", 16),
  );
  return h(
    "div",
    { class: "card ticket" },
    h(
      "div",
      { class: "top" },
      h("strong", {}, card.title),
      card.priority === "P0" ? h("span", { class: "tag hot" }, "加急") : null,
      card.statusTitle ? h("span", { class: finished ? "tag good" : "tag" }, card.statusTitle) : null,
    ),
    h("div", { class: "number" }, h("span", {}, "工单 "), h("b", {}, card.number), copy),
    drawSteps(card),
    h(
      "div",
      { class: "foot" },
      promise && !finished ? icon("clock", 16) : null,
      h("span", { class: "main" }, promise && !finished ? promise : card.statusTitle),
      h("button", { type: "button", class: "follow", onclick: () => actions.follow(card.number, card.title) }, WORDS.progress, icon("right", 14)),
    ),
  );
}

/** The ticket's progress as a row of steps. */
export function drawSteps(card: TicketCard): HTMLElement | null {
  const done = card.steps.filter((step) => step.done).length;
  const steps = card.steps.map((step, place) => {
    const state = step.done ? "done" : place === done ? "now" : "";
    return h(
      "li",
      { class: state || null, "aria-current": state === "now" ? "step" : null },
      h("i", {}, step.done ? icon("check", 12) : null),
      h("span", {}, step.title),
      h("span", { class: "hide" }, step.done ? "（已完成）" : state === "now" ? "（进行中）" : "（未开始）"),
    );
  });
  return steps.length ? h("ol", { class: "steps", "aria-label": "处理进度" }, ...steps) : null;
}

function article(card: ArticleCard): HTMLElement {
  const steps = card.steps.map((step) => h("li", {}, h("span", {}, step)));
  const more = card.body.trim() && card.body.trim() !== card.summary.trim();
  return h(
    "div",
    { class: "card article" },
    h("div", { class: "top" }, h("strong", {}, card.title)),
    card.summary ? h("p", { class: "summary" }, card.summary) : null,
    steps.length ? h("ol", { class: "how" }, ...steps) : null,
    more
      ? h(
          "details",
          {},
          h("summary", {}, WORDS.details, icon("down", 16)),
          h("div", { class: "body" }, markdown(card.body)),
        )
      : null,
  );
}

function records(card: RecordsCard, actions: CardActions): HTMLElement {
  const rows = card.items.map((item) => {
    const inside = [
      h("span", { class: "main" }, h("b", {}, item.title), item.note ? h("small", {}, item.note) : null),
      item.status ? h("span", { class: "tag" }, item.status) : null,
    ];
    return item.payload
      ? h("li", {}, h("button", { type: "button", onclick: () => actions.choose(item) }, ...inside, icon("right", 16)))
      : h("li", {}, h("div", {}, ...inside));
  });
  return h("ul", { class: "card records" }, ...rows);
}
