/** The demo shop front: plays the part of the fuel app around the widget. */
import "./phone.css";
import "./style.css";
import { h } from "@youban/shared/dom";
import type {} from "../../widget/src/index";
import { type KnownOrder, PEOPLE, type Person, personOf, SAMPLES } from "./records";
import { drawShop } from "./shop";

const app = document.querySelector<HTMLElement>(".app")!;
const people = document.querySelector<HTMLElement>(".people")!;
const phone = document.querySelector<HTMLElement>(".phone")!;

let person = personOf(new URLSearchParams(location.search).get("customer"));
let known: readonly KnownOrder[] = [];
let entered = 0;

/** The app's part: its server signs a token for the user who is logged in. */
async function tokenFor(id: string): Promise<string | null> {
  if (!id) return null;
  const answer = await fetch("/api/v1/demo/customer-token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ customer_id: id }),
  });
  if (!answer.ok) throw new Error(`customer-token: ${answer.status}`);
  return ((await answer.json()) as { token: string }).token;
}

/** The app's own list of orders: the demo platform is asked for their numbers. */
async function ordersOf(id: string): Promise<readonly KnownOrder[]> {
  if (!id) return [];
  const answer = await fetch(`/api/v1/demo/records?customer_id=${encodeURIComponent(id)}`);
  return answer.ok ? ((await answer.json()) as { orders: KnownOrder[] }).orders : [];
}

async function enter(next: Person): Promise<void> {
  person = next;
  entered += 1;
  const turn = entered;
  known = [];
  draw();
  try {
    const token = await tokenFor(next.id);
    if (turn === entered) window.YoubanChat?.identify(token);
    const orders = await ordersOf(next.id);
    if (turn !== entered) return;
    known = orders;
    draw();
  } catch {
    if (turn === entered) toast("暂时登录不上，请检查服务是否已启动，然后刷新页面");
  }
}

/** When this browser first met the customer. */
function since(id: string): number {
  const key = `youban-demo:${id}`;
  const known = Number(localStorage.getItem(key));
  if (known) return known;
  localStorage.setItem(key, String(Date.now()));
  return Date.now();
}

function draw(): void {
  const shop = drawShop(person, since(person.id), known, {
    help: (context) => {
      window.YoubanChat?.setContext(context);
      window.YoubanChat?.open();
    },
    say: toast,
  });
  app.replaceChildren(shop);
  people.replaceChildren(
    ...PEOPLE.map((p) => {
      const chosen = p.title === person.title;
      return h(
        "button",
        { type: "button", role: "radio", "aria-checked": String(chosen), onclick: () => choose(p) },
        h("b", {}, p.title),
        h("small", {}, chosen && person.id !== p.id ? person.id : p.note),
      );
    }),
  );
}

function choose(next: Person): void {
  const url = new URL(location.href);
  url.searchParams.set("customer", next.id || "guest");
  history.replaceState(null, "", url);
  void enter(next);
}

function toast(text: string): void {
  const note = h("div", { class: "toast", role: "status" }, text);
  phone.append(note);
  setTimeout(() => note.remove(), 2600);
}

document.querySelector(".samples")!.append(
  ...SAMPLES.map((text) => h("li", {}, h("button", { type: "button", onclick: () => window.YoubanChat?.open({ text }) }, text))),
);
// A token lives for a day: a page that stays open longer gets a new one.
document.addEventListener("youban:token-expired", () => void enter(person));
document.addEventListener("DOMContentLoaded", () => void enter(person));
