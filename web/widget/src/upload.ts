/** Sending a file with its progress told: `fetch` cannot say how far an upload is, XMLHttpRequest can. */
import { ApiError } from "@youban/shared/http";
import type { AttachmentInfo, UploadAnswer } from "@youban/shared/wire";

export interface UploadOptions {
  /** Address of the service's uploads. */
  url: string;
  token: string | null;
  file: Blob;
  name: string;
  /** 0 to 1; called while it is on its way. */
  onProgress?: (part: number) => void;
  /** Ends it; the promise then rejects with an AbortError. */
  signal?: AbortSignal;
}

const PATIENCE_MS = 180_000;
const WORDS = {
  offline: "网络断了，图片还没有传完，请点“重试”",
  slow: "网络太慢，图片没有传完，请换个网络再试",
  large: "文件太大了，请压缩或剪短后再发",
  closed: "网络连接不上，图片暂时不能上传，请稍后重试",
  lost: "连接刚才断了，正在恢复，请点“重试”",
  broken: "没有传成功，请再试一次",
} as const;

/**
 * Upload one file.
 *
 * @throws ApiError with the service's own words, or words on what to do; its `transient` says if a retry makes sense.
 */
export function upload(options: UploadOptions): Promise<UploadAnswer> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const fail = (error: unknown) => {
      options.signal?.removeEventListener("abort", stop);
      failed(error);
    };
    request.open("POST", options.url);
    request.timeout = PATIENCE_MS;
    request.setRequestHeader("Accept", "application/json");
    if (options.token) request.setRequestHeader("Authorization", `Bearer ${options.token}`);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total) options.onProgress?.(event.loaded / event.total);
    };
    request.onload = () => {
      const answer = read(request.responseText);
      if (request.status < 200 || request.status >= 300) return fail(refusal(request, answer));
      if (typeof answer["id"] !== "string") return fail(new ApiError(502, "bad_answer", WORDS.broken));
      options.signal?.removeEventListener("abort", stop);
      done(answer as unknown as UploadAnswer);
    };
    request.onerror = () => fail(new ApiError(0, "network", WORDS.offline));
    request.ontimeout = () => fail(new ApiError(0, "timeout", WORDS.slow));
    request.onabort = () => fail(new DOMException("cancelled", "AbortError"));
    if (options.signal?.aborted) return fail(new DOMException("cancelled", "AbortError"));
    options.signal?.addEventListener("abort", stop);
    const form = new FormData();
    form.append("file", options.file, options.name);
    request.send(form);
  });
}

function read(text: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    // A proxy between us and the service answered with a page of its own.
    return {};
  }
}

function refusal(request: XMLHttpRequest, answer: Record<string, unknown>): ApiError {
  const told = answer["error"] as { code?: unknown; message?: unknown } | undefined;
  const words = typeof told?.message === "string" && told.message ? told.message : request.status === 413 ? WORDS.large : WORDS.broken;
  const wait = Number(request.getResponseHeader("Retry-After"));
  return new ApiError(request.status, typeof told?.code === "string" ? told.code : `http_${request.status}`, words, wait > 0 ? wait : null);
}

/** Uploads of one conversation. */
export class Uploader {
  constructor(
    private readonly base: string,
    /** The session's token; null while the conversation is not open. */
    private readonly token: () => string | null,
    /** The service no longer knows the session. */
    private readonly lost: () => void,
  ) {}

  /** Store a file with the service; it goes out with the next message. Aborting `signal` ends it. */
  async store(file: Blob, name: string, onProgress?: (part: number) => void, signal?: AbortSignal): Promise<AttachmentInfo> {
    const token = this.token();
    if (!token) throw new ApiError(0, "network", WORDS.closed);
    try {
      const stored = await upload({ url: `${this.base}/api/v1/attachments`, token, file, name, onProgress, signal });
      return { id: stored.id, media_type: stored.media_type };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      this.lost();
      throw new ApiError(0, "session", WORDS.lost);
    }
  }
}
