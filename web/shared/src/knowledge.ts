/** The editors' side of the knowledge base. */
import type { Http } from "./http";
import type { Schemas } from "./wire";

export type ArticleText = Schemas["ArticleText"];
export type ArticleLine = Schemas["ArticleLine"];
export type ArticleList = Schemas["EditorArticleList"];
export type ArticleDetails = Schemas["ArticleDetails"];
export type Draft = Schemas["DraftShape"];
export type Preview = Schemas["PreviewAnswer"];
export type Hits = Schemas["HitAnswer"];
export type Published = Schemas["PublishAnswer"];
export type Fact = Schemas["FactShape"];
export type Media = Schemas["MediaShape"];

const BASE = "/api/v1/knowledge";
const of = (id: string): string => `${BASE}/articles/${encodeURIComponent(id)}`;

export class KnowledgeApi {
  constructor(private readonly http: Http) {}

  articles(filter: { q?: string; category?: string; state?: string; sort?: string }): Promise<ArticleList> {
    return this.http.get(`${BASE}/articles`, { query: filter });
  }

  article(id: string): Promise<ArticleDetails> {
    return this.http.get(of(id));
  }

  save(id: string, text: ArticleText, base: number): Promise<Draft> {
    return this.http.put(`${of(id)}/draft`, { text, base });
  }

  discard(id: string): Promise<void> {
    return this.http.delete(`${of(id)}/draft`);
  }

  preview(id: string, text: ArticleText): Promise<Preview> {
    return this.http.post(`${of(id)}/preview`, { text });
  }

  hits(id: string, text: ArticleText, texts: string[]): Promise<Hits> {
    return this.http.post(`${of(id)}/hits`, { text, texts }, { timeoutMs: 60_000 });
  }

  publish(id: string, base: number, note: string): Promise<Published> {
    return this.http.post(`${of(id)}/publish`, { base, note });
  }

  rollback(id: string, version: number, note: string): Promise<Published> {
    return this.http.post(`${of(id)}/rollback`, { version, note });
  }

  retire(id: string, note: string): Promise<Published> {
    return this.http.post(`${of(id)}/retire`, { note });
  }

  async facts(): Promise<Fact[]> {
    return (await this.http.get<{ items: Fact[] }>(`${BASE}/facts`)).items;
  }

  fact(key: string): Promise<Fact> {
    return this.http.get(`${BASE}/facts/${encodeURIComponent(key)}`);
  }

  changeFact(key: string, value: string | number, say: string, note: string): Promise<Published> {
    return this.http.put(`${BASE}/facts/${encodeURIComponent(key)}`, { value, say, note });
  }

  upload(file: File): Promise<Media> {
    const form = new FormData();
    form.append("file", file);
    return this.http.post(`${BASE}/media`, form, { timeoutMs: 60_000 });
  }
}
