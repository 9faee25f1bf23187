/** How the browser calls somebody who is not looking: a notification of the desktop, a short sound. */
import { ref } from "vue";
import { keep } from "./keep";

export const alerts = ref(keep.alerts());

export function setAlerts(change: Partial<{ sound: boolean; desktop: boolean }>): void {
  alerts.value = { ...alerts.value, ...change };
  keep.setAlerts(alerts.value);
}

/** `unsupported` where the browser has none, else what the person allowed. */
export const permission = ref<NotificationPermission | "unsupported">("Notification" in window ? Notification.permission : "unsupported");

/** Only ever from a click: browsers refuse questions that nobody asked for. */
export async function askPermission(): Promise<void> {
  if (permission.value !== "default") return;
  permission.value = await Notification.requestPermission();
  if (permission.value === "granted") setAlerts({ desktop: true });
}

let sounds: AudioContext | null = null;

/** Two short tones. A page that was never clicked may not sound; then it stays silent. */
export function ring(): void {
  if (!alerts.value.sound || !("AudioContext" in window)) return;
  sounds ??= new AudioContext();
  if (sounds.state === "suspended") void sounds.resume();
  const start = sounds.currentTime;
  for (const [at, tone] of [[0, 880], [0.14, 1174]] as const) {
    const [wave, loud] = [sounds.createOscillator(), sounds.createGain()];
    wave.frequency.value = tone;
    loud.gain.setValueAtTime(0.0001, start + at);
    loud.gain.exponentialRampToValueAtTime(0.12, start + at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, start + at + 0.13);
    wave.connect(loud).connect(sounds.destination);
    wave.start(start + at);
    wave.stop(start + at + 0.14);
  }
}

export interface Call {
  title: string;
  body: string;
  /** The same tag again takes the place of the notification before. */
  tag: string;
  act: () => void;
}

/** Call somebody who looks elsewhere; who has the page before him is not shouted at. */
export function call({ title, body, tag, act }: Call): void {
  ring();
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  if (permission.value !== "granted" || !alerts.value.desktop) return;
  const shown = new Notification(title, { body, tag, lang: "zh-CN" });
  shown.onclick = () => {
    window.focus();
    act();
    shown.close();
  };
}
