/** What the app told about the moment, and whether what concerns the device may travel along. */
import type { Keep } from "./storage";

/** What says something about the customer's device: it travels along only with his consent. */
const DEVICE: readonly string[] = ["app_version", "network", "os", "permissions"];

export class Context {
  /** Null: not asked yet. */
  allowed: boolean | null;
  private known: Record<string, unknown> = {};

  constructor(
    private readonly keep: Keep,
    private readonly key: string,
  ) {
    this.allowed = keep.read<boolean>(key);
  }

  add(more: Record<string, unknown>): void {
    this.known = { ...this.known, ...more };
  }

  /** Whether the app told something about the device that nobody has allowed or forbidden. */
  get asks(): boolean {
    return this.allowed === null && DEVICE.some((name) => name in this.known);
  }

  decide(allowed: boolean): void {
    this.allowed = allowed;
    this.keep.write(this.key, allowed);
  }

  /** What goes with a message. */
  get told(): Record<string, unknown> {
    if (this.allowed === true) return this.known;
    return Object.fromEntries(Object.entries(this.known).filter(([name]) => !DEVICE.includes(name)));
  }
}
