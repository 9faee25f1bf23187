/** Where the customer writes: text, pictures, and the one-tap row above. */
import { ApiError } from "@youban/shared/http";
import type { AttachmentInfo } from "@youban/shared/wire";
import { CHIPS, PERSON, WORDS } from "../words";
import { h } from "@youban/shared/dom";
import { telephone } from "../pages/services";
import { shrink } from "../shrink";
import { icon } from "./icons";

export interface ComposerActions {
  send: (text: string, attachments: AttachmentInfo[]) => void;
  say: (text: string, payload?: string) => void;
  upload: (file: Blob, name: string) => Promise<AttachmentInfo>;
  uploaded: (attachment: AttachmentInfo, address: string) => void;
  typing: () => void;
  consent: (given: boolean) => void;
}

interface Picture {
  node: HTMLElement;
  file: File;
  address: string;
  stored: AttachmentInfo | null;
}

const MOST_PICTURES = 9;
const TAKEN = /^(image\/|video\/mp4$)/;

export class Composer {
  readonly element: HTMLElement;
  private readonly input: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private readonly pictures: Picture[] = [];
  private readonly tray = h("div", { class: "tray", hidden: true });
  private readonly problem = h("div", { class: "problem", role: "alert" });
  private readonly person: HTMLButtonElement;
  private readonly phone = h("a", { class: "chip phone", hidden: true }, icon("phone", 16), WORDS.call);
  private readonly consent: HTMLElement;

  constructor(private readonly actions: ComposerActions) {
    this.input = h("textarea", {
      rows: "1",
      "aria-label": WORDS.input,
      placeholder: WORDS.placeholder,
      enterkeyhint: "send",
      maxlength: "4000",
      oninput: () => this.changed(),
      onkeydown: (event: Event) => this.key(event as KeyboardEvent),
      onpaste: (event: Event) => this.paste(event as ClipboardEvent),
    });
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
    const chips = CHIPS.map((text) => h("button", { type: "button", class: "chip", onclick: () => actions.say(text) }, text));
    this.element = h(
      "div",
      { class: "composer" },
      this.consent,
      h("div", { class: "chips" }, this.person, this.phone, ...chips),
      this.tray,
      this.problem,
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
        this.input,
        this.button,
      ),
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

  private picker(attributes: Record<string, string | boolean>): HTMLInputElement {
    const input = h("input", {
      type: "file",
      hidden: true,
      ...attributes,
      onchange: () => {
        this.take([...(input.files ?? [])]);
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
    this.input.style.height = `${Math.min(this.input.scrollHeight, 132)}px`;
    this.refresh();
    if (this.input.value) this.actions.typing();
  }

  private refresh(): void {
    const uploading = this.pictures.some((p) => !p.stored);
    this.button.disabled = uploading || (!this.input.value.trim() && !this.pictures.length);
    this.tray.hidden = this.pictures.length === 0;
  }

  private submit(): void {
    if (this.button.disabled) return;
    const text = this.input.value.trim();
    const stored = this.pictures.map((p) => p.stored).filter((s): s is AttachmentInfo => s !== null);
    for (const picture of this.pictures.splice(0)) picture.node.remove();
    this.input.value = "";
    this.changed();
    this.actions.send(text, stored);
    this.focus();
  }

  private paste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    this.take(files);
  }

  private take(files: File[]): void {
    this.problem.textContent = "";
    for (const file of files) {
      if (this.pictures.length >= MOST_PICTURES) break;
      if (!TAKEN.test(file.type)) {
        this.problem.textContent = WORDS.notImage;
        continue;
      }
      const address = URL.createObjectURL(file);
      const moving = file.type.startsWith("video/");
      const seen = moving ? h("video", { src: address, "aria-label": file.name }) : h("img", { src: address, alt: file.name });
      const node = h("div", { class: "thumb" }, seen);
      const picture: Picture = { node, file, address, stored: null };
      node.append(h("button", { type: "button", "aria-label": WORDS.removeImage, onclick: () => this.drop(picture) }, icon("close", 12)));
      this.pictures.push(picture);
      this.tray.append(node);
      void this.store(picture);
    }
    this.refresh();
  }

  private async store(picture: Picture): Promise<void> {
    picture.node.className = "thumb busy";
    try {
      picture.stored = await this.actions.upload(await shrink(picture.file), picture.file.name || "image");
      this.actions.uploaded(picture.stored, picture.address);
      picture.node.className = "thumb";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.pictures.includes(picture)) return;
      // What the service does not take (too large, no picture) it will not take the second time either.
      if (!error.transient) this.drop(picture);
      this.problem.textContent = error.message;
      if (!error.transient) return;
      picture.node.className = "thumb bad";
      const again = h("button", { type: "button", class: "again" }, WORDS.uploadAgain);
      again.addEventListener("click", () => {
        again.remove();
        this.problem.textContent = "";
        void this.store(picture);
      });
      picture.node.append(again);
    }
    this.refresh();
  }

  private drop(picture: Picture): void {
    this.pictures.splice(this.pictures.indexOf(picture), 1);
    picture.node.remove();
    URL.revokeObjectURL(picture.address);
    this.problem.textContent = "";
    this.refresh();
    this.focus();
  }
}
