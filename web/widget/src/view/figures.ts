/** The pictures and videos of an article. */
import type { Medium } from "@youban/shared/cards";
import { h } from "@youban/shared/dom";

/** `absolute` makes an address of the service's own one that this page can ask for. */
export function figures(media: readonly Medium[], absolute: (address: string) => string): HTMLElement[] {
  return media.map(({ url, alt, moving }) =>
    moving
      ? h("video", { class: "figure", src: absolute(url), controls: true, playsinline: true, preload: "none", "aria-label": alt || "视频" })
      : h("img", { class: "figure", src: absolute(url), alt, loading: "lazy" }),
  );
}
