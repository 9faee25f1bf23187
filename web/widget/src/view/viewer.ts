/** Pictures and videos as large as the window: swipe to the next, pinch or double-tap to come closer, Esc to leave. */
import { h } from "@youban/shared/dom";
import { WORDS } from "../words";
import { icon } from "./icons";

export interface Shot {
  moving: boolean;
  /** What can be shown at once. */
  small: string | null;
  /** The whole of it; null when it cannot be had. */
  load: () => Promise<{ address: string; moving: boolean } | null>;
}

interface Point {
  x: number;
  y: number;
}

const LARGEST = 5;
const CLOSER = 2.5;
const SWIPE_PX = 60;
const TAP_PX = 8;
const DOUBLE_TAP_MS = 300;

export class Viewer {
  readonly element = h("div", { class: "light", role: "dialog", "aria-modal": "true", hidden: true, tabindex: "-1" });
  private readonly stage = h("div", { class: "stage" });
  private readonly place = h("span", { class: "place", role: "status" });
  private readonly back: HTMLButtonElement;
  private readonly on: HTMLButtonElement;
  private shots: readonly Shot[] = [];
  private at = 0;
  private before: HTMLElement | null = null;
  private scale = 1;
  private offset: Point = { x: 0, y: 0 };
  private readonly fingers = new Map<number, Point>();
  private began: Point = { x: 0, y: 0 };
  private spread = 0;
  private tapped = 0;
  private several = false;
  private pressed: Point = { x: 0, y: 0 };

  constructor() {
    const button = (name: "close" | "left" | "right", label: string, press: () => void) =>
      h("button", { type: "button", class: `icon ${name}`, "aria-label": label, onclick: press }, icon(name));
    this.back = button("left", WORDS.previousPicture, () => this.show(this.at - 1));
    this.on = button("right", WORDS.nextPicture, () => this.show(this.at + 1));
    this.element.append(this.stage, this.place, this.back, this.on, button("close", WORDS.closePicture, () => this.close()));
    this.stage.addEventListener("pointerdown", (event) => this.down(event));
    this.stage.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"] as const) this.stage.addEventListener(end, (event) => this.up(event));
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  get shown(): boolean {
    return !this.element.hidden;
  }

  /** Show these, beginning with one; `missing` is told when it cannot be had. */
  open(shots: readonly Shot[], at: number, missing: () => void): void {
    if (!this.shown) this.before = (this.element.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    this.shots = shots;
    this.element.hidden = false;
    this.show(at, missing);
    this.element.focus({ preventScroll: true });
  }

  close(): void {
    if (!this.shown) return;
    this.element.hidden = true;
    this.stage.replaceChildren();
    this.fingers.clear();
    this.before?.focus({ preventScroll: true });
  }

  private show(at: number, missing?: () => void): void {
    const shot = this.shots[at];
    if (!shot) return;
    this.at = at;
    this.reset();
    const many = this.shots.length > 1;
    this.place.textContent = many ? `${at + 1} / ${this.shots.length}` : "";
    this.element.setAttribute("aria-label", `${shot.moving ? WORDS.video : WORDS.picture} ${this.place.textContent}`.trim());
    this.back.hidden = at === 0;
    this.on.hidden = at === this.shots.length - 1;
    this.stage.replaceChildren(shot.small && !shot.moving ? picture(shot.small) : h("div", { class: "wait" }));
    void shot.load().then((found) => {
      if (!this.shown || this.shots[this.at] !== shot) return;
      if (found) this.stage.replaceChildren(found.moving ? video(found.address) : picture(found.address));
      else if (!shot.small) {
        this.close();
        missing?.();
      }
      this.draw();
    });
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    // In a video the arrows move in time.
    if (step && !(event.target instanceof HTMLVideoElement)) this.show(this.at + step);
    else if (event.key === "+" || event.key === "=") this.zoom(this.scale * 1.4);
    else if (event.key === "-") this.zoom(this.scale / 1.4);
    else if (event.key === "Tab") this.keepFocus(event);
  }

  private keepFocus(event: KeyboardEvent): void {
    const stops = [...this.element.querySelectorAll<HTMLElement>("button, video")].filter((s) => !s.hidden);
    const active = (this.element.getRootNode() as ShadowRoot).activeElement;
    const next = stops[(stops.indexOf(active as HTMLElement) + (event.shiftKey ? stops.length - 1 : 1) + stops.length) % stops.length];
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
  }

  private down(event: PointerEvent): void {
    if (this.shots[this.at]?.moving) return;
    this.stage.setPointerCapture?.(event.pointerId);
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.several = this.fingers.size > 1;
    if (!this.several) this.pressed = { x: event.clientX, y: event.clientY };
    this.began = { x: event.clientX - this.offset.x, y: event.clientY - this.offset.y };
    this.spread = this.distance() / this.scale;
  }

  private move(event: PointerEvent): void {
    if (!this.fingers.has(event.pointerId)) return;
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.fingers.size > 1) this.scale = within(this.distance() / this.spread);
    else if (!this.several) this.offset = { x: event.clientX - this.began.x, y: this.scale > 1 ? event.clientY - this.began.y : 0 };
    this.draw();
  }

  private up(event: PointerEvent): void {
    if (!this.fingers.delete(event.pointerId) || this.fingers.size) return;
    const moved: Point = { x: event.clientX - this.pressed.x, y: event.clientY - this.pressed.y };
    if (this.scale === 1) this.reset();
    if (this.several) return;
    if (Math.hypot(moved.x, moved.y) < TAP_PX) this.tap(event);
    else if (this.scale === 1 && Math.abs(moved.x) > SWIPE_PX) this.show(this.at + (moved.x < 0 ? 1 : -1));
  }

  /** Two quick taps come closer or go back; one tap beside the picture leaves. */
  private tap(event: PointerEvent): void {
    const now = event.timeStamp;
    if (now - this.tapped < DOUBLE_TAP_MS) {
      this.tapped = 0;
      this.zoom(this.scale > 1 ? 1 : CLOSER);
      return;
    }
    this.tapped = now;
    const root = this.element.getRootNode() as ShadowRoot;
    if (root.elementFromPoint?.(event.clientX, event.clientY) === this.stage) this.close();
  }

  private wheel(event: WheelEvent): void {
    if (this.shots[this.at]?.moving) return;
    event.preventDefault();
    this.zoom(this.scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15));
  }

  private zoom(scale: number): void {
    this.scale = within(scale);
    if (this.scale === 1) this.offset = { x: 0, y: 0 };
    this.draw();
  }

  private reset(): void {
    this.scale = 1;
    this.offset = { x: 0, y: 0 };
    this.draw();
  }

  private draw(): void {
    const seen = this.stage.firstElementChild;
    if (seen instanceof HTMLElement) seen.style.transform = `translate(${this.offset.x}px, ${this.offset.y}px) scale(${this.scale})`;
  }

  private distance(): number {
    const [one, other] = [...this.fingers.values()];
    return one && other ? Math.hypot(one.x - other.x, one.y - other.y) : 1;
  }
}

function within(scale: number): number {
  return Math.min(LARGEST, Math.max(1, scale));
}

function picture(address: string): HTMLElement {
  return h("img", { src: address, alt: WORDS.picture, draggable: "false" });
}

function video(address: string): HTMLElement {
  return h("video", { src: address, controls: true, playsinline: true });
}
