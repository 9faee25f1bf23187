/** Tabs of one customer keep in step: what is read in one is read in all, and news in one is fetched by all. */

export type TabNews = { type: "read"; seq: number } | { type: "news" };

export class Tabs {
  private readonly channel: BroadcastChannel | null;

  constructor(identity: string, onNews: (news: TabNews) => void) {
    // Old WebViews have no such channel; sockets and storage events then carry the news alone.
    this.channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(`youban:${identity}`) : null;
    if (this.channel) this.channel.onmessage = (event: MessageEvent<TabNews>) => onNews(event.data);
  }

  tell(news: TabNews): void {
    this.channel?.postMessage(news);
  }

  stop(): void {
    this.channel?.close();
  }
}
