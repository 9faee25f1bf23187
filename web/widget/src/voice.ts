/** Speaking instead of typing, where the browser can listen. Elsewhere the keyboard's own microphone does. */

interface Recognition {
  lang: string;
  interimResults: boolean;
  continuous: boolean;
  onresult: ((event: { results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }> }) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
  abort(): void;
}

type Made = new () => Recognition;

function maker(): Made | null {
  const known = window as unknown as Record<string, Made | undefined>;
  return known["SpeechRecognition"] ?? known["webkitSpeechRecognition"] ?? null;
}

export interface VoiceEvents {
  /** What was heard so far, all of it. */
  onWords: (words: string) => void;
  /** It listens, or has stopped. */
  onListening: (listening: boolean) => void;
  /** It will not work here: the button has no sense any more. */
  onRefused: () => void;
}

export class Voice {
  private running: Recognition | null = null;

  constructor(private readonly events: VoiceEvents) {}

  static get possible(): boolean {
    return window.isSecureContext && maker() !== null;
  }

  /** Begin to listen, or stop. */
  toggle(): void {
    if (this.running) {
      this.running.stop();
      return;
    }
    const Made = maker();
    if (!Made) return;
    const heard = new Made();
    heard.lang = "zh-CN";
    heard.interimResults = true;
    heard.continuous = false;
    heard.onresult = (event) => this.events.onWords(Array.from(event.results, (r) => r[0]?.transcript ?? "").join(""));
    heard.onerror = (event) => {
      // Silence and a tap on stop are no refusals.
      if (event.error !== "no-speech" && event.error !== "aborted") this.events.onRefused();
    };
    heard.onend = () => {
      this.running = null;
      this.events.onListening(false);
    };
    try {
      heard.start();
    } catch {
      // Forbidden by the page's policy.
      this.events.onRefused();
      return;
    }
    this.running = heard;
    this.events.onListening(true);
  }

  /** Stop; what is still on its way is not heard any more. */
  stop(): void {
    if (!this.running) return;
    this.running.onresult = null;
    this.running.abort();
  }
}
