/** Files dragged onto the window. */
import { h } from "@youban/shared/dom";
import { WORDS } from "../words";

export function acceptDrops(place: HTMLElement, allowed: () => boolean, take: (files: File[]) => void): void {
  const veil = h("div", { class: "veil", hidden: true, "aria-hidden": "true" }, WORDS.drop);
  place.append(veil);
  const carries = (event: DragEvent) => allowed() && [...(event.dataTransfer?.types ?? [])].includes("Files");
  place.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    // Without this the browser would leave the page for the file.
    event.preventDefault();
    veil.hidden = false;
  });
  place.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node) || !place.contains(event.relatedTarget)) veil.hidden = true;
  });
  place.addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!carries(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
