/** How the tables of rules are read and written: what each part is, what it is called, and what it may hold. Pure. */

export type Row = Record<string, unknown>;

/** What a value is; it decides with which field it is edited. */
export type FieldKind =
  | "money" | "points" | "number" | "percent" | "days" | "seconds" | "text" | "choice" | "switch"
  | "duration" | "periods" | "period" | "dates" | "dayPeriods";

export interface Field {
  /** Where the value stands in the row: `["value", "P0", "warn"]`. */
  path: (string | number)[];
  label: string;
  kind: FieldKind;
  help?: string;
  choices?: Record<string, string>;
  least?: number;
  most?: number;
  /** May be left empty. */
  optional?: boolean;
  /** What holds while nothing is written. */
  fallback?: unknown;
}

export interface Group {
  title: string;
  help?: string;
  fields: Field[];
}

export const POLICY_TITLES: Record<string, { title: string; help: string }> = {
  hours: { title: "接待时间", help: "什么时候有人工接待。下班后客户会看到下次开始的时间，可以留工单或预约回电。" },
  office: { title: "接待时限", help: "客服多久要有动作，超过就换一位或提醒主管。" },
  sla: { title: "工单时限", help: "工单的预警、升级、夜间免打扰和自动关闭。承诺客户的时限随问题类别，不在这里改。" },
  compensation: { title: "补偿政策", help: "什么原因可以补多少、谁可以直接给。智能助手和客服都按这张表。" },
  root_causes: { title: "问题根因", help: "工单关闭时选的原因，报表按它归类和追责。" },
};
export const POLICY_ORDER = ["hours", "office", "sla", "compensation", "root_causes"];

const LEVELS: Record<string, string> = { puka: "普卡", gold: "金卡", platinum: "白金", diamond: "钻石" };
export const AUTHORITIES: Record<string, string> = { assistant: "智能助手", agent: "客服", supervisor: "主管", admin: "管理员" };
export const GIVEN: Record<string, string> = { refund: "退款", grant_coupon: "补偿加油券", reissue_coupon: "补发原券", grant_points: "补积分", return_points: "退回积分", reissue_code: "换发卡密" };
const BASES: Record<string, string> = { record: "按平台记录的数额", fixed: "固定数额" };
export const SIDES: Record<string, string> = { platform: "平台", station: "油站", payment_provider: "支付机构", partner: "合作商户", supplier: "供应商", customer: "客户", none: "无责任方" };
const CAUSE_KINDS: Record<string, string> = {
  product: "产品", staff: "人员", equipment: "设备", quality: "油品", network: "网络", payment: "支付", partner: "合作商户", supply: "供应", operation: "操作", understanding: "理解", fraud: "欺诈", other: "其他",
};
const WEEK: Record<string, string> = { mon: "周一", tue: "周二", wed: "周三", thu: "周四", fri: "周五", sat: "周六", sun: "周日" };
const PRIORITIES: Record<string, string> = { P0: "紧急", P1: "高", P2: "中", P3: "普通" };
const WHO: Record<string, string> = { owner: "负责人", department: "部门", supervisor: "主管" };
const PARTS: Record<string, string> = {
  always: "全天", daily: "每日", workday: "工作日", periods: "时段", workdays: "只算工作日", off: "额外休息日", worked: "额外上班日",
  warn_first: "首次答复前多久预警", warn: "到期前多久预警", silence: "最长多久没有进展", more: "超时后的新承诺", ring: "多久没人接就呼叫主管", escalate: "超时升级", after: "超时后", to: "通知",
  merge: "合并通知的间隔", quiet: "免打扰时段", wakes: "夜间也通知的优先级", remind: "多久没回复提醒客户", close: "多久没回复自动关闭",
};
const name = (key: string): string => WEEK[key] ?? PRIORITIES[key] ?? PARTS[key] ?? LEVELS[key] ?? key;

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const DURATION = /^\d+(m|h|wd)$/;
export const PERIOD = /^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The fields of a row, in groups. */
export function groupsOf(policy: string, row: Row): Group[] {
  if (policy === "compensation") return [{ title: "", fields: compensation(row) }];
  if (policy === "root_causes") return [{ title: "", fields: cause() }];
  if (policy === "office") return [{ title: "", fields: [{ path: ["value"], label: String(row["title"] ?? ""), kind: "seconds", least: Number(row["at_least"]), most: Number(row["at_most"]) }] }];
  if (policy === "hours" && row["id"] === "days") return [{ title: "", fields: [{ path: ["value"], label: "日期", kind: "dayPeriods", help: "没有时段就是全天休息。" }] }];
  return valueGroups(row["value"], String(row["title"] ?? ""));
}

function compensation(row: Row): Field[] {
  const points = row["kind"] === "grant_points" || row["kind"] === "return_points" || row["kind"] === "reissue_code";
  const kind: FieldKind = points ? "points" : "money";
  const record = row["basis"] === "record";
  return [
    { path: ["title"], label: "名称", kind: "text" },
    { path: ["kind"], label: "方式", kind: "choice", choices: GIVEN },
    { path: ["basis"], label: "数额怎么算", kind: "choice", choices: BASES, fallback: "fixed", help: "按记录：退多扣的、补少发的；固定：表里写多少给多少。" },
    ...(record ? [{ path: ["percent"], label: "记录的百分之几", kind: "percent" as const, least: 1, most: 200, fallback: 100 }] : []),
    ...Object.entries(LEVELS).map(([level, title]) => ({ path: ["amounts", level], label: `${title}${record ? "单次最多" : "给"}`, kind, least: 1 })),
    { path: ["cap_30_days"], label: "同一客户 30 天最多", kind, least: 1 },
    { path: ["repeat_days"], label: "同一原因多少天内再给要审批", kind: "days", least: 0, most: 365 },
    ...(row["kind"] === "grant_coupon" || row["kind"] === "reissue_coupon" ? [{ path: ["valid_days"], label: "券的有效期", kind: "days" as const, least: 1, most: 3650, optional: true }] : []),
    { path: ["authority"], label: "谁可以直接给", kind: "choice", choices: AUTHORITIES },
    { path: ["approver"], label: "超过限额谁审批", kind: "choice", choices: AUTHORITIES },
  ];
}

function cause(): Field[] {
  return [
    { path: ["title"], label: "名称", kind: "text" },
    { path: ["kind"], label: "分类", kind: "choice", choices: CAUSE_KINDS },
    { path: ["side"], label: "责任方", kind: "choice", choices: SIDES },
  ];
}

/** A value of a table of parts, whatever it holds: one group for each part that has parts itself. */
export function valueGroups(value: unknown, title: string): Group[] {
  if (!isObject(value)) return [{ title: "", fields: [fieldOf(["value"], title, value)] }];
  const plain: Field[] = [];
  const groups: Group[] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (isObject(inner) || isStages(inner)) groups.push({ title: name(key), fields: fieldsOf(["value", key], inner) });
    else plain.push(fieldOf(["value", key], name(key), inner));
  }
  return [...(plain.length ? [{ title: "", fields: plain }] : []), ...groups];
}

const isStages = (value: unknown): value is Record<string, unknown>[] => Array.isArray(value) && value.length > 0 && value.every(isObject);

function fieldsOf(path: (string | number)[], value: unknown): Field[] {
  if (isStages(value)) {
    return value.flatMap((stage, place) =>
      Object.entries(stage).map(([key, inner]) => fieldOf([...path, place, key], `第 ${place + 1} 步 ${name(key)}`, inner)),
    );
  }
  return Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) =>
    isObject(inner) || isStages(inner) ? fieldsOf([...path, key], inner) : [fieldOf([...path, key], name(key), inner)],
  );
}

function fieldOf(path: (string | number)[], label: string, value: unknown): Field {
  const key = path.at(-1);
  if (key === "to") return { path, label, kind: "choice", choices: WHO };
  if (key === "wakes") return { path, label, kind: "choice", choices: PRIORITIES };
  if (typeof value === "boolean") return { path, label, kind: "switch" };
  if (typeof value === "number") return { path, label, kind: "number", least: 0 };
  if (typeof value === "string" && DURATION.test(value)) return { path, label, kind: "duration" };
  if (typeof value === "string" && PERIOD.test(value)) return { path, label, kind: "period" };
  if (Array.isArray(value)) return { path, label, kind: key === "off" || key === "worked" || value.some((v) => DATE.test(String(v))) ? "dates" : "periods" };
  return { path, label, kind: "text" };
}

export function read(row: Row, path: (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value === null || typeof value !== "object" ? undefined : (value as Record<string | number, unknown>)[key]), row);
}

/** `row` with another value at `path`; nothing of the old one is touched. */
export function written(row: Row, path: (string | number)[], value: unknown): Row {
  const [key, ...rest] = path;
  if (key === undefined) return row;
  const copy = (Array.isArray(row) ? [...row] : { ...row }) as Row;
  const inner = copy[key] as Row | undefined;
  if (rest.length === 0) copy[key] = value;
  else copy[key] = written(inner ?? {}, rest, value);
  return copy;
}

/** What is wrong with a value; null: nothing. The service has the last word. */
export function problemOf(field: Field, given: unknown): string | null {
  const value = given ?? field.fallback;
  const empty = value === null || value === undefined || value === "";
  if (empty) return field.optional || field.kind === "periods" || field.kind === "dates" ? null : "请填写";
  if (["money", "points", "number", "percent", "days", "seconds"].includes(field.kind)) {
    if (typeof value !== "number" || !Number.isInteger(value)) return field.kind === "money" ? "最多两位小数" : "请填整数";
    if (field.least !== undefined && value < field.least) return `不能小于 ${shown(field, field.least)}`;
    if (field.most !== undefined && value > field.most) return `不能大于 ${shown(field, field.most)}`;
  }
  if (field.kind === "duration" && !DURATION.test(String(value))) return "请填时长";
  if (field.kind === "period" && !PERIOD.test(String(value))) return "写成 22:00-08:00";
  if (field.kind === "periods") return periodsProblem(value);
  if (field.kind === "dayPeriods" && isObject(value)) {
    for (const [date, periods] of Object.entries(value)) {
      if (!DATE.test(date)) return `日期 ${date} 不对`;
      const wrong = periodsProblem(periods);
      if (wrong) return `${date}：${wrong}`;
    }
  }
  return null;
}

function periodsProblem(value: unknown): string | null {
  if (!Array.isArray(value)) return "请填时段";
  let before = -1;
  for (const period of value) {
    const parts = PERIOD.exec(String(period));
    if (!parts) return "时段写成 08:00-22:00";
    const [begins, ends] = [Number(parts[1]) * 60 + Number(parts[2]), Number(parts[3]) * 60 + Number(parts[4])];
    if (begins >= 1440 || ends > 1440) return "时段写成 08:00-22:00";
    if (begins < before) return "时段要按先后，不能重叠";
    before = ends > begins ? ends : ends + 1440;
  }
  return null;
}

/** A cross-field rule of a whole row; null: nothing wrong. */
export function rowProblem(policy: string, row: Row): string | null {
  if (policy !== "compensation") return null;
  const cap = Number(row["cap_30_days"]);
  const over = Object.entries((row["amounts"] ?? {}) as Record<string, number>).find(([, amount]) => amount > cap);
  if (over) return `${LEVELS[over[0]] ?? over[0]}的数额超过了 30 天上限`;
  const ranks = Object.keys(AUTHORITIES);
  if (ranks.indexOf(String(row["approver"])) < ranks.indexOf(String(row["authority"]))) return "审批的人不能低于可直接给的人";
  return null;
}

const UNITS: Record<string, string> = { m: "分钟", h: "小时", wd: "个工作日" };

/** A value in words: `¥5.00`, `30 分钟`, `08:00-22:00`. */
export function shown(field: Field, given: unknown): string {
  const value = given ?? field.fallback;
  if (value === null || value === undefined || value === "") return field.kind === "periods" ? "休息" : "不限";
  if (field.kind === "money") return `¥${(Number(value) / 100).toFixed(2)}`;
  if (field.kind === "points") return `${Number(value).toLocaleString("zh-CN")} 分`;
  if (field.kind === "percent") return `${String(value)}%`;
  if (field.kind === "days") return `${String(value)} 天`;
  if (field.kind === "seconds") return seconds(Number(value));
  if (field.kind === "choice") return field.choices?.[String(value)] ?? String(value);
  if (field.kind === "switch") return value ? "是" : "否";
  if (field.kind === "duration") return durationWords(String(value));
  if (field.kind === "periods" || field.kind === "dates") return Array.isArray(value) && value.length ? value.join("，") : field.kind === "dates" ? "没有" : "休息";
  if (field.kind === "dayPeriods" && isObject(value)) {
    const days = Object.entries(value).map(([date, periods]) => `${date} ${Array.isArray(periods) && periods.length ? periods.join("，") : "休息"}`);
    return days.join("；") || "没有";
  }
  return String(value);
}

function seconds(value: number): string {
  if (value < 60 || value % 60) return `${value} 秒`;
  return `${value / 60} 分钟`;
}

export function durationWords(value: string): string {
  const parts = /^(\d+)(m|h|wd)$/.exec(value);
  return parts ? `${parts[1]} ${UNITS[parts[2]!]}` : value;
}

export interface Change {
  row: string;
  label: string;
  before: string;
  after: string;
}

const idOf = (row: Row): string => String(row["cause"] ?? row["id"] ?? "");

/** What differs between two versions of a table, in words. */
export function changesOf(policy: string, before: readonly Row[], after: readonly Row[]): Change[] {
  const old = new Map(before.map((row) => [idOf(row), row]));
  const found: Change[] = [];
  for (const row of after) {
    const was = old.get(idOf(row));
    old.delete(idOf(row));
    const title = String(row["title"] ?? idOf(row));
    if (!was) {
      found.push({ row: title, label: "新增一行", before: "", after: "" });
      continue;
    }
    const fields = new Map([...groupsOf(policy, was), ...groupsOf(policy, row)].flatMap((group) => group.fields.map((f) => [f.path.join("."), { ...f, label: [group.title, f.label].filter(Boolean).join(" ") }] as const)));
    for (const field of fields.values()) {
      const [a, b] = [read(was, field.path), read(row, field.path)];
      if (JSON.stringify(a ?? null) !== JSON.stringify(b ?? null)) found.push({ row: title, label: field.label === title ? "" : field.label, before: shown(field, a), after: shown(field, b) });
    }
  }
  for (const row of old.values()) found.push({ row: String(row["title"] ?? idOf(row)), label: "删除这一行", before: "", after: "" });
  return found;
}

/** A new row that somebody fills in; its id is of no meaning to people. */
export function newRow(policy: string, known: readonly Row[]): Row | null {
  const taken = new Set(known.map(idOf));
  let number = known.length + 1;
  while (taken.has(`custom_${number}`)) number += 1;
  const id = `custom_${number}`;
  if (policy === "compensation") {
    return { cause: id, title: "", kind: "grant_coupon", basis: "fixed", amounts: { puka: 500, gold: 500, platinum: 1000, diamond: 1000 }, authority: "agent", approver: "supervisor", cap_30_days: 3000, repeat_days: 30, valid_days: 30 };
  }
  if (policy === "root_causes") return { id, title: "", kind: "other", side: "platform" };
  return null;
}
