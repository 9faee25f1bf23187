/** What the widget keeps in the browser, per customer. Works without storage too (private mode, blocked): in memory. */

export class Keep {
  private readonly memory = new Map<string, string>();
  private readonly storage: Storage | null;

  constructor(storage?: Storage | null) {
    this.storage = storage === undefined ? browserStorage() : storage;
  }

  read<T>(key: string): T | null {
    try {
      const text = this.storage?.getItem(PREFIX + key) ?? this.memory.get(key) ?? null;
      return text === null ? null : (JSON.parse(text) as T);
    } catch {
      return null;
    }
  }

  write(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    this.memory.set(key, text);
    try {
      this.storage?.setItem(PREFIX + key, text);
    } catch {
      // Full or forbidden: memory keeps it for as long as the page lives.
    }
  }

  remove(key: string): void {
    this.memory.delete(key);
    try {
      this.storage?.removeItem(PREFIX + key);
    } catch {
      // Forbidden storage holds nothing to remove.
    }
  }

  /** Tell when another tab changes `key`; returns how to stop. */
  watch(key: string, onChange: () => void): () => void {
    const listener = (event: StorageEvent) => {
      if (event.key === PREFIX + key) onChange();
    };
    window.addEventListener("storage", listener);
    return () => window.removeEventListener("storage", listener);
  }
}

const PREFIX = "youban:1:";

function browserStorage(): Storage | null {
  try {
    const probe = "youban:probe";
    window.localStorage.setItem(probe, "1");
    window.localStorage.removeItem(probe);
    return window.localStorage;
  } catch {
    return null;
  }
}

export const GUEST = "guest";

/**
 * A name under which a customer's things are kept in this browser: the subject of the app's token, so that a renewed
 * token finds them again. The token is not trusted here, the service verifies it.
 */
export function identityOf(token: string | null): string {
  if (!token) return GUEST;
  const claims = token.split(".")[1];
  if (claims) {
    try {
      const bytes = Uint8Array.from(atob(claims.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
      const subject: unknown = (JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown }).sub;
      if (typeof subject === "string" && subject) return `c-${subject}`;
    } catch {
      // Not a JWT: the hash below tells tokens apart well enough.
    }
  }
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i += 1) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193) >>> 0;
  return `t-${hash.toString(16)}`;
}
