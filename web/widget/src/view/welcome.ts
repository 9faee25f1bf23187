/** What stands where no talk is yet: a greeting, what probably troubles the customer, what others ask. */
import { h } from "@youban/shared/dom";
import type { Predicted } from "@youban/shared/wire";
import { ELDER_QUESTIONS, QUICK_QUESTIONS, WELCOME, WORDS } from "../words";
import { icon } from "./icons";

export interface WelcomeActions {
  say: (text: string) => void;
  predicted: (chosen: Predicted) => void;
}

export function guesses(predicted: readonly Predicted[], choose: WelcomeActions["predicted"]): HTMLElement {
  return h(
    "div",
    { class: "guesses" },
    h("h3", {}, WORDS.predicted),
    h("ul", {}, ...predicted.map((one) => h("li", {}, h("button", { type: "button", onclick: () => choose(one) }, one.title, icon("right", 16))))),
  );
}

export function greeting(name: string | null, predicted: readonly Predicted[], elder: boolean, actions: WelcomeActions): HTMLElement {
  const few = elder || predicted.length > 0;
  const questions = few ? QUICK_QUESTIONS.slice(0, elder && predicted.length ? 0 : ELDER_QUESTIONS) : QUICK_QUESTIONS;
  return h(
    "div",
    { class: "welcome" },
    h("h2", {}, name ? `${name}，您好` : WELCOME.title),
    h("p", {}, WELCOME.text),
    predicted.length ? guesses(predicted, actions.predicted) : null,
    predicted.length && questions.length ? h("h3", {}, WORDS.others) : null,
    h(
      "ul",
      { hidden: questions.length === 0 },
      ...questions.map((question) => h("li", {}, h("button", { type: "button", onclick: () => actions.say(question) }, question, icon("right", 16)))),
    ),
  );
}
