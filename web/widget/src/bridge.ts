/** Telling the app around the page what happens: mini-programs and native WebViews hear no events of the page. */

interface Around {
  wx?: { miniProgram?: { postMessage?: (message: { data: unknown }) => void; navigateBack?: (options?: object) => void } };
  webkit?: { messageHandlers?: { youban?: { postMessage: (message: unknown) => void } } };
  YoubanBridge?: { postMessage?: (message: string) => void };
}

const around = () => window as unknown as Around;

/**
 * Pass an event on: to a mini-program (which reads it when the customer leaves or shares), to iOS
 * (`webkit.messageHandlers.youban`), to Android (`YoubanBridge.postMessage`, JSON).
 */
export function tellApp(type: string, detail: Record<string, unknown>): void {
  const { wx, webkit, YoubanBridge } = around();
  const message = { type: `youban:${type}`, ...detail };
  wx?.miniProgram?.postMessage?.({ data: message });
  webkit?.messageHandlers?.youban?.postMessage(message);
  YoubanBridge?.postMessage?.(JSON.stringify(message));
}

/** Leave the mini-program's web-view; elsewhere nothing happens. */
export function leaveMiniProgram(): void {
  around().wx?.miniProgram?.navigateBack?.({ delta: 1 });
}
