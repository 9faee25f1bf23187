/** The customer's tickets with their progress, and what he can do with each. */
import { readCard } from "@youban/shared/cards";
import { brief, dayAndTime } from "@youban/shared/clock";
import { h } from "@youban/shared/dom";
import { ApiError } from "@youban/shared/http";
import type { OwnTicket, OwnTicketDetail } from "@youban/shared/wire";
import { drawSteps } from "../view/cards";
import { icon } from "../view/icons";
import { ACTIONS, WORDS } from "../words";
import { type Desk, hold, load, type Page, row, section } from "./frame";

const OVER: ReadonlySet<string> = new Set(["solved", "closed", "withdrawn"]);
/** Done only after a second tap. */
const GRAVE: ReadonlySet<string> = new Set(["withdraw"]);

export function ticketsPage(desk: Desk): Page {
  const body = h("div", { class: "page" });
  const draw = () =>
    load(
      body,
      () => desk.api.tickets(),
      ({ items }) => {
        if (!items.length) return [empty(desk)];
        const open = items.filter((t) => !OVER.has(t.status));
        const over = items.filter((t) => OVER.has(t.status));
        return [
          open.length ? section(WORDS.underway, h("ul", { class: "rows" }, ...open.map((t) => ticketRow(desk, t)))) : null,
          over.length ? section(WORDS.finished, h("ul", { class: "rows" }, ...over.map((t) => ticketRow(desk, t)))) : null,
        ];
      },
    );
  draw();
  return { title: WORDS.tickets, body, refresh: draw };
}

function empty(desk: Desk): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("ticket", 40),
    h("p", {}, "还没有提交过问题"),
    h("p", { class: "fine" }, desk.guest ? "之前提交过的，用手机号验证后就能看到。" : "在聊天里说一下遇到的问题，需要处理的会自动生成工单。"),
  );
}

function ticketRow(desk: Desk, ticket: OwnTicket): HTMLElement {
  const now = new Date();
  const promise = OVER.has(ticket.status) ? brief(ticket.created_at, now) : `${dayAndTime(ticket.due_at, now)} 前答复`;
  const note = ticket.question ? `等您补充：${ticket.question}` : `${ticket.number} · ${promise}`;
  const tag = h("span", { class: ticket.question ? "tag hot" : "tag" }, ticket.status_title);
  return row(ticket.title, note, () => desk.go(ticketPage(desk, ticket.number, ticket.title)), tag);
}

export function ticketPage(desk: Desk, number: string, title: string): Page {
  const body = h("div", { class: "page ticketing" });
  const busy = () => body.querySelector(".doing > p, .doing > form") !== null;
  const draw = () => load(body, () => desk.api.ticket(number), (ticket) => detail(desk, ticket, draw), busy);
  draw();
  return { title, body, refresh: draw };
}

function detail(desk: Desk, ticket: OwnTicketDetail, redraw: () => void): (Node | null)[] {
  const now = new Date();
  const card = readCard(ticket.card);
  const over = OVER.has(ticket.status);
  const nodes = [...ticket.nodes].reverse().map((node, place) =>
    h(
      "li",
      { class: place === 0 ? "newest" : null },
      h("i"),
      h("div", {}, h("b", {}, node.title), h("time", { datetime: node.at }, dayAndTime(node.at, now)), node.note ? h("p", {}, node.note) : null),
    ),
  );
  return [
    h(
      "div",
      { class: "card ticket" },
      h("div", { class: "top" }, h("strong", {}, ticket.title), h("span", { class: over ? "tag good" : "tag" }, ticket.status_title)),
      h("div", { class: "number" }, "工单", h("b", {}, ticket.number)),
      card?.type === "ticket" ? drawSteps(card) : null,
      over ? null : h("div", { class: "foot" }, icon("clock", 16), h("span", {}, `${dayAndTime(ticket.due_at, now)} 前给您处理结果`)),
    ),
    ticket.question ? h("div", { class: "asked", role: "status" }, h("b", {}, "处理人想了解："), h("p", {}, ticket.question)) : null,
    ticket.resolution ? h("div", { class: "asked good" }, h("b", {}, "处理结果"), h("p", {}, ticket.resolution)) : null,
    buttons(desk, ticket, redraw),
    section("处理经过", h("ol", { class: "timeline" }, ...nodes)),
    section("您反映的问题", h("p", { class: "said" }, ticket.summary)),
    ticket.why && !over ? h("details", {}, h("summary", {}, "为什么是这个时间", icon("down", 16)), h("p", { class: "said" }, ticket.why)) : null,
  ];
}

/** What the ticket's card allows; adding and reopening ask for words first. */
function buttons(desk: Desk, ticket: OwnTicketDetail, redraw: () => void): HTMLElement {
  const place = h("div", { class: "doing" });
  const allowed = Array.isArray(ticket.card["actions"]) ? (ticket.card["actions"] as unknown[]).map((a) => String(a).split(":")[1] ?? "") : [];
  const act = async (action: string, note = "", files: { id: string }[] = []) => {
    hold(place, true);
    try {
      const answer = await desk.api.actOnTicket(ticket.number, action, note, files);
      desk.toast(answer.message.text.split("。")[0] ?? answer.message.text);
      leave();
    } catch (error) {
      hold(place, false);
      if (!(error instanceof ApiError)) throw error;
      desk.toast(error.message);
    }
  };
  const rest = () =>
    place.replaceChildren(
      ...allowed
        .filter((action) => action in ACTIONS && action !== "why")
        .map((action, first) =>
          h(
            "button",
            { type: "button", class: first === 0 ? "option strong" : "option", onclick: () => pressed(action) },
            ACTIONS[action]!,
          ),
        ),
    );
  const leave = () => {
    rest();
    redraw();
  };
  const pressed = (action: string) => {
    if (action === "info" || action === "reopen") place.replaceChildren(asking(desk, action, act, leave));
    else if (GRAVE.has(action))
      place.replaceChildren(
        h("p", {}, "撤销后就不再处理了，确定吗？"),
        h("button", { type: "button", class: "option strong", onclick: () => void act(action) }, "确定撤销"),
        h("button", { type: "button", class: "option", onclick: leave }, "先不撤"),
      );
    else void act(action);
  };
  rest();
  return place;
}

function asking(desk: Desk, action: string, act: (action: string, note: string, files: { id: string }[]) => Promise<void>, cancel: () => void): HTMLElement {
  const info = action === "info";
  const words = h("textarea", { class: "box", rows: "3", maxlength: "2000", "aria-label": ACTIONS[action]!, placeholder: info ? "写下要补充的内容" : "还有什么没解决，写一下" });
  const files: { id: string }[] = [];
  const state = h("span", { class: "fine", role: "status" });
  const send = h("button", { type: "submit", class: "primary" }, ACTIONS[action]!);
  let underway = 0;
  const picker = h("input", {
    type: "file",
    accept: "image/*",
    multiple: true,
    hidden: true,
    onchange: () => {
      for (const file of [...(picker.files ?? [])]) void take(file);
      // The same file may be chosen again, where it failed.
      picker.value = "";
    },
  });
  async function take(file: File): Promise<void> {
    state.textContent = "图片上传中";
    underway += 1;
    // Sent now, the words would go without the picture.
    send.disabled = true;
    try {
      files.push({ id: (await desk.upload(file)).id });
      state.textContent = `已添加 ${files.length} 张图片`;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      state.textContent = error.message;
    } finally {
      underway -= 1;
      send.disabled = underway > 0;
    }
  }
  return h(
    "form",
    {
      class: "fields",
      onsubmit: (event: Event) => {
        event.preventDefault();
        if (!send.disabled && (words.value.trim() || files.length)) void act(action, words.value.trim(), files);
      },
    },
    words,
    info ? h("div", { class: "beside" }, h("button", { type: "button", class: "option", onclick: () => picker.click() }, icon("image", 16), "加图片"), picker, state) : null,
    h("div", { class: "beside" }, send, h("button", { type: "button", class: "option", onclick: cancel }, "取消")),
  );
}
