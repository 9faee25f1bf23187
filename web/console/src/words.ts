/** Names of what travels as ids. */

export type Tone = "plain" | "accent" | "warn" | "bad" | "good";

const of = (names: Record<string, string>) => (id: string | null | undefined): string => (id ? (names[id] ?? id) : "");

export const DEPARTMENTS: Record<string, string> = {
  service: "客户服务部",
  tech: "技术部",
  ops: "运营部",
  finance: "财务部",
  station: "油站管理部",
  security: "安全风控部",
};
export const department = of(DEPARTMENTS);

export const role = of({
  agent: "客服",
  handler: "部门处理人",
  station: "油站人员",
  editor: "知识编辑",
  supervisor: "主管",
  admin: "管理员",
});

export const FEELINGS = ["calm", "anxious", "dissatisfied", "angry"] as const;
export const feeling = of({ calm: "平静", anxious: "焦虑", dissatisfied: "不满", angry: "愤怒" });
export function feelingTone(id: string | null | undefined): Tone {
  return id === "angry" ? "bad" : id === "dissatisfied" || id === "anxious" ? "warn" : "plain";
}

export const tier = of({
  guard: "规则",
  retrieval: "检索",
  assistant: "对话模型",
  generative: "生成",
  human: "人工",
});
export const kind = of({
  faq: "文章回答",
  flow: "办理流程",
  chat: "闲聊",
  clarify: "请客户澄清",
  handoff: "转人工",
  out_of_scope: "超出范围",
});
export const outcome = of({ ok: "有进展", not_understood: "没听懂", no_progress: "没有进展" });

export const PRIORITIES: Record<string, { title: string; tone: Tone }> = {
  P0: { title: "紧急", tone: "bad" },
  P1: { title: "高", tone: "warn" },
  P2: { title: "中", tone: "plain" },
  P3: { title: "普通", tone: "plain" },
};

export const STATUSES: Record<string, string> = {
  accepted: "已受理",
  checking: "核查中",
  finance_review: "财务审核",
  waiting_customer: "待客户补充",
  solved: "已解决",
  closed: "已关闭",
  reopened: "已重新打开",
  withdrawn: "已撤销",
};
export const ticketStatus = of(STATUSES);
export function statusTone(id: string): Tone {
  if (id === "solved" || id === "closed") return "good";
  if (id === "waiting_customer" || id === "reopened") return "warn";
  return id === "withdrawn" ? "plain" : "accent";
}
export const isOpenTicket = (status: string): boolean => !["solved", "closed", "withdrawn"].includes(status);

export type NextStatus = "checking" | "finance_review" | "waiting_customer" | "solved" | "closed" | "reopened" | "withdrawn";

/** What may follow a status; the service has the last word. */
export const NEXT_STATUSES: Record<string, readonly NextStatus[]> = {
  accepted: ["checking", "waiting_customer", "solved", "withdrawn"],
  checking: ["finance_review", "waiting_customer", "solved", "withdrawn"],
  finance_review: ["checking", "waiting_customer", "solved", "withdrawn"],
  waiting_customer: ["checking", "solved", "withdrawn"],
  solved: ["closed", "reopened"],
  closed: ["reopened"],
  reopened: ["checking", "solved", "withdrawn"],
  withdrawn: ["reopened"],
};

export const level = of({ puka: "普卡", gold: "金卡", platinum: "白金", diamond: "钻石" });

export const orderStatus = of({
  paid: "已付款，未加油",
  fuelled: "已加油",
  cancelled: "已取消",
  refunding: "退款中",
  refunded: "已退款",
  failed: "支付失败",
});
export const couponStatus = of({ pending: "待到账", usable: "可使用", used: "已使用", expired: "已过期", frozen: "已冻结" });
export const channel = of({ wechat: "微信", alipay: "支付宝", bank_card: "银行卡", balance: "余额", points: "积分" });

export const eventKind = of({
  filed: "提交",
  created: "提交",
  advanced: "推进",
  status: "状态变更",
  info: "补充说明",
  urge: "客户催办",
  again: "客户再次反映",
  withdrawn: "撤销",
  escalated: "升级",
  note: "备注",
});

export const stateWords = of({ bot: "智能助手接待中", queued: "等待人工", human: "人工接待中", closed: "已结束" });

/** `¥187.50` */
export function yuan(fen: number | null | undefined): string {
  return fen === null || fen === undefined ? "—" : `¥${(fen / 100).toFixed(2)}`;
}

/** The role decides which pages there are; the service checks each request all the same. */
export interface Pages {
  desk: boolean;
  tickets: boolean;
  knowledge: boolean;
  wall: boolean;
  /** Department and station staff: the page for a phone is theirs. */
  handles: boolean;
  /** Whether articles may be changed, not only read. */
  edits: boolean;
  approvals: boolean;
  /** Webhooks and channels. */
  integrations: boolean;
}

export function pagesOf(roleId: string | undefined): Pages {
  const talks = roleId === "agent" || roleId === "supervisor" || roleId === "admin";
  const edits = roleId === "editor" || roleId === "supervisor" || roleId === "admin";
  const handles = roleId === "handler" || roleId === "station";
  return { desk: talks, handles, tickets: talks || handles, knowledge: talks || edits, edits, wall: roleId === "supervisor" || roleId === "admin", approvals: roleId === "supervisor" || roleId === "admin", integrations: roleId === "admin" };
}

/** The states of an article on the knowledge page. */
export const ARTICLE_STATES: Record<string, { title: string; tone?: Tone }> = {
  live: { title: "已发布", tone: "good" },
  scheduled: { title: "未到生效日", tone: "warn" },
  expired: { title: "已过期", tone: "bad" },
  offline: { title: "已下线" },
  draft: { title: "仅草稿", tone: "warn" },
};

export const PRESENCE: Record<string, string> = { online: "在线", away: "暂离", offline: "不接会话" };

/** How often an article helped its readers in the last 30 days. */
export function helpfulness(line: { solved: number; unsolved: number }): { text: string; tone: Tone } {
  const total = line.solved + line.unsolved;
  const rate = total ? line.solved / total : 0;
  return { text: `解决率 ${Math.round(rate * 100)}%（${total} 人）`, tone: rate >= 0.7 ? "good" : rate >= 0.4 ? "warn" : "bad" };
}

/** Dialects that an agent may bring. */
export const DIALECTS: Record<string, string> = { yue: "粤语", sichuan: "四川话" };
