/** Who is talking: opens and resumes the customer's session, and keeps its token. */
import type { CustomerApi } from "@youban/shared/customer";
import { ApiError } from "@youban/shared/http";
import { type Keep, identityOf } from "./storage";

interface Kept {
  token: string;
  conversation_id: string;
}

export class Session {
  readonly identity: string;
  private kept: Kept | null;

  constructor(
    private readonly keep: Keep,
    readonly customerToken: string | null,
  ) {
    this.identity = identityOf(customerToken);
    this.kept = keep.read<Kept>(this.key);
  }

  private get key(): string {
    return `${this.identity}:session`;
  }

  get token(): string | null {
    return this.kept?.token ?? null;
  }

  get conversationId(): string | null {
    return this.kept?.conversation_id ?? null;
  }

  /**
   * Open the conversation, or resume it.
   *
   * @throws ApiError 401 when the app's own token is no longer good: the app must identify its user again.
   */
  async open(api: CustomerApi): Promise<void> {
    const known = this.kept?.token;
    const body = {
      ...(this.customerToken ? { customer_token: this.customerToken } : {}),
      ...(known ? { session_token: known } : {}),
    };
    try {
      this.remember(await api.openSession(body));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401 || !known) throw error;
      // The old session is over; the customer's token, or a guest without any, opens a new one.
      this.forget();
      this.remember(await api.openSession(this.customerToken ? { customer_token: this.customerToken } : {}));
    }
  }

  /** The service gave another session: a guest was recognised. */
  replace(given: Kept): void {
    this.remember(given);
  }

  forget(): void {
    this.kept = null;
    this.keep.remove(this.key);
  }

  private remember(kept: Kept): void {
    this.kept = { token: kept.token, conversation_id: kept.conversation_id };
    this.keep.write(this.key, this.kept);
  }
}
