/** Cards under a message. Each returns null when there is nothing to draw beyond the text. */
import type { ArticleCard, Card, RecordItem, RecordsCard, StationItem, StationsCard, TicketCard } from "@youban/shared/cards";
import type { Marks } from "./rating";
import { drawRating } from "./rating";
import { dayAndTime } from "@youban/shared/clock";
import { h } from "@youban/shared/dom";
import { telephone } from "../pages/services";
import { figures } from "./figures";
import { icon } from "./icons";
import { markdown } from "@youban/shared/markdown";
import { WORDS } from "../words";

export interface CardActions {
  choose: (item: RecordItem) => void;
  copied: (text: string) => void;
  /** Show the ticket's own page. */
  follow: (number: string, title: string) => void;
  /** An address of the service's own, as this page has to ask for it. */
  absolute: (address: string) => string;
  /** The way to a station; false: the app shows it itself. */
  lead: (station: StationItem) => boolean;
  /** Keep the customer's marks; rejects with words for him. */
  rate: (handoffId: number, marks: Marks, words: string) => Promise<void>;
}

export function drawCard(card: Card, actions: CardActions, now: Date): HTMLElement | null {
  switch (card.type) {
    case "ticket":
      return ticket(card, actions, now);
    case "article":
      return article(card, actions);
    case "records":
      return records(card, actions);
    case "rating":
      return drawRating((marks, words) => actions.rate(card.handoffId, marks, words));
    case "stations":
      return stations(card, actions);
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

function article(card: ArticleCard, actions: CardActions): HTMLElement {
  const steps = card.steps.map((step) => h("li", {}, h("span", {}, step)));
  const more = card.body.trim() && card.body.trim() !== card.summary.trim();
  return h(
    "div",
    { class: "card article" },
    h("div", { class: "top" }, h("strong", {}, card.title)),
    card.summary ? h("p", { class: "summary" }, card.summary) : null,
    steps.length ? h("ol", { class: "how" }, ...steps) : null,
    ...figures(card.media, actions.absolute),
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

/** Stations with the way there and their telephone. */
function stations(card: StationsCard, actions: CardActions): HTMLElement {
  const rows = card.items.map((item) =>
    h(
      "li",
      {},
      h("div", { class: "main" }, h("b", {}, item.title), ...aboutOf(item).map((line) => h("small", {}, line))),
      h(
        "div",
        { class: "ways" },
        item.place
          ? h(
              "a",
              {
                class: "option",
                href: mapOf(item, item.place),
                target: "_blank",
                rel: "noopener noreferrer",
                "aria-label": `${WORDS.map} ${item.title}`,
                onclick: (event: Event) => {
                  if (!actions.lead(item)) event.preventDefault();
                },
              },
              icon("pin", 16),
              WORDS.map,
            )
          : null,
        item.phone ? h("a", { class: "icon", href: telephone(item.phone), "aria-label": `${WORDS.callStation} ${item.title}` }, icon("phone", 18)) : null,
      ),
    ),
  );
  return h("ul", { class: "card stations" }, ...rows);
}

/** The address, and what else the service says of the station without saying name and address again. */
function aboutOf(item: StationItem): string[] {
  const rest = item.note.replace(`${item.title}（${item.address}），`, "");
  return [item.address, rest === item.note && item.note.includes(item.address) ? "" : rest].filter(Boolean);
}

/** 高德's address for a marker: opens its app where there is one, else its page. Coordinates are GCJ-02 as in China. */
function mapOf(item: StationItem, place: { latitude: number; longitude: number }): string {
  const query = new URLSearchParams({ position: `${place.longitude},${place.latitude}`, name: item.title, src: "youban", coordinate: "gaode", callnative: "1" });
  return `https://uri.amap.com/marker?${query.toString()}`;
}
