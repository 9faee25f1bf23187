/** What waits for this person's decision, and what became of what he asked for. */
import { ElNotification } from "element-plus";
import { ref } from "vue";
import { defineStore } from "pinia";
import { ApiError } from "@youban/shared/http";
import type { AgentFrame, RemedyStatus } from "@youban/shared/wire";
import { cards } from "../service";
import { useLive } from "./live";
import { useSession } from "./session";

export const REMEDY_STATUS: Record<RemedyStatus, { title: string; tone: "plain" | "accent" | "warn" | "bad" | "good" }> = {
  waiting_approval: { title: "待审批", tone: "warn" },
  pending: { title: "办理中", tone: "accent" },
  done: { title: "已办好", tone: "good" },
  refused: { title: "平台没有办成", tone: "bad" },
  rejected: { title: "审批未通过", tone: "bad" },
  failed: { title: "平台没有响应", tone: "bad" },
};

type Frame = Extract<AgentFrame, { type: "remedy" }>;

/** What the person who asked is told of a step; null: nothing. */
export function toldOf(frame: Frame, me: string): { title: string; message: string; type: "success" | "warning" | "info" } | null {
  if (frame.requested_by !== me) return null;
  const what = frame.title;
  if (frame.status === "rejected") return { title: `${what}没有通过审批`, message: `${frame.decided_by ?? "主管"} 驳回了，理由在客户卡片的办理记录里。`, type: "warning" };
  if (frame.status === "pending" && frame.decided_by) return { title: `${what}已批准`, message: `${frame.decided_by} 已批准，正在办理。`, type: "info" };
  if (frame.status === "done") return { title: `${what}已办好`, message: "客户已收到通知。", type: "success" };
  if (frame.status === "refused") return { title: `${what}没有办成`, message: "平台没有办理，原因在客户卡片的办理记录里。", type: "warning" };
  if (frame.status === "failed") return { title: `${what}没有办成`, message: "平台一直没有响应，可以在办理记录里重试。", type: "warning" };
  return null;
}

export const useRemedies = defineStore("remedies", () => {
  const live = useLive();
  const session = useSession();
  const waiting = ref(0);
  let stop: (() => void) | null = null;

  async function refresh(): Promise<void> {
    if (!session.pages.approvals) {
      waiting.value = 0;
      return;
    }
    try {
      waiting.value = await cards.waiting();
    } catch (error) {
      // The badge stays as it was; the next frame asks again.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  function start(): void {
    if (stop) return;
    stop = live.listen((frame) => {
      if (frame.type === "reconnected") void refresh();
      if (frame.type !== "remedy") return;
      void refresh();
      const told = toldOf(frame, session.agent?.username ?? "");
      if (told) ElNotification({ ...told, duration: 8000, position: "bottom-right" });
    });
    void refresh();
  }

  function end(): void {
    stop?.();
    stop = null;
    waiting.value = 0;
  }

  return { waiting, refresh, start, end };
});
