/** Requests to the service: JSON in and out, one error class in the service's own words. */

/** An answer other than success. `status` is 0 when no answer came at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether the same request may succeed later without anybody changing it. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export interface HttpOptions {
  /** Origin of the service; empty: the page's own. */
  base?: string;
  token?: () => string | null;
  /** Called once for each answer 401 to a request that carried the token of now. */
  onUnauthorised?: () => void;
  fetch?: typeof fetch;
  timeoutMs?: number;
  /** Told with each answer: the service's clock, and this browser's when the request left and when the answer came. */
  onDate?: (server: number, left: number, came: number) => void;
}

export interface RequestOptions {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Send no token (logging in). */
  anonymous?: boolean;
  headers?: Record<string, string>;
}

const OFFLINE = "网络连接不上，请检查网络后重试";
const SLOW = "等了很久没有回应，请稍后重试";
const UNREADABLE = "服务返回的内容无法识别，请稍后重试";
const UPLOAD_TIMEOUT_MS = 120_000;
const STATUS_WORDS: Record<number, string> = {
  401: "登录已过期，请重新登录",
  403: "没有这项权限",
  404: "没有找到相应的内容",
  413: "内容太大了",
  429: "操作太频繁，请稍等片刻再试",
};

export class Http {
  private readonly base: string;
  private readonly fetch: typeof fetch;

  constructor(private readonly options: HttpOptions = {}) {
    this.base = options.base ?? "";
    this.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.request("GET", path, options);
  }

  post<T>(path: string, body?: unknown, options: RequestOptions = {}): Promise<T> {
    return this.request("POST", path, { ...options, body });
  }

  put<T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    return this.request("PUT", path, { ...options, body });
  }

  delete<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.request("DELETE", path, options);
  }

  patch<T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    return this.request("PATCH", path, { ...options, body });
  }

  async blob(path: string, options: RequestOptions = {}): Promise<Blob> {
    return whole((await this.respond("GET", path, options)).blob());
  }

  /** A file as a form, with its progress: `fetch` cannot tell how much has left. */
  upload<T>(path: string, file: Blob, name: string, onProgress: (share: number) => void): Promise<T> {
    const form = new FormData();
    form.append("file", file, name);
    const token = this.options.token?.() ?? null;
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.base + path);
      request.timeout = UPLOAD_TIMEOUT_MS;
      request.setRequestHeader("Accept", "application/json");
      if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
      request.onerror = () => reject(new ApiError(0, "network", OFFLINE));
      request.ontimeout = () => reject(new ApiError(0, "timeout", SLOW));
      request.onload = () => {
        const response = new Response(request.responseText, { status: request.status });
        if (response.ok) {
          response.json().then((body) => resolve(body as T), () => reject(new ApiError(request.status, "bad_answer", UNREADABLE)));
          return;
        }
        if (request.status === 401) this.refused(token);
        void errorOf(response).then(reject);
      };
      request.send(form);
    });
  }

  private async request<T>(method: string, path: string, options: RequestOptions): Promise<T> {
    const response = await this.respond(method, path, options);
    if (response.status === 204) return undefined as T;
    const text = await whole(response.text());
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new ApiError(response.status, "bad_answer", UNREADABLE);
    }
  }

  private async respond(method: string, path: string, options: RequestOptions): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
    const token = options.anonymous ? null : (this.options.token?.() ?? null);
    if (token) headers["Authorization"] = `Bearer ${token}`;
    let body: BodyInit | undefined;
    if (options.body instanceof FormData) body = options.body;
    else if (options.body !== undefined) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(options.body);
    }
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), options.timeoutMs ?? this.options.timeoutMs ?? 20_000);
    const onAbort = () => abort.abort();
    options.signal?.addEventListener("abort", onAbort);
    let response: Response;
    const left = Date.now();
    try {
      response = await this.fetch(this.base + path + queryOf(options.query), { method, headers, body, signal: abort.signal });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(0, abort.signal.aborted ? "timeout" : "network", abort.signal.aborted ? SLOW : OFFLINE);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
    }
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(date)) this.options.onDate?.(date, left, Date.now());
    if (response.ok) return response;
    if (response.status === 401) this.refused(token);
    throw await errorOf(response);
  }

  /** A late 401 speaks of the token it was asked with: whoever has logged in since then stays logged in. */
  private refused(token: string | null): void {
    if (token && token === this.options.token?.()) this.options.onUnauthorised?.();
  }
}

/** A body that breaks off on the way is as good as no answer: the same request may succeed later. */
function whole<T>(body: Promise<T>): Promise<T> {
  return body.catch(() => {
    throw new ApiError(0, "network", OFFLINE);
  });
}

function queryOf(query: RequestOptions["query"]): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return pairs.length ? `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()}` : "";
}

async function errorOf(response: Response): Promise<ApiError> {
  const wait = Number(response.headers.get("Retry-After"));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : null;
  let code = `http_${response.status}`;
  let message = STATUS_WORDS[response.status] ?? (response.status >= 500 ? "服务暂时出了问题，请稍后重试" : "请求没有成功，请重试");
  try {
    const body = (await response.json()) as { error?: { code?: unknown; message?: unknown } };
    if (typeof body.error?.code === "string") code = body.error.code;
    if (typeof body.error?.message === "string" && body.error.message) message = body.error.message;
  } catch {
    // Something between us and the service answered (a proxy, say): our own words for the status stand.
  }
  return new ApiError(response.status, code, message, retryAfter);
}

/** What to tell a person about any error. */
export function wordsOf(error: unknown): string {
  return error instanceof ApiError ? error.message : "出了点问题，请刷新页面后重试";
}
