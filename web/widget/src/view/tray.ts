/** What is about to be sent: pictures and videos on their way up, each with its progress, to cancel, repeat or look at. */
import { h } from "@youban/shared/dom";
import { ApiError } from "@youban/shared/http";
import type { AttachmentInfo } from "@youban/shared/wire";
import { isVideo, MOST_FILES, problemAfter, problemOf } from "../files";
import { shrink } from "../shrink";
import { WORDS } from "../words";
import { icon } from "./icons";

export interface TrayActions {
  upload: (file: Blob, name: string, onProgress: (part: number) => void, signal: AbortSignal) => Promise<AttachmentInfo>;
  uploaded: (attachment: AttachmentInfo, address: string) => void;
  look: (address: string, moving: boolean) => void;
  /** Megabytes that one upload may have. */
  limit: () => number;
}

interface Entry {
  node: HTMLElement;
  told: HTMLElement;
  file: File;
  address: string;
  stored: AttachmentInfo | null;
  failed: boolean;
  ending: AbortController;
}

/** More at once only make each slower on a phone's network. */
const AT_ONCE = 2;

export class Tray {
  readonly element = h("div", { class: "tray", role: "group", "aria-label": WORDS.tray, hidden: true });
  readonly problem = h("div", { class: "problem", role: "alert" });
  private readonly entries: Entry[] = [];
  private waiting: Entry[] = [];
  private running = 0;

  constructor(
    private readonly actions: TrayActions,
    private readonly onChange: () => void,
  ) {}

  get size(): number {
    return this.entries.length;
  }

  /** Whether something is not with the service yet. */
  get busy(): boolean {
    return this.entries.some((e) => !e.stored);
  }

  take(files: readonly File[]): void {
    this.problem.textContent = "";
    for (const file of files) {
      if (this.entries.length >= MOST_FILES) {
        this.problem.textContent = `一次最多发 ${MOST_FILES} 个，其余的请稍后再发`;
        break;
      }
      const problem = problemOf(file, this.actions.limit());
      if (problem) this.problem.textContent = problem;
      else this.add(file);
    }
    this.changed();
  }

  /** What is stored; the tray is empty afterwards. */
  empty(): AttachmentInfo[] {
    const gone = this.entries.splice(0);
    for (const entry of gone) entry.node.remove();
    this.problem.textContent = "";
    this.changed();
    return gone.map((e) => e.stored).filter((s): s is AttachmentInfo => s !== null);
  }

  /** Throw everything away, also what is still on its way up. */
  clear(): void {
    for (const entry of [...this.entries]) this.drop(entry);
    this.problem.textContent = "";
  }

  private add(file: File): void {
    const address = URL.createObjectURL(file);
    const moving = isVideo(file);
    const seen = moving
      ? h("video", { src: `${address}#t=0.1`, muted: true, playsinline: true, preload: "metadata", tabindex: "-1" })
      : h("img", { src: address, alt: "" });
    const told = h("span", { class: "told", role: "status" });
    const entry: Entry = { node: h("div", { class: "thumb busy" }), told, file, address, stored: null, failed: false, ending: new AbortController() };
    entry.node.append(
      h(
        "button",
        { type: "button", class: "look", "aria-label": `${moving ? WORDS.openVideo : WORDS.openPicture} ${file.name}`, onclick: () => this.pressed(entry, moving) },
        seen,
        moving ? icon("play", 22) : null,
      ),
      told,
      h("button", { type: "button", class: "off", "aria-label": `${WORDS.removeImage} ${file.name}`, onclick: () => this.drop(entry) }, icon("close", 12)),
    );
    this.entries.push(entry);
    this.element.append(entry.node);
    this.queue(entry);
  }

  /** A tap shows it; where it failed, a tap tries again. */
  private pressed(entry: Entry, moving: boolean): void {
    if (!entry.failed) return this.actions.look(entry.address, moving);
    this.problem.textContent = "";
    this.queue(entry);
    this.changed();
  }

  private queue(entry: Entry): void {
    entry.failed = false;
    entry.node.className = "thumb busy";
    entry.told.textContent = WORDS.queued;
    this.waiting.push(entry);
    this.next();
  }

  private next(): void {
    while (this.running < AT_ONCE) {
      const entry = this.waiting.shift();
      if (!entry) return;
      this.running += 1;
      void this.store(entry).finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  }

  private async store(entry: Entry): Promise<void> {
    try {
      entry.told.textContent = "0%";
      const file = isVideo(entry.file) ? entry.file : await shrink(entry.file);
      const problem = isVideo(file) ? null : problemAfter(file, this.actions.limit());
      if (problem) throw new ApiError(415, "bad_type", problem);
      if (entry.ending.signal.aborted) return;
      const tell = (part: number) => {
        // The last percent belongs to the service, which looks at the file before it says yes.
        entry.told.textContent = `${Math.min(99, Math.round(part * 100))}%`;
        entry.node.style.setProperty("--part", String(part));
      };
      entry.stored = await this.actions.upload(file, file.name || "image", tell, entry.ending.signal);
      this.actions.uploaded(entry.stored, entry.address);
      entry.node.className = "thumb";
      entry.told.textContent = "";
    } catch (error) {
      if (entry.ending.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.failed(entry, error);
    }
    this.changed();
  }

  private failed(entry: Entry, error: ApiError): void {
    // What the service does not take (too large, no picture) it will not take the second time either.
    if (!error.transient) this.drop(entry);
    this.problem.textContent = error.message;
    if (!error.transient) return;
    entry.failed = true;
    entry.node.className = "thumb bad";
    entry.told.textContent = WORDS.uploadAgain;
  }

  private drop(entry: Entry): void {
    const place = this.entries.indexOf(entry);
    if (place < 0) return;
    entry.ending.abort();
    this.waiting = this.waiting.filter((e) => e !== entry);
    this.entries.splice(place, 1);
    entry.node.remove();
    URL.revokeObjectURL(entry.address);
    this.problem.textContent = "";
    this.changed();
  }

  private changed(): void {
    this.element.hidden = this.entries.length === 0;
    this.onChange();
  }
}
