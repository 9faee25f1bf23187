/** Named timers of one owner: setting one again replaces it, and all end together. */
export class Timers {
  private readonly running = new Map<string, ReturnType<typeof setTimeout>>();

  later(name: string, ms: number, work: () => void): void {
    this.cancel(name);
    this.running.set(
      name,
      setTimeout(() => {
        this.running.delete(name);
        work();
      }, ms),
    );
  }

  cancel(name: string): void {
    const timer = this.running.get(name);
    if (timer) clearTimeout(timer);
    this.running.delete(name);
  }

  stop(): void {
    for (const timer of this.running.values()) clearTimeout(timer);
    this.running.clear();
  }
}
