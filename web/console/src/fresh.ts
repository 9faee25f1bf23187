/** A page that was opened before an update asks for parts that are no longer there: it is loaded anew, once. */
const KEY = "youban.console.reloaded";
const PAUSE_MS = 60_000;

export function reloadAfterUpdate(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    // Twice within a minute is no update but a fault: it shows.
    if (Date.now() - last < PAUSE_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    event.preventDefault();
    location.reload();
  });
}
