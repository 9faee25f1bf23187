/** A guest proves his number by a code and finds what he filed before. */
import { h } from "@youban/shared/dom";
import { ApiError } from "@youban/shared/http";
import { WORDS } from "../words";
import type { Desk, Page } from "./frame";

const PHONE = /^1[3-9]\d{9}$/;

export function phonePage(desk: Desk): Page {
  const phone = h("input", { class: "box", type: "tel", inputmode: "tel", autocomplete: "tel", maxlength: "13", "aria-label": "手机号", placeholder: "11 位手机号" });
  const code = h("input", { class: "box", type: "text", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "6", "aria-label": "验证码", placeholder: "6 位验证码" });
  const problem = h("p", { class: "problem", role: "alert" });
  const told = h("p", { class: "fine", role: "status" });
  const ask = h("button", { type: "button", class: "option", onclick: () => void send() }, "获取验证码");
  const prove = h("button", { type: "submit", class: "primary", disabled: true }, "确认");
  let counting: ReturnType<typeof setInterval> | undefined;

  async function attempt(work: () => Promise<void>): Promise<void> {
    problem.textContent = "";
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.textContent = error.message;
      if (error.retryAfterSeconds) pause(error.retryAfterSeconds);
    }
  }

  function pause(seconds: number): void {
    let left = seconds;
    clearInterval(counting);
    const tick = () => {
      // A page that was left needs no clock.
      if (left <= 0 || !ask.isConnected) clearInterval(counting);
      ask.disabled = left > 0;
      ask.textContent = left > 0 ? `${left} 秒后可重发` : "重新获取";
      left -= 1;
    };
    tick();
    counting = setInterval(tick, 1000);
  }

  async function send(): Promise<void> {
    const number = phone.value.replace(/\s/g, "");
    if (!PHONE.test(number)) {
      problem.textContent = "请填写 11 位手机号";
      phone.focus();
      return;
    }
    await attempt(async () => {
      const answer = await desk.api.askCode(number);
      told.textContent = `验证码已发到 ${answer.phone}，${Math.round(answer.expires_in / 60)} 分钟内有效`;
      prove.disabled = false;
      pause(answer.again_in);
      code.focus();
    });
  }

  async function check(): Promise<void> {
    await attempt(async () => {
      const answer = await desk.api.proveCode(phone.value.replace(/\s/g, ""), code.value.trim());
      desk.moved({ token: answer.token, conversation_id: answer.conversation_id });
      desk.toast(answer.tickets.length ? `找到 ${answer.tickets.length} 张处理中的工单` : "验证成功");
    });
  }

  const body = h(
    "div",
    { class: "page" },
    h(
      "form",
      { class: "fields", onsubmit: (event: Event) => (event.preventDefault(), void check()) },
      h("p", { class: "lead" }, "用手机号验证后，可以看到之前提交过的问题和处理进度。"),
      h("div", { class: "beside" }, phone, ask),
      code,
      told,
      problem,
      prove,
    ),
  );
  return { title: WORDS.findMine, body };
}
