/** What the widget says by itself, and what it offers at the start. */

export const NAME = "油伴客服";

export const WELCOME = {
  title: "您好，我是油伴助手",
  text: "加油、付款、优惠券、积分、发票的问题，用您自己的话告诉我就行。",
};

/** The first ones are also what the large-type mode keeps. Sent as the customer's own words. */
export const QUICK_QUESTIONS: readonly string[] = [
  "钱扣了油枪没反应",
  "我的加油券还没到账",
  "积分加油没成功",
  "发票怎么开",
  "查一下退款进度",
  "附近哪有加油站",
];
export const ELDER_QUESTIONS = 3;

/** Always one tap away above the input. */
export const CHIPS: readonly string[] = ["我的工单进度", "查我的订单", "加油券没到账", "怎么开发票"];

export const PERSON = { title: "转人工", payload: "human" };

export const WORDS = {
  launcher: "联系客服",
  unread: (count: number) => `联系客服，${count} 条新消息`,
  close: "关闭客服窗口",
  larger: "大字版",
  smaller: "标准字号",
  input: "输入消息",
  placeholder: "请描述您遇到的问题",
  send: "发送",
  image: "发送图片",
  removeImage: "移除这张图片",
  uploadAgain: "重试",
  notImage: "这里只能发送图片",
  messages: "聊天记录",
  earlier: "查看更早的消息",
  newer: "有新消息",
  botTyping: "正在为您查询",
  agentTyping: "客服正在输入",
  sending: "发送中",
  waiting: "等待网络，连上后自动发送",
  failed: "没有发出去",
  retry: "重新发送",
  discard: "删除",
  picture: "图片",
  copied: "工单号已复制",
  copy: "复制工单号",
  details: "查看详细说明",
  agent: "人工客服",
  bot: "油伴助手",
} as const;

/** The line under the name: who is answering, or what is wrong. */
export function status(chat: {
  phase: string;
  owner: string;
  line: string;
  queue: { place: number; estimateMinutes: number | null } | null;
}): { text: string; tone: "good" | "busy" | "bad" } {
  if (chat.phase === "expired") return { text: "登录已过期", tone: "bad" };
  if (chat.phase === "offline") return { text: "网络断开，正在重新连接", tone: "bad" };
  if (chat.phase === "opening" || chat.phase === "idle") return { text: "正在连接", tone: "busy" };
  if (chat.phase === "ready" && chat.line === "down") return { text: "网络不稳，正在重新连接", tone: "busy" };
  if (chat.owner === "human") return { text: "人工客服正在为您服务", tone: "good" };
  if (chat.owner === "queued") return { text: "正在为您转接人工客服", tone: "busy" };
  return { text: "智能助手在线，随时可转人工", tone: "good" };
}

/** The queue's place in words. */
export function queueWords(queue: { place: number; estimateMinutes: number | null } | null): string {
  if (!queue) return "正在排队等待人工客服";
  const time = queue.estimateMinutes === null ? "" : `，预计 ${queue.estimateMinutes} 分钟左右`;
  return queue.place <= 1 ? `您排在第 1 位，客服马上就来${time}` : `您排在第 ${queue.place} 位${time}`;
}
