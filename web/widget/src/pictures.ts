/** Pictures of the conversation as addresses of this page: those sent from here, and those fetched from the service. */
import type { CustomerApi } from "@youban/shared/customer";
import { ApiError } from "@youban/shared/http";

const MOST_WHOLE = 6;

export class Pictures {
  private readonly known = new Map<string, string>();
  private readonly wholes = new Map<string, { address: string; moving: boolean }>();
  private readonly fetching = new Map<string, Promise<string | null>>();

  constructor(private readonly api: () => CustomerApi) {}

  put(id: string, address: string): void {
    this.known.set(id, address);
  }

  get(id: string): string | null {
    return this.known.get(id) ?? null;
  }

  /** A small form of the picture, fetched once; null when it cannot be had. */
  fetch(id: string): Promise<string | null> {
    const under = this.fetching.get(id);
    if (under) return under;
    const fetched = this.api()
      .picture(id, true)
      .then(
        (blob) => {
          const address = URL.createObjectURL(blob);
          this.known.set(id, address);
          return address;
        },
        (error: unknown) => {
          this.fetching.delete(id);
          if (!(error instanceof ApiError)) throw error;
          return null;
        },
      );
    this.fetching.set(id, fetched);
    return fetched;
  }

  /** The whole picture or video. Falls back to the small one. */
  async whole(id: string): Promise<{ address: string; moving: boolean } | null> {
    const known = this.wholes.get(id);
    if (known) return known;
    try {
      const blob = await this.api().picture(id, false);
      const found = { address: URL.createObjectURL(blob), moving: blob.type.startsWith("video/") };
      this.wholes.set(id, found);
      // A phone holds a few of them; the small forms stay.
      for (const [old, { address }] of this.wholes) {
        if (this.wholes.size <= MOST_WHOLE) break;
        URL.revokeObjectURL(address);
        this.wholes.delete(old);
      }
      return found;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const small = this.get(id);
      return small ? { address: small, moving: false } : null;
    }
  }

  clear(): void {
    for (const address of [...this.known.values(), ...[...this.wholes.values()].map((w) => w.address)]) URL.revokeObjectURL(address);
    this.known.clear();
    this.wholes.clear();
    this.fetching.clear();
  }
}
