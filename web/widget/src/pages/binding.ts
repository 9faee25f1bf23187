/** Joining the official account to the customer's account: a code to send there, until when it works, and how it ends. */
import { dayAndTime, serverNow } from "@youban/shared/clock";
import { h } from "@youban/shared/dom";
import { ApiError } from "@youban/shared/http";
import type { BindingCode, Bindings } from "@youban/shared/wire";
import { icon } from "../view/icons";
import { WORDS } from "../words";
import { type Desk, load, type Page, section } from "./frame";

const CHANNELS: Readonly<Record<string, string>> = { wechat: "微信公众号", email: "邮箱", webhook: "其他渠道" };
const LOOK_EVERY_MS = 3000;
const SECOND_MS = 1000;

export function bindingPage(desk: Desk): Page {
  const body = h("div", { class: "page binding" });
  const draw = () =>
    load(
      body,
      () => desk.api.bindings(),
      (found) => (found.items.length ? bound(desk, found, draw) : [unbound(desk, draw)]),
      () => body.querySelector(".code, .doing > p") !== null,
    );
  draw();
  return { title: WORDS.bind, body, refresh: draw };
}

function bound(desk: Desk, found: Bindings, redraw: () => void): (Node | null)[] {
  const now = new Date();
  const rows = found.items.map((item) => {
    const name = CHANNELS[item.channel] ?? item.channel;
    const place = h("div", { class: "doing" });
    const rest = () => place.replaceChildren(h("button", { type: "button", class: "option", onclick: ask }, "解除绑定"));
    const end = async (button: HTMLButtonElement) => {
      button.disabled = true;
      try {
        await desk.api.unbind(item.channel);
        desk.toast("已解除绑定");
        rest();
        redraw();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        desk.toast(error.message);
        button.disabled = false;
      }
    };
    function ask(): void {
      const sure = h("button", { type: "button", class: "option strong" }, "确定解除");
      sure.addEventListener("click", () => void end(sure));
      place.replaceChildren(
        h("p", {}, `解除后，${name}里不再收到您的处理进度，聊天记录还在这里。确定吗？`),
        sure,
        h("button", { type: "button", class: "option", onclick: rest }, "先不解除"),
      );
      sure.focus();
    }
    rest();
    return h(
      "li",
      { class: "bound" },
      h("span", { class: "main" }, icon("check", 20), h("b", {}, `已绑定${name}`), h("small", {}, `${dayAndTime(item.bound_at, now)} 绑定`)),
      place,
    );
  });
  return [section(null, h("ul", { class: "rows" }, ...rows)), h("p", { class: "fine" }, "在公众号里说的话，这里也能看到；处理进度会发到您最近用过的那一边。")];
}

function unbound(desk: Desk, redraw: () => void): HTMLElement {
  const place = h("div", { class: "fields" });
  const problem = h("p", { class: "problem", role: "alert" });

  function start(): void {
    const make = h("button", { type: "button", class: "primary" }, "同意并获取绑定码");
    make.addEventListener("click", () => void fetchCode(make));
    place.replaceChildren(
      h("b", {}, "绑定后，在微信里也能找到我们"),
      h("ul", { class: "gains" }, h("li", {}, "公众号里可以继续这里的对话"), h("li", {}, "处理进度和客服回复会发到公众号"), h("li", {}, "换了手机，记录也不会丢")),
      h("p", { class: "fine" }, "绑定即表示您同意：把这个账号的客服对话和处理进度发到您的公众号。随时可以在这里解除。"),
      problem,
      make,
    );
  }

  async function fetchCode(make: HTMLButtonElement): Promise<void> {
    make.disabled = true;
    problem.textContent = "";
    try {
      showCode(await desk.api.bindingCode());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.textContent = error.message;
      make.disabled = false;
    }
  }

  function showCode(code: BindingCode): void {
    const left = h("p", { class: "fine", role: "timer" });
    const state = h("p", { class: "fine waiting", role: "status" }, "等待您在公众号里发送…");
    place.replaceChildren(
      h("ol", { class: "how" }, h("li", {}, h("span", {}, "复制下面这句话")), h("li", {}, h("span", {}, "打开微信，进入我们的公众号，粘贴发送")), h("li", {}, h("span", {}, "公众号问您是否绑定，回复“同意”"))),
      h("div", { class: "code" }, h("b", {}, code.words), h("button", { type: "button", class: "option strong", onclick: () => desk.copy(code.words) }, icon("copy", 16), WORDS.copyText)),
      left,
      state,
    );
    // The service says when the code ends, so its clock counts, not this phone's.
    const until = new Date(code.expires_at).getTime();
    const tick = () => {
      const seconds = Math.ceil((until - serverNow().getTime()) / SECOND_MS);
      // A page that was left needs no clock.
      if (!left.isConnected) stop();
      else if (seconds <= 0) {
        stop();
        start();
        problem.textContent = "绑定码已过期，请重新获取";
      } else left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} 内有效，只能用一次，请不要告诉别人`;
    };
    const look = async () => {
      if (document.visibilityState === "hidden") return;
      try {
        if ((await desk.api.bindings()).items.length && left.isConnected) {
          stop();
          desk.toast("绑定成功");
          place.replaceChildren();
          redraw();
        }
      } catch (error) {
        // The next look comes soon.
        if (!(error instanceof ApiError)) throw error;
      }
    };
    // Whoever comes back from WeChat sees at once whether it worked.
    const back = () => void look();
    const timers = [setInterval(tick, SECOND_MS), setInterval(() => void look(), LOOK_EVERY_MS)];
    const stop = () => {
      timers.forEach(clearInterval);
      document.removeEventListener("visibilitychange", back);
    };
    document.addEventListener("visibilitychange", back);
    tick();
  }

  start();
  return place;
}
