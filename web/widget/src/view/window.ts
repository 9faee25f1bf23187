/** Which part of a long conversation is drawn: a stretch of lines that moves with the reader, so that a phone holds little. */

export const PAGE = 80;
/** So many are added at once: more would make the finger wait. */
export const STEP = 20;
/** More than this is never in the page at once. */
export const MOST = 180;

export class LineWindow {
  /** How many lines; they end at `last`. */
  private count = PAGE;
  /** Key of the last line drawn; null: follow the end of the conversation. */
  private last: string | null = null;
  /** The last line there was. */
  private end: string | undefined;

  get following(): boolean {
    return this.last === null;
  }

  /** The stretch of `keys` to draw. `reading`: what is drawn must not vanish at its top because something came below. */
  of(keys: readonly string[], reading: boolean): { from: number; to: number } {
    const known = this.end === undefined ? -1 : keys.lastIndexOf(this.end);
    if (reading && this.last === null && known >= 0) this.count = Math.min(MOST, this.count + keys.length - 1 - known);
    this.end = keys.at(-1);
    const found = this.last === null ? -1 : keys.indexOf(this.last);
    if (found < 0) this.last = null;
    const to = found < 0 ? keys.length : found + 1;
    return { from: Math.max(0, to - this.count), to };
  }

  /** Draw some more towards the beginning. */
  up(keys: readonly string[]): void {
    const { from, to } = this.of(keys, false);
    const begin = Math.max(0, from - STEP);
    this.put(keys, begin, Math.min(to, begin + MOST));
  }

  /** Draw some more towards the end. */
  down(keys: readonly string[]): void {
    const { from, to } = this.of(keys, false);
    const end = Math.min(keys.length, to + STEP);
    this.put(keys, Math.max(from, end - MOST), end);
  }

  toEnd(): void {
    this.last = null;
    this.count = PAGE;
  }

  private put(keys: readonly string[], from: number, to: number): void {
    this.count = to - from;
    this.last = to >= keys.length ? null : (keys[to - 1] ?? null);
  }
}
