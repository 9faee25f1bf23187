/** Pictures and short videos that the agent is about to send, by conversation. They leave at once; sending waits for them. */
import { ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import { newId } from "@youban/shared/ids";
import type { AttachmentInfo } from "@youban/shared/wire";
import { api } from "../service";

export const MOST_FILES = 9;
const TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4"];
export const ACCEPTED = TYPES.join(",");

export interface TrayFile {
  key: string;
  name: string;
  /** An address of this page under which the file can be shown. */
  url: string;
  moving: boolean;
  share: number;
  status: "sending" | "done" | "failed";
  error?: string;
  stored: AttachmentInfo | null;
}

export const useTray = defineStore("tray", () => {
  const files = ref<Record<string, TrayFile[]>>({});
  const blobs = new Map<string, File>();
  /** What was sent from this page can be shown without fetching it. */
  const previews = new Map<string, string>();

  const of = (conversation: string | null): TrayFile[] => (conversation ? (files.value[conversation] ?? []) : []);

  /** @returns null when all were taken, else what to tell the agent. */
  function add(conversation: string, chosen: readonly File[]): string | null {
    const kept = of(conversation);
    const fitting = chosen.filter((file) => TYPES.includes(file.type));
    const room = fitting.slice(0, MOST_FILES - kept.length);
    const made = room.map((file): TrayFile => {
      const key = newId();
      blobs.set(key, file);
      return { key, name: file.name || "图片", url: URL.createObjectURL(file), moving: file.type.startsWith("video/"), share: 0, status: "sending", stored: null };
    });
    files.value[conversation] = [...kept, ...made];
    for (const { key } of made) void send(conversation, key);
    if (fitting.length < chosen.length) return "只支持 JPG、PNG、WebP、GIF 图片和 MP4 视频";
    return room.length < fitting.length ? `一次最多发 ${MOST_FILES} 个文件` : null;
  }

  async function send(conversation: string, key: string): Promise<void> {
    const blob = blobs.get(key);
    const file = of(conversation).find((f) => f.key === key);
    if (!blob || !file) return;
    Object.assign(file, { status: "sending", share: 0, error: undefined });
    try {
      const stored = await api.upload(conversation, blob, file.name, (share) => (file.share = share));
      previews.set(stored.id, file.url);
      Object.assign(file, { status: "done", share: 1, stored: { id: stored.id, media_type: stored.media_type } });
      blobs.delete(key);
    } catch (error) {
      Object.assign(file, { status: "failed", error: wordsOf(error) });
    }
  }

  function remove(conversation: string, key: string): void {
    const gone = of(conversation).find((f) => f.key === key);
    if (gone) URL.revokeObjectURL(gone.url);
    blobs.delete(key);
    files.value[conversation] = of(conversation).filter((f) => f.key !== key);
  }

  /** All that has left, out of the tray and into a message. */
  function take(conversation: string): AttachmentInfo[] {
    const done = of(conversation).filter((f) => f.stored !== null);
    files.value[conversation] = of(conversation).filter((f) => f.stored === null);
    return done.map((f) => f.stored!);
  }

  /** Out of a message and into the tray again. @returns null when there was room, else what to tell the agent. */
  function putBack(conversation: string, attachments: readonly AttachmentInfo[]): string | null {
    const kept = of(conversation);
    if (kept.length + attachments.length > MOST_FILES) return `一次最多发 ${MOST_FILES} 个文件，请先发出输入框里的图片`;
    // After a reload the page has no picture to show any more, only its name.
    const back = attachments.map((stored): TrayFile => ({ key: newId(), name: "图片", url: previews.get(stored.id) ?? "", moving: stored.media_type.startsWith("video/"), share: 1, status: "done", stored }));
    files.value[conversation] = [...kept, ...back];
    return null;
  }

  return { of, add, send, remove, take, putBack, preview: (id: string): string | null => previews.get(id) ?? null };
});
