/** Keys that work anywhere on a page, unless somebody is writing or a dialog is open. */
import { onBeforeUnmount, onMounted } from "vue";

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

export function useKeys(map: KeyMap): void {
  const listener = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.closest("input, textarea, select, [contenteditable='true'], [role='dialog']:not([data-keys]), [role='menu']")) return;
    // Enter and Space belong to the button that has the focus; the lists hand theirs on.
    if (event.key === "Enter" && target?.closest("button, a, summary") && !target.closest("[data-conversation]")) return;
    const action = map[event.key] ?? map[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action(event);
  };
  onMounted(() => window.addEventListener("keydown", listener));
  onBeforeUnmount(() => window.removeEventListener("keydown", listener));
}
