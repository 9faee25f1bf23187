/** Waiting times between attempts: doubling, with jitter, so that many clients do not come back at one instant. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly firstMs = 500,
    private readonly longestMs = 30_000,
    private readonly random: () => number = Math.random,
  ) {}

  /** Milliseconds to wait before the next attempt; between half and the whole of the current span. */
  next(): number {
    const span = Math.min(this.longestMs, this.firstMs * 2 ** this.failures);
    this.failures += 1;
    return Math.round(span * (0.5 + this.random() / 2));
  }

  reset(): void {
    this.failures = 0;
  }
}
