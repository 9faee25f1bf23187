/** What the shop front shows of a demo customer. The assistant reads the platform's own records, not these. */

export interface Person {
  /** Empty: a guest. */
  id: string;
  title: string;
  note: string;
}

export const PEOPLE: readonly Person[] = [
  { id: "demo-puka", title: "普卡", note: "陈师傅" },
  { id: "demo-gold", title: "金卡", note: "李女士" },
  { id: "demo-platinum", title: "白金", note: "赵先生" },
  { id: "demo-diamond", title: "钻石", note: "周先生" },
  { id: "", title: "访客", note: "未登录" },
];

/** The person for `?customer=…`: a demo customer, or a fresh copy of one (`demo-gold-17`); otherwise the first. */
export function personOf(wanted: string | null): Person {
  const first = PEOPLE[0]!;
  if (wanted === null) return first;
  if (wanted === "" || wanted === "guest") return PEOPLE.at(-1)!;
  const level = PEOPLE.find((p) => p.id !== "" && (wanted === p.id || wanted.startsWith(`${p.id}-`)));
  return level ? { ...level, id: wanted } : first;
}

/** Ids of the platform's own orders, by what their titles begin with. */
export interface KnownOrder {
  id: string;
  title: string;
}

/** The platform's id of a shown order, so that the chat opens with it. */
export function idOf(order: ShownOrder, known: readonly KnownOrder[]): string | null {
  return known.find((k) => k.title.startsWith(order.station) && k.title.includes(`${order.yuan} `))?.id ?? null;
}

export interface ShownOrder {
  station: string;
  when: string;
  what: string;
  yuan: string;
  status: string;
  open: boolean;
}

export interface ShownCoupon {
  value: string;
  title: string;
  note: string;
  usable: boolean;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Orders as of the moment the customer was first seen here: the demo platform counts from there too. */
export function ordersOf(since: number, now: number): ShownOrder[] {
  const at = (ago: number) => relative(now - since + ago);
  return [
    { station: "城北站", when: at(6 * MINUTE), what: "92号 · 3 号枪", yuan: "200.00", status: "已付款，未加油", open: true },
    { station: "东环路站", when: at(180 * MINUTE), what: "92号 · 2 号枪", yuan: "150.00", status: "已加油", open: false },
    { station: "城北站", when: at(DAY + 60 * MINUTE), what: "95号 · 5 号枪", yuan: "230.00", status: "已加油", open: false },
    { station: "南屏站", when: at(5 * DAY), what: "92号 · 6 号枪", yuan: "180.00", status: "退款中", open: true },
  ];
}

export const COUPONS: readonly ShownCoupon[] = [
  { value: "25", title: "满 200 减 25 加油券", note: "已购买，待到账", usable: false },
  { value: "18", title: "满 218 减 18 加油券", note: "92号、95号可用", usable: true },
  { value: "30", title: "柴油满 500 减 30 券", note: "部分油站可用", usable: true },
];

function relative(ms: number): string {
  if (ms < 60 * MINUTE) return `${Math.max(1, Math.round(ms / MINUTE))} 分钟前`;
  if (ms < DAY) return `${Math.round(ms / (60 * MINUTE))} 小时前`;
  return `${Math.floor(ms / DAY)} 天前`;
}

/** Sentences of real customers' kind; each shows another way through the house. */
export const SAMPLES: readonly string[] = [
  "我的加油券还没到账",
  "钱扣了油枪没反应",
  "发票怎么开",
  "用分加油没成功",
  "你们这什么破平台，再不退钱我打12315",
  "今天天气不错想吃火锅",
];
