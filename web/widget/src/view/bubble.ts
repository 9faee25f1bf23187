/** One line of the conversation as nodes. */
import type { RecordItem } from "@youban/shared/cards";
import type { Button } from "@youban/shared/wire";
import { WORDS } from "../words";
import { drawCard } from "./cards";
import { h } from "@youban/shared/dom";
import { icon } from "./icons";
import type { Bubble, Item } from "./lines";
import { plain } from "@youban/shared/markdown";

export interface BubbleActions {
  press: (button: Button) => void;
  choose: (bubble: Bubble, item: RecordItem) => void;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
  copied: (text: string) => void;
  /** An address under which this browser can show an uploaded picture, if it was sent from here. */
  preview: (attachmentId: string) => string | null;
}

export function drawItem(item: Item, actions: BubbleActions, now: Date): HTMLElement {
  if (item.kind === "mark") return h("div", { class: "mark" }, item.text);
  if (item.sender === "system") return h("div", { class: "line system" }, h("span", {}, plain(item.text)));
  return item.sender === "customer" ? own(item, actions) : other(item, actions, now);
}

function own(bubble: Bubble, actions: BubbleActions): HTMLElement {
  const pictures = bubble.attachments.map((attachment) => {
    const address = actions.preview(attachment.id);
    return address
      ? h("img", { class: "picture", src: address, alt: WORDS.picture })
      : h("span", { class: "picture gone" }, icon("image", 18), WORDS.picture);
  });
  const id = bubble.clientId;
  const failed = bubble.status === "failed" && id !== null;
  return h(
    "div",
    { class: `line own ${bubble.status ?? ""}` },
    h("span", { class: "hide" }, "我："),
    ...pictures,
    bubble.text ? h("div", { class: "bubble" }, plain(bubble.text)) : null,
    bubble.status === "waiting" && bubble.error ? h("div", { class: "note" }, icon("clock", 14), WORDS.waiting) : null,
    bubble.status === "sending" ? h("div", { class: "note late" }, WORDS.sending) : null,
    failed
      ? h(
          "div",
          { class: "note bad" },
          icon("alert", 14),
          h("span", {}, bubble.error ?? WORDS.failed),
          h("button", { type: "button", onclick: () => actions.retry(id) }, WORDS.retry),
          h("button", { type: "button", onclick: () => actions.discard(id) }, WORDS.discard),
        )
      : null,
  );
}

function other(bubble: Bubble, actions: BubbleActions, now: Date): HTMLElement {
  const person = bubble.sender === "agent";
  const card = bubble.card
    ? drawCard(bubble.card, { choose: (item) => actions.choose(bubble, item), copied: actions.copied }, now)
    : null;
  const buttons = bubble.buttons.map((button) =>
    h(
      "button",
      { type: "button", class: button.payload === "human" ? "option person" : "option", onclick: () => actions.press(button) },
      button.title,
    ),
  );
  return h(
    "div",
    { class: `line other ${bubble.sender}${bubble.first ? " first" : ""}${bubble.answered ? " answered" : ""}` },
    bubble.first ? h("span", { class: "face" }, icon(person ? "person" : "drop", 20)) : null,
    bubble.first && person ? h("span", { class: "name" }, WORDS.agent) : h("span", { class: "hide" }, `${person ? WORDS.agent : WORDS.bot}：`),
    bubble.text ? h("div", { class: "bubble" }, plain(bubble.text)) : null,
    card,
    buttons.length ? h("div", { class: "options" }, ...buttons) : null,
  );
}

/** The three dots while somebody is about to speak. */
export function drawTyping(who: "bot" | "agent"): HTMLElement {
  return h(
    "div",
    { class: `line other typing first ${who}` },
    h("span", { class: "face" }, icon(who === "agent" ? "person" : "drop", 20)),
    h(
      "div",
      { class: "bubble" },
      h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      h("span", { class: "hide" }, who === "agent" ? WORDS.agentTyping : WORDS.botTyping),
    ),
  );
}
