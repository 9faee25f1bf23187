/** The first page: fetched when the chat opens, kept while it is fresh. */
import type { CustomerApi } from "@youban/shared/customer";
import { ApiError } from "@youban/shared/http";
import type { Home } from "@youban/shared/wire";

const FRESH_MS = 60_000;

export class FirstPage {
  home: Home | null = null;
  wanted = false;
  private at = 0;

  constructor(
    private readonly api: CustomerApi,
    private readonly onHome: (home: Home) => void,
  ) {}

  /** The next `fetch` asks the service, however fresh the page is. */
  age(): void {
    this.at = 0;
  }

  async fetch(): Promise<void> {
    if (Date.now() - this.at < FRESH_MS) return;
    this.at = Date.now();
    try {
      this.home = await this.api.home();
      this.onHome(this.home);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The chat does without; the next opening asks again.
      this.at = 0;
    }
  }
}
