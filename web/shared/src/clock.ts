/** Times in words. Customers and stations live by China's clock, wherever the browser stands. */

const ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;
const CHINA_OFFSET_MS = 8 * 3_600_000;

const parts = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE,
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

function read(moment: Date): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(moment).map((p) => [p.type, p.value]));
}

/** Days since 1970 on China's calendar; China has had no daylight saving since 1991. */
function dayNumber(moment: Date): number {
  return Math.floor((moment.getTime() + CHINA_OFFSET_MS) / DAY_MS);
}

/** `10:05` */
export function timeOfDay(iso: string): string {
  const p = read(new Date(iso));
  return `${p["hour"]}:${p["minute"]}`;
}

/** `今天`, `昨天`, `11月20日`, `2024年11月20日` */
export function day(iso: string, now: Date): string {
  const moment = new Date(iso);
  const named: Record<number, string> = { [-2]: "前天", [-1]: "昨天", 0: "今天", 1: "明天", 2: "后天" };
  const near = named[dayNumber(moment) - dayNumber(now)];
  if (near) return near;
  const p = read(moment);
  const short = `${p["month"]}月${p["day"]}日`;
  return p["year"] === read(now)["year"] ? short : `${p["year"]}年${short}`;
}

/** `今天 10:05` */
export function dayAndTime(iso: string, now: Date): string {
  return `${day(iso, now)} ${timeOfDay(iso)}`;
}

/** As short as a list needs it: the time today, else the day. */
export function brief(iso: string, now: Date): string {
  return dayNumber(new Date(iso)) === dayNumber(now) ? timeOfDay(iso) : day(iso, now);
}

/** A length of time in its largest units: `3 天 2 小时`, `1 小时 20 分`, `5 分钟`, `不到 1 分钟`. */
export function span(seconds: number): string {
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  if (minutes < 1) return "不到 1 分钟";
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days) return hours ? `${days} 天 ${hours} 小时` : `${days} 天`;
  if (hours) return rest ? `${hours} 小时 ${rest} 分` : `${hours} 小时`;
  return `${rest} 分钟`;
}

/** How a promised time stands: `剩 2 小时`, `已超时 5 分钟`. */
export function untilDue(iso: string, now: Date): { late: boolean; soon: boolean; text: string } {
  const seconds = (new Date(iso).getTime() - now.getTime()) / 1000;
  const late = seconds < 0;
  return { late, soon: !late && seconds < 1800, text: late ? `已超时 ${span(-seconds)}` : `剩 ${span(seconds)}` };
}

/** How far the service's clock is ahead of this browser's, in milliseconds; small differences are left alone. */
let ahead = 0;
const TRUSTED_MS = 2000;
const SLOW_MS = 5000;

/** Learn the service's time from the `Date` of an answer (whole seconds), and when the request left and came back. */
export function hearServer(server: number, left: number, came: number): void {
  if (came - left > SLOW_MS) return;
  const found = server + 500 - (left + came) / 2;
  if (Math.abs(found - ahead) > TRUSTED_MS) ahead = Math.abs(found) > TRUSTED_MS ? found : 0;
}

/** The present moment by the service's clock: promises do not end earlier because a computer's clock is wrong. */
export const serverNow = (): Date => new Date(Date.now() + ahead);

/** How long is left, to the second where it is less than an hour: `59:03`, `2 小时 5 分`. */
export function countdown(seconds: number): string {
  if (seconds >= 3600 || seconds < 0) return span(Math.abs(seconds));
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
