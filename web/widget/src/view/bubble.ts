/** One line of the conversation as nodes. */
import type { RecordItem } from "@youban/shared/cards";
import type { AttachmentInfo, Button } from "@youban/shared/wire";
import { WORDS } from "../words";
import { type CardActions, drawCard } from "./cards";
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
  /** The same for a picture that has to be fetched first. */
  fetchPicture: (attachmentId: string) => Promise<string | null>;
  enlarge: (attachmentId: string) => void;
  follow: CardActions["follow"];
  rate: CardActions["rate"];
  absolute: CardActions["absolute"];
  lead: CardActions["lead"];
  /** What the customer said of the article in this message; undefined: nothing yet. */
  judged: (bubble: Bubble) => boolean | undefined;
  judge: (bubble: Bubble, solved: boolean) => void;
}

export function drawItem(item: Item, actions: BubbleActions, now: Date): HTMLElement {
  if (item.kind === "mark") return h("div", { class: "mark" }, item.text);
  if (item.sender === "system") {
    const card = item.card ? drawCard(item.card, { ...actions, choose: (record) => actions.choose(item, record) }, now) : null;
    return h("div", { class: "line system" }, h("span", {}, plain(item.text)), card);
  }
  return item.sender === "customer" ? own(item, actions) : other(item, actions, now);
}

function own(bubble: Bubble, actions: BubbleActions): HTMLElement {
  const pictures = bubble.attachments.map((attachment) => picture(attachment, actions));
  const id = bubble.clientId;
  const failed = bubble.status === "failed" && id !== null;
  return h(
    "div",
    { class: `line own ${bubble.status ?? ""}` },
    h("span", { class: "hide" }, "我："),
    ...pictures,
    words(bubble, actions),
    bubble.status === "waiting" && bubble.error ? h("div", { class: "note" }, icon("clock", 14), WORDS.waiting) : null,
    bubble.status === "sending" ? h("div", { class: "note late" }, WORDS.sending) : null,
    bubble.read ? h("div", { class: "note" }, WORDS.readByAgent) : null,
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

/** The words, with a button to copy them: beside the bubble for a pointer, after a tap on it for a finger. */
function words(bubble: Bubble, actions: BubbleActions): HTMLElement | null {
  if (!bubble.text) return null;
  const line = h(
    "div",
    { class: "words" },
    h(
      "div",
      {
        class: "bubble",
        onclick: (event: Event) => {
          const root = line.getRootNode() as ShadowRoot & { getSelection?: () => Selection | null };
          const selected = (root.getSelection?.() ?? window.getSelection())?.isCollapsed === false;
          if (!selected && !(event.target instanceof HTMLAnchorElement)) line.classList.toggle("picked");
        },
      },
      plain(bubble.text),
    ),
    h("button", { type: "button", class: "icon small copy", "aria-label": `${WORDS.copyText}：${bubble.text.slice(0, 20)}`, onclick: () => actions.copied(bubble.text) }, icon("copy", 16)),
  );
  return line;
}

/** A picture that opens large; one that was sent from elsewhere is fetched first. */
function picture(attachment: AttachmentInfo, actions: BubbleActions): HTMLElement {
  const moving = attachment.media_type.startsWith("video/");
  const frame = h("button", {
    type: "button",
    class: "picture gone",
    "aria-label": moving ? WORDS.openVideo : WORDS.openPicture,
    onclick: () => actions.enlarge(attachment.id),
  });
  frame.append(icon(moving ? "play" : "image", 18), moving ? WORDS.video : WORDS.picture);
  const show = (address: string) => {
    frame.className = "picture";
    frame.replaceChildren(h("img", { src: address, alt: WORDS.picture }));
  };
  const address = moving ? null : actions.preview(attachment.id);
  if (address) show(address);
  else if (!moving) void actions.fetchPicture(attachment.id).then((found) => found && show(found));
  return frame;
}

/** 解决了 / 没解决 under an article's answer. */
function judgement(bubble: Bubble, actions: BubbleActions): HTMLElement {
  const judged = actions.judged(bubble);
  if (judged !== undefined) return h("div", { class: "judge done", role: "status" }, judged ? "已反馈：解决了" : "已反馈：没解决");
  return h(
    "div",
    { class: "judge", role: "group", "aria-label": WORDS.helped },
    h("button", { type: "button", onclick: () => actions.judge(bubble, true) }, WORDS.solved),
    h("button", { type: "button", onclick: () => actions.judge(bubble, false) }, WORDS.unsolved),
  );
}

function other(bubble: Bubble, actions: BubbleActions, now: Date): HTMLElement {
  const person = bubble.sender === "agent";
  const card = bubble.card
    ? drawCard(bubble.card, { ...actions, choose: (item) => actions.choose(bubble, item) }, now)
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
    words(bubble, actions),
    ...bubble.attachments.map((attachment) => picture(attachment, actions)),
    card,
    bubble.card?.type === "article" && bubble.seq !== null ? judgement(bubble, actions) : null,
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
