/** Where the customer writes: text, faces, pictures, his voice, and the one-tap row above. */
import { h } from "@youban/shared/dom";
import type { AttachmentInfo } from "@youban/shared/wire";
import { typeOf } from "../files";
import { telephone } from "../pages/services";
import type { Keep } from "../storage";
import { Voice } from "../voice";
import { CHIPS, PERSON, WORDS } from "../words";
import { EmojiPicker } from "./emoji";
import { icon } from "./icons";
import { Tray, type TrayActions } from "./tray";

export interface ComposerActions extends TrayActions {
  keep: Keep;
  send: (text: string, attachments: AttachmentInfo[]) => void;
  say: (text: string, payload?: string) => void;
  typing: () => void;
  consent: (given: boolean) => void;
  toast: (text: string) => void;
}

const TALLEST_PX = 132;

export class Composer {
  readonly element: HTMLElement;
  readonly tray: Tray;
  private readonly input: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private readonly person: HTMLButtonElement;
  private readonly phone = h("a", { class: "chip phone", hidden: true }, icon("phone", 16), WORDS.call);
  private readonly consent: HTMLElement;
  private readonly faces: EmojiPicker;
  private readonly face: HTMLButtonElement;
  private readonly mic: HTMLButtonElement;
  private readonly voice: Voice;
  /** What stood in the input when listening began. */
  private written = "";

  constructor(private readonly actions: ComposerActions) {
    this.input = h("textarea", {
      rows: "1",
      "aria-label": WORDS.input,
      placeholder: WORDS.placeholder,
      inputmode: "text",
      enterkeyhint: "send",
      autocomplete: "off",
      maxlength: "4000",
      oninput: () => this.changed(),
      onfocus: () => this.closeFaces(),
      onkeydown: (event: Event) => this.key(event as KeyboardEvent),
      onpaste: (event: Event) => this.paste(event as ClipboardEvent),
    });
    this.tray = new Tray(actions, () => this.refresh());
    const file = this.picker({ accept: "image/*,video/mp4", multiple: true });
    const camera = this.picker({ accept: "image/*", capture: "environment" });
    this.consent = h(
      "div",
      { class: "consent", role: "group", "aria-label": WORDS.consent, hidden: true },
      h("p", {}, WORDS.consent),
      h("button", { type: "button", class: "option strong", onclick: () => actions.consent(true) }, WORDS.agree),
      h("button", { type: "button", class: "option", onclick: () => actions.consent(false) }, WORDS.decline),
    );
    this.button = h("button", { type: "submit", class: "send", "aria-label": WORDS.send, disabled: true }, icon("send"));
    this.person = h(
      "button",
      { type: "button", class: "chip person", onclick: () => actions.say(PERSON.title, PERSON.payload) },
      icon("person", 16),
      PERSON.title,
    );
    this.faces = new EmojiPicker(actions.keep, (emoji) => this.insert(emoji), () => this.leaveFaces());
    this.face = h("button", { type: "button", class: "icon face-button", "aria-label": WORDS.emoji, "aria-expanded": "false", onclick: () => this.toggleFaces() }, icon("smile"));
    this.voice = new Voice({
      onWords: (words) => this.heard(words),
      onListening: (listening) => this.listening(listening),
      onRefused: () => this.mute(),
    });
    this.mic = h("button", { type: "button", class: "icon mic", "aria-label": WORDS.voice, "aria-pressed": "false", hidden: !Voice.possible, onclick: () => this.voice.toggle() }, icon("mic"));
    const chips = CHIPS.map((text) => h("button", { type: "button", class: "chip", onclick: () => actions.say(text) }, text));
    this.element = h(
      "div",
      { class: "composer" },
      this.consent,
      h("div", { class: "chips" }, this.person, this.phone, ...chips),
      this.tray.element,
      this.tray.problem,
      h(
        "form",
        {
          onsubmit: (event: Event) => {
            event.preventDefault();
            this.submit();
          },
        },
        h("button", { type: "button", class: "icon", "aria-label": WORDS.image, onclick: () => file.click() }, icon("image")),
        h("button", { type: "button", class: "icon camera", "aria-label": WORDS.camera, onclick: () => camera.click() }, icon("camera")),
        file,
        camera,
        h("div", { class: "field" }, this.input, this.mic, this.face),
        this.button,
      ),
      this.faces.element,
    );
  }

  focus(): void {
    this.input.focus({ preventScroll: true });
  }

  /** Put words into the input, unless the customer has begun to write. */
  suggest(text: string): void {
    if (this.input.value.trim()) return;
    this.input.value = text;
    this.changed();
  }

  /** Put away what one customer wrote before another comes. */
  clear(): void {
    this.voice.stop();
    this.input.value = "";
    this.tray.clear();
    this.changed();
  }

  /** With a person at work, or on the way, asking for one again makes no sense. */
  offerPerson(offered: boolean): void {
    this.person.hidden = !offered;
  }

  /** One tap to the telephone, where there is a number. */
  offerPhone(number: string | null): void {
    this.phone.hidden = !number;
    if (number) this.phone.setAttribute("href", telephone(number));
  }

  askConsent(asked: boolean): void {
    this.consent.hidden = !asked;
  }

  /** Leave what is open above the input; false when nothing is. */
  closeFaces(): boolean {
    if (!this.faces.shown) return false;
    this.faces.hide();
    this.face.setAttribute("aria-expanded", "false");
    return true;
  }

  private picker(attributes: Record<string, string | boolean>): HTMLInputElement {
    const input = h("input", {
      type: "file",
      hidden: true,
      ...attributes,
      onchange: () => {
        this.tray.take([...(input.files ?? [])]);
        // The same file may be chosen again.
        input.value = "";
      },
    });
    return input;
  }

  private key(event: KeyboardEvent): void {
    // While an input method composes, Enter chooses a word; some browsers only say so by key code 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  private changed(): void {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST_PX)}px`;
    this.refresh();
    if (this.input.value) this.actions.typing();
  }

  private refresh(): void {
    this.button.disabled = this.tray.busy || (!this.input.value.trim() && !this.tray.size);
  }

  private submit(): void {
    if (this.button.disabled) return;
    this.voice.stop();
    const text = this.input.value.trim();
    this.input.value = "";
    const stored = this.tray.empty();
    this.changed();
    this.actions.send(text, stored);
    // With the faces open the keyboard is meant to stay away.
    if (!this.faces.shown) this.focus();
  }

  private paste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => /^(image|video)\//.test(typeOf(file)));
    if (!files.length) return;
    event.preventDefault();
    this.tray.take(files);
  }

  private toggleFaces(): void {
    if (this.closeFaces()) {
      this.focus();
      return;
    }
    this.face.setAttribute("aria-expanded", "true");
    // A pointer keeps its place; the keyboard goes on in the faces.
    this.faces.open(this.face.matches(":focus-visible"));
  }

  private leaveFaces(): void {
    this.closeFaces();
    this.focus();
  }

  private insert(text: string): void {
    const at = this.input.selectionStart ?? this.input.value.length;
    this.input.setRangeText(text, at, this.input.selectionEnd ?? at, "end");
    this.changed();
  }

  private heard(words: string): void {
    this.input.value = this.written + words;
    this.changed();
  }

  private listening(listening: boolean): void {
    if (listening) this.written = this.input.value;
    this.mic.setAttribute("aria-pressed", String(listening));
    this.mic.setAttribute("aria-label", listening ? WORDS.voiceStop : WORDS.voice);
    this.input.placeholder = listening ? WORDS.listening : WORDS.placeholder;
  }

  private mute(): void {
    this.mic.hidden = true;
    this.actions.toast(WORDS.noVoice);
  }
}
