/** A small set of faces and signs to write with: recent ones first, arrow keys move, Enter writes, Esc closes. */
import { h } from "@youban/shared/dom";
import type { Keep } from "../storage";
import { WORDS } from "../words";

const KEY = "emoji";
const RECENT = 8;
const COLUMNS = 8;

/** Each with the words that a screen reader says. */
export const EMOJI: readonly (readonly [string, string])[] = [
  ["😀", "笑"], ["😄", "开心"], ["😂", "笑哭"], ["🙂", "微笑"], ["😊", "高兴"], ["😍", "喜欢"], ["😘", "飞吻"], ["😎", "酷"],
  ["🤔", "想一想"], ["😅", "尴尬"], ["😓", "汗"], ["😟", "担心"], ["😢", "难过"], ["😭", "大哭"], ["😡", "生气"], ["😤", "不满"],
  ["😱", "吃惊"], ["😴", "困"], ["🤒", "不舒服"], ["🙄", "无语"], ["😏", "得意"], ["🤝", "握手"], ["🙏", "拜托"], ["👍", "赞"],
  ["👎", "不好"], ["👌", "好的"], ["✌️", "耶"], ["💪", "加油"], ["👏", "鼓掌"], ["👋", "再见"], ["✋", "等一下"], ["👀", "看看"],
  ["❤️", "爱心"], ["💔", "心碎"], ["🎉", "庆祝"], ["🎁", "礼物"], ["🌹", "玫瑰"], ["🔥", "火"], ["⭐", "星"], ["✅", "对"],
  ["❌", "错"], ["❓", "疑问"], ["❗", "注意"], ["⏰", "时间"], ["⛽", "油站"], ["🚗", "汽车"], ["🚚", "货车"], ["🔧", "维修"],
  ["💰", "钱"], ["💳", "卡"], ["🧾", "发票"], ["🎫", "券"], ["📱", "手机"], ["📷", "照片"], ["📍", "位置"], ["☕", "咖啡"],
];

export class EmojiPicker {
  readonly element: HTMLElement;
  private readonly names = new Map(EMOJI);

  constructor(
    private readonly keep: Keep,
    private readonly write: (emoji: string) => void,
    private readonly close: () => void,
  ) {
    this.element = h("div", { class: "emoji", role: "group", "aria-label": WORDS.emoji, hidden: true, onkeydown: (event: Event) => this.key(event as KeyboardEvent) });
  }

  get shown(): boolean {
    return !this.element.hidden;
  }

  /** Show it, drawn anew so that the recent ones stand first; the keyboard begins at the first. */
  open(focus: boolean): void {
    const recent = this.recent();
    this.element.replaceChildren(
      ...(recent.length ? [h("small", {}, WORDS.recentEmoji), this.rows(recent)] : []),
      this.rows(EMOJI.map(([emoji]) => emoji)),
    );
    this.buttons.forEach((button, place) => (button.tabIndex = place === 0 ? 0 : -1));
    this.element.hidden = false;
    if (focus) this.buttons[0]?.focus({ preventScroll: true });
  }

  hide(): void {
    this.element.hidden = true;
  }

  private get buttons(): HTMLButtonElement[] {
    return [...this.element.querySelectorAll("button")];
  }

  private rows(emoji: readonly string[]): HTMLElement {
    return h(
      "div",
      { class: "faces" },
      ...emoji.map((one) => h("button", { type: "button", "aria-label": this.names.get(one) ?? one, onclick: () => this.chosen(one) }, one)),
    );
  }

  private chosen(emoji: string): void {
    this.keep.write(KEY, [emoji, ...this.recent().filter((e) => e !== emoji)].slice(0, RECENT));
    this.write(emoji);
  }

  private recent(): string[] {
    const kept = this.keep.read<unknown>(KEY);
    return Array.isArray(kept) ? kept.filter((e): e is string => typeof e === "string" && this.names.has(e)).slice(0, RECENT) : [];
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = this.buttons;
    const at = all.findIndex((b) => b.tabIndex === 0);
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    if (!next) return;
    if (all[at]) all[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
