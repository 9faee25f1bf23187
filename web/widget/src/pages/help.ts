/** The help pages: search while typing, frequent questions, categories, articles that are judged. */
import { h } from "@youban/shared/dom";
import { ApiError } from "@youban/shared/http";
import { markdown } from "@youban/shared/markdown";
import type { Article, ArticleBrief } from "@youban/shared/wire";
import { readMedia } from "@youban/shared/cards";
import { figures } from "../view/figures";
import { icon } from "../view/icons";
import { WORDS } from "../words";
import { type Desk, hold, load, type Page, row, section } from "./frame";
import { servicesOf } from "./services";

const TYPING_PAUSE_MS = 200;

export function helpPage(desk: Desk): Page {
  const found = h("div", { class: "found", "aria-live": "polite" });
  const rest = h("div", {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: AbortController | null = null;
  const input = h("input", {
    type: "search",
    placeholder: WORDS.search,
    "aria-label": WORDS.search,
    enterkeyhint: "search",
    maxlength: "100",
    autocomplete: "off",
    oninput: () => typed(),
    oncompositionend: () => typed(),
  });

  function typed(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void look(input.value.trim()), TYPING_PAUSE_MS);
  }

  async function look(words: string): Promise<void> {
    clearTimeout(timer);
    asked?.abort();
    rest.hidden = words !== "";
    if (!words) {
      found.replaceChildren();
      return;
    }
    const mine = (asked = new AbortController());
    try {
      const { items } = await desk.api.articles({ q: words }, mine.signal);
      if (mine.signal.aborted) return;
      const ask = row(`直接问：${words}`, null, () => desk.say(words));
      found.replaceChildren(
        section(null, h("ul", { class: "rows" }, ...items.slice(0, 12).map((a) => articleRow(desk, a)), ask)),
        ...(items.length ? [] : [h("p", { class: "fine" }, WORDS.nothingFound)]),
      );
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      found.replaceChildren(h("p", { class: "fine" }, error.message));
    }
  }

  function draw(): void {
    const home = desk.home;
    if (!home) return;
    rest.replaceChildren(
      servicesOf(desk),
      section(WORDS.frequent, h("ul", { class: "rows" }, ...home.frequent.map((a) => articleRow(desk, a)))),
      section(
        WORDS.categories,
        h(
          "ul",
          { class: "grid" },
          ...home.categories.map((c) =>
            h(
              "li",
              {},
              h("button", { type: "button", onclick: () => desk.go(categoryPage(desk, c.id, c.title)) }, h("b", {}, c.title), h("small", {}, `${c.count} 条`)),
            ),
          ),
        ),
      ),
    );
  }

  draw();
  const body = h(
    "div",
    { class: "page help" },
    h("form", { class: "search", role: "search", onsubmit: (event: Event) => (event.preventDefault(), void look(input.value.trim())) }, icon("search", 18), input),
    found,
    rest,
  );
  return { title: WORDS.help, body, refresh: draw };
}

function articleRow(desk: Desk, article: ArticleBrief): HTMLElement {
  return row(article.title, null, () => desk.go(articlePage(desk, article.id, article.title)));
}

function categoryPage(desk: Desk, id: string, title: string): Page {
  const body = h("div", { class: "page" });
  load(
    body,
    () => desk.api.articles({ category: id }),
    ({ items }) => [section(null, h("ul", { class: "rows" }, ...items.map((a) => articleRow(desk, a))))],
  );
  return { title, body };
}

export function articlePage(desk: Desk, id: string, title: string): Page {
  const body = h("div", { class: "page reading" });
  load(
    body,
    () => desk.api.article(id),
    (article) => [
      h("h3", { class: "big" }, article.title),
      article.summary ? h("p", { class: "lead" }, article.summary) : null,
      ...figures(readMedia(article.media), (address) => desk.absolute(address)),
      h("div", { class: "body" }, markdown(article.body)),
      judgement(desk, article),
      article.related.length ? section(WORDS.related, h("ul", { class: "rows" }, ...article.related.map((a) => articleRow(desk, a)))) : null,
    ],
  );
  return { title, body };
}

/** 解决了 / 没解决; what did not help goes on in the chat. */
function judgement(desk: Desk, article: Article): HTMLElement {
  const place = h("div", { class: "judge", role: "group", "aria-label": WORDS.helped });
  const judge = async (solved: boolean) => {
    // A second tap would say the next step a second time.
    hold(place, true);
    try {
      const { next } = await desk.api.judge(article.id, solved);
      place.replaceChildren(h("p", { class: "thanks", role: "status" }, WORDS.thanks));
      // Whoever has left the page meanwhile is not called back to the chat.
      if (next && place.isConnected) desk.say(goingOn(article.title, next), next.payload);
    } catch (error) {
      hold(place, false);
      if (!(error instanceof ApiError)) throw error;
      desk.toast(error.message);
    }
  };
  place.append(
    h("span", {}, WORDS.helped),
    h("button", { type: "button", class: "option", onclick: () => void judge(true) }, WORDS.solved),
    h("button", { type: "button", class: "option", onclick: () => void judge(false) }, WORDS.unsolved),
  );
  return place;
}

/** What the customer says when an article did not help. */
export function goingOn(title: string, next: { title: string; payload: string }): string {
  return next.payload === "human" ? `看了“${title}”，还是没解决，转人工` : `看了“${title}”，还是没解决：${next.title}`;
}
