/** Reading the conversation: opened at its end, read backwards on demand, and whatever was missed fetched. */
import type { CustomerApi } from "@youban/shared/customer";
import { ApiError } from "@youban/shared/http";
import type { MessageLog } from "@youban/shared/log";
import { type Resumed, resume } from "@youban/shared/resume";
import type { History, QueueState } from "@youban/shared/wire";

export class Reader {
  /** Whether the service has messages before the oldest one here. */
  older = false;
  private opened = false;
  private under: Promise<void> | null = null;
  private going: Promise<boolean> | null = null;

  constructor(
    private readonly api: CustomerApi,
    private readonly log: MessageLog,
    private readonly onFound: (found: Resumed) => void,
    /** How far the person who serves has read. */
    private readonly onRead: (seq: number) => void,
    /** Where he stands while he waits for a person. */
    private readonly onPlace: (queue: QueueState | null) => void,
  ) {}

  /** Fetch what is missing; several callers at once share one fetch. The first time only the end is fetched. */
  catchUp(): Promise<void> {
    this.under ??= (this.opened ? resume(this.log, (seq) => this.after(seq)) : this.end())
      .then((found) => this.onFound(found))
      .finally(() => {
        this.under = null;
      });
    return this.under;
  }

  /** Fetch the page before the oldest message here; false when there is none. */
  back(): Promise<boolean> {
    if (!this.older) return Promise.resolve(false);
    this.going ??= this.page()
      .catch((error: unknown) => {
        // Whoever scrolls on asks again.
        if (error instanceof ApiError) return false;
        throw error;
      })
      .finally(() => {
        this.going = null;
      });
    return this.going;
  }

  private async after(seq: number): Promise<History> {
    const found = await this.api.history(seq);
    this.onRead(found.read_seq ?? 0);
    this.onPlace(found.queue ?? null);
    return found;
  }

  private async end(): Promise<Resumed> {
    const found = await this.api.historyBefore(0);
    const fresh = this.log.merge(found.messages);
    this.older = found.more;
    this.opened = true;
    // What is older is known to be the service's: it is no gap.
    const last = found.messages.at(-1);
    if (last) this.log.settle(last.seq);
    this.onRead(found.read_seq ?? 0);
    this.onPlace(found.queue ?? null);
    return { fresh, state: found.state };
  }

  private async page(): Promise<boolean> {
    const oldest = this.log.messages[0];
    if (!oldest) return false;
    const found = await this.api.historyBefore(oldest.seq);
    this.log.merge(found.messages);
    this.older = found.more;
    return found.messages.length > 0;
  }
}
