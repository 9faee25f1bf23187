/** Messages that the service has not confirmed: they outlive reloads and lost networks, and tabs share them. */
import type { Pending } from "@youban/shared/log";
import type { Keep } from "./storage";

export class Outbox {
  private readonly key: string;

  constructor(
    private readonly keep: Keep,
    identity: string,
  ) {
    this.key = `${identity}:outbox`;
  }

  list(): Pending[] {
    const found = this.keep.read<Pending[]>(this.key);
    return Array.isArray(found) ? found.filter((p) => typeof p?.client_id === "string") : [];
  }

  /** The next message to send: in the order of writing, refused ones are passed over. */
  head(): Pending | null {
    return this.list().find((p) => p.status !== "failed") ?? null;
  }

  put(pending: Pending): void {
    const rest = this.list();
    const place = rest.findIndex((p) => p.client_id === pending.client_id);
    if (place >= 0) rest[place] = pending;
    else rest.push(pending);
    this.keep.write(this.key, rest);
  }

  remove(clientId: string): void {
    const rest = this.list().filter((p) => p.client_id !== clientId);
    if (rest.length) this.keep.write(this.key, rest);
    else this.keep.remove(this.key);
  }

  watch(onChange: () => void): () => void {
    return this.keep.watch(this.key, onChange);
  }
}
