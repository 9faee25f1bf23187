/** What the pages beside the chat may do, joined to the element that holds them. */
import type { CustomerApi } from "@youban/shared/customer";
import { ApiError } from "@youban/shared/http";
import type { AttachmentInfo, Home, SessionAnswer } from "@youban/shared/wire";
import type { Chat } from "./chat";
import type { Desk, Page } from "./pages/frame";
import { goingOn, helpPage } from "./pages/help";
import { ticketsPage } from "./pages/tickets";
import { shrink } from "./shrink";
import type { Panel } from "./view/panel";
import { WORDS } from "./words";

export interface Holder {
  chat: () => Chat;
  base: () => string;
  guest: () => boolean;
  elder: () => boolean;
  toggleElder: () => void;
  panel: () => Panel;
}

export class DeskOf implements Desk {
  constructor(private readonly holder: Holder) {}

  get api(): CustomerApi {
    return this.holder.chat().api;
  }

  get home(): Home | null {
    return this.holder.chat().home;
  }

  get guest(): boolean {
    return this.holder.guest();
  }

  get elder(): boolean {
    return this.holder.elder();
  }

  get diagnosis(): boolean | null {
    return this.holder.chat().context.allowed;
  }

  say(text: string, payload?: string): void {
    this.holder.panel().show("chat");
    this.holder.chat().send(text, payload ? { payload } : {});
  }

  go(page: Page): void {
    this.holder.panel().pages.push(page);
  }

  toast(text: string): void {
    this.holder.panel().say(text);
  }

  copy(text: string): void {
    void this.holder.panel().copy(text);
  }

  absolute(address: string): string {
    return new URL(address, this.holder.base()).href;
  }

  consent(given: boolean): void {
    this.holder.chat().consent(given);
  }

  toggleElder(): void {
    this.holder.toggleElder();
  }

  moved(session: SessionAnswer): void {
    this.holder.chat().adoptSession(session);
  }

  async upload(file: File): Promise<AttachmentInfo> {
    const small = await shrink(file);
    return this.holder.chat().uploader.store(small, small.name || "image");
  }

  /** The first page of a tab. */
  page(tab: "help" | "tickets"): Page {
    if (tab === "tickets") return ticketsPage(this);
    this.holder.chat().wantHome();
    return helpPage(this);
  }

  /** 解决了 or 没解决 under an article in the chat; what did not help goes on to its next step. */
  async judge(articleId: string, title: string, seq: number, solved: boolean): Promise<void> {
    try {
      const { next } = await this.api.judge(articleId, solved, seq);
      if (next) this.say(goingOn(title, next), next.payload);
      else this.toast(WORDS.thanks);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.toast(error.message);
    }
  }
}
