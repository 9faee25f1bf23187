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
  placeholder: "说说遇到的问题",
  send: "发送",
  image: "发送图片或视频",
  removeImage: "移除这张图片",
  uploadAgain: "重试",
  tray: "准备发送的图片和视频",
  queued: "等待",
  drop: "松开鼠标，添加图片或视频",
  emoji: "表情",
  recentEmoji: "最近用过",
  voice: "语音输入",
  voiceStop: "停止语音输入",
  listening: "请说话…",
  noVoice: "这里不能用语音输入，可以用键盘上的话筒",
  messages: "聊天记录",
  earlier: "查看更早的消息",
  newer: "有新消息",
  botTyping: "正在为您查询",
  agentTyping: "客服正在输入",
  sending: "发送中",
  waiting: "等待网络，连上后自动发送",
  failed: "没有发出去",
  readByAgent: "已读",
  retry: "重新发送",
  discard: "删除",
  picture: "图片",
  video: "视频",
  openVideo: "播放视频",
  previousPicture: "上一张",
  nextPicture: "下一张",
  copied: "已复制",
  copyText: "复制",
  noCopy: "这里不能自动复制，请长按文字复制",
  map: "去这里",
  callStation: "打电话给油站",
  copy: "复制工单号",
  details: "查看详细说明",
  progress: "进度",
  back: "返回",
  loading: "正在加载",
  again: "再试一次",
  chat: "对话",
  help: "帮助",
  tickets: "进度",
  sections: "客服页面",
  search: "搜一搜，比如 发票、退款",
  nothingFound: "没有找到现成的答案，可以直接问",
  frequent: "大家常问",
  categories: "全部分类",
  related: "您可能还想看",
  helped: "这条回答解决问题了吗？",
  solved: "解决了",
  unsolved: "没解决",
  thanks: "谢谢您的反馈",
  call: "打电话",
  callback: "回我电话",
  complain: "投诉建议",
  findMine: "手机号查单",
  points: "积分明细",
  settings: "设置",
  underway: "处理中",
  finished: "已完成",
  predicted: "您是不是遇到了这些情况",
  others: "也可以直接问",
  camera: "拍照",
  consent: "把 App 版本、网络和权限状态一起发给客服，查问题更快。可以吗？",
  agree: "可以",
  decline: "不用",
  openPicture: "查看大图",
  noPicture: "图片暂时打不开，请稍后再试",
  closePicture: "关闭大图",
  bind: "绑定公众号",
  agent: "人工客服",
  bot: "油伴助手",
} as const;

/** What a customer can do with a ticket, as its buttons say it. */
export const ACTIONS: Readonly<Record<string, string>> = {
  confirm: "确认已解决",
  reopen: "重新打开",
  urge: "催一下",
  info: "补充信息",
  withdraw: "撤销",
  why: "为什么要这么久",
};

/** What a service is rated by. */
export const MARKS: readonly { key: "attitude" | "speed" | "solution"; title: string }[] = [
  { key: "attitude", title: "服务态度" },
  { key: "speed", title: "响应速度" },
  { key: "solution", title: "解决效果" },
];
export const MOST_STARS = 5;
export const STAR_WORDS: readonly string[] = ["很不满意", "不满意", "一般", "满意", "非常满意"];

/** The line under the name: who is answering, or what is wrong. */
export function status(chat: {
  phase: string;
  owner: string;
  line: string;
  queue: { closed?: boolean } | null;
}): { text: string; tone: "good" | "busy" | "bad" } {
  if (chat.phase === "expired") return { text: "登录已过期", tone: "bad" };
  if (chat.phase === "offline") return { text: "网络断开，正在重新连接", tone: "bad" };
  if (chat.phase === "opening" || chat.phase === "idle") return { text: "正在连接", tone: "busy" };
  if (chat.phase === "ready" && chat.line === "down") return { text: "网络不稳，正在重新连接", tone: "busy" };
  if (chat.owner === "human") return { text: "人工客服正在为您服务", tone: "good" };
  if (chat.owner === "queued" && chat.queue?.closed) return { text: "智能助手在线，人工客服已下班", tone: "busy" };
  if (chat.owner === "queued") return { text: "正在为您转接人工客服", tone: "busy" };
  return { text: "智能助手在线，可转人工", tone: "good" };
}
