/** The knowledge page: the list, and the article that is being written. */
import { computed, ref } from "vue";
import { defineStore } from "pinia";
import { wordsOf } from "@youban/shared/http";
import type { ArticleDetails, ArticleLine, ArticleText, Hits, Preview } from "@youban/shared/knowledge";
import { knowledge as api } from "../service";

export const EMPTY: ArticleText = {
  title: "",
  category: "",
  summary: "",
  body: "",
  phrasings: [],
  keywords: [],
  related: [],
  intents: [],
  channels: ["app", "wechat"],
  regions: ["all"],
  valid_from: null,
  valid_until: null,
  review_by: null,
  media: [],
};

const copy = (text: ArticleText): ArticleText => JSON.parse(JSON.stringify(text)) as ArticleText;

export const useKnowledge = defineStore("knowledge", () => {
  const items = ref<ArticleLine[]>([]);
  const categories = ref<{ id: string; title: string }[]>([]);
  const query = ref("");
  const category = ref("");
  const state = ref("");
  /** Those that customers found least helpful first. */
  const worst = ref(false);
  const loading = ref(false);
  const problem = ref<string | null>(null);

  const id = ref("");
  const isNew = ref(false);
  const details = ref<ArticleDetails | null>(null);
  const text = ref<ArticleText>(copy(EMPTY));
  const detailProblem = ref<string | null>(null);
  const preview = ref<Preview | null>(null);
  const hits = ref<Hits | null>(null);
  const busy = ref("");
  /** What the text looked like when it was last stored; anything else is not saved yet. */
  const stored = ref(JSON.stringify(EMPTY));

  const unsaved = computed(() => JSON.stringify(text.value) !== stored.value);
  const draft = computed(() => details.value?.draft ?? null);
  const base = computed(() => draft.value?.revision ?? 0);

  let wanted = 0;

  async function load(): Promise<void> {
    wanted += 1;
    const turn = wanted;
    loading.value = true;
    try {
      const found = await api.articles({ q: query.value.trim(), category: category.value, state: state.value, ...(worst.value ? { sort: "worst" } : {}) });
      if (turn !== wanted) return;
      items.value = found.items;
      categories.value = found.categories as { id: string; title: string }[];
      problem.value = null;
    } catch (error) {
      if (turn === wanted) problem.value = wordsOf(error);
    } finally {
      if (turn === wanted) loading.value = false;
    }
  }

  function start(newId: string): void {
    shut();
    id.value = newId;
    isNew.value = true;
    take(copy(EMPTY));
  }

  function take(written: ArticleText): void {
    text.value = copy(written);
    stored.value = JSON.stringify(text.value);
  }

  /** Read an article; `keepText` leaves what stands on the page (after saving). */
  async function open(wantedId: string, keepText = false): Promise<void> {
    if (id.value !== wantedId) {
      shut();
      id.value = wantedId;
    }
    detailProblem.value = null;
    try {
      const found = await api.article(wantedId);
      if (id.value !== wantedId) return;
      details.value = found;
      isNew.value = false;
      if (!keepText) take(found.draft?.text ?? found.live ?? found.versions[0]?.text ?? EMPTY);
    } catch (error) {
      if (id.value === wantedId && !isNew.value) detailProblem.value = wordsOf(error);
    }
  }

  function shut(): void {
    id.value = "";
    isNew.value = false;
    details.value = null;
    detailProblem.value = null;
    preview.value = null;
    hits.value = null;
    take(EMPTY);
  }

  /** Run one request; returns null when it went well, else what to tell the editor. */
  async function attempt(what: string, work: () => Promise<void>): Promise<string | null> {
    busy.value = what;
    try {
      await work();
      return null;
    } catch (error) {
      return wordsOf(error);
    } finally {
      busy.value = "";
    }
  }

  const save = (): Promise<string | null> =>
    attempt("save", async () => {
      const sent = JSON.stringify(text.value);
      await api.save(id.value, text.value, base.value);
      stored.value = sent;
      await open(id.value, true);
      void load();
    });

  const publish = (note: string): Promise<string | null> =>
    attempt("publish", async () => {
      if (unsaved.value || !draft.value) {
        await api.save(id.value, text.value, base.value);
        await open(id.value, true);
      }
      await api.publish(id.value, base.value, note);
      await open(id.value);
      void load();
    });

  const discard = (): Promise<string | null> =>
    attempt("discard", async () => {
      if (draft.value) await api.discard(id.value);
      const gone = isNew.value || (!details.value?.live && !details.value?.versions.length);
      if (gone) shut();
      else await open(id.value);
      void load();
    });

  const rollback = (version: number, note: string): Promise<string | null> =>
    attempt("rollback", async () => {
      await api.rollback(id.value, version, note);
      await open(id.value);
      void load();
    });

  const retire = (note: string): Promise<string | null> =>
    attempt("retire", async () => {
      await api.retire(id.value, note);
      await open(id.value);
      void load();
    });

  const look = (): Promise<string | null> =>
    attempt("preview", async () => {
      preview.value = await api.preview(id.value, text.value);
    });

  const tryOut = (texts: string[]): Promise<string | null> =>
    attempt("hits", async () => {
      hits.value = await api.hits(id.value, text.value, texts);
    });

  const addMedia = (file: File): Promise<string | null> =>
    attempt("media", async () => {
      const media = await api.upload(file);
      text.value.media = [...(text.value.media ?? []), { ...media, alt: file.name.replace(/\.[^.]+$/, "") }];
    });

  return {
    items, categories, query, category, state, worst, loading, problem,
    id, isNew, details, text, detailProblem, preview, hits, busy, unsaved, draft,
    load, start, open, shut, save, publish, discard, rollback, retire, look, tryOut, addMedia,
  };
});
