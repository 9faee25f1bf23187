import { describe, expect, it, vi } from "vitest";
import { ApiError, Http, wordsOf } from "../src/http";

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

function build(respond: (url: string, init: RequestInit) => Response | Promise<Response>) {
  const onUnauthorised = vi.fn();
  const calls: { url: string; init: RequestInit }[] = [];
  const http = new Http({
    base: "http://h",
    token: () => "tok",
    onUnauthorised,
    timeoutMs: 50,
    fetch: async (url, init) => {
      calls.push({ url: String(url), init: init ?? {} });
      return respond(String(url), init ?? {});
    },
  });
  return { http, calls, onUnauthorised };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("should fail"),
    (error: unknown) => error as ApiError,
  );

describe("Http", () => {
  it("sends token, JSON and only the query values that are set", async () => {
    const { http, calls } = build(() => answer(200, { ok: 1 }));
    await http.get("/x", { query: { a: 0, b: null, c: undefined, d: "", e: "油站" } });
    await http.post("/y", { text: "您好" });
    expect(calls[0]!.url).toBe("http://h/x?a=0&e=%E6%B2%B9%E7%AB%99");
    expect((calls[0]!.init.headers as Record<string, string>)["Authorization"]).toBe("Bearer tok");
    expect(calls[1]!.init.body).toBe('{"text":"您好"}');
  });

  it("speaks in the service's words, and in its own when something else answered", async () => {
    const known = await failure(
      build(() => answer(409, { error: { code: "already_claimed", message: "已由其他客服接入" } })).http.get("/x"),
    );
    expect([known.status, known.code, known.message, known.transient]).toEqual([409, "already_claimed", "已由其他客服接入", false]);
    const proxy = await failure(build(() => answer(502, "<html>")).http.get("/x"));
    expect([proxy.code, proxy.transient]).toEqual(["http_502", true]);
    expect(proxy.message).toContain("稍后");
  });

  it("says how long to wait", async () => {
    const busy = await failure(
      build(() => answer(429, { error: { code: "too_many", message: "慢一点" } }, { "Retry-After": "7" })).http.get("/x"),
    );
    expect([busy.retryAfterSeconds, busy.transient]).toEqual([7, true]);
  });

  it("reports an answer 401 once, but not for the log-in itself", async () => {
    const { http, onUnauthorised } = build(() => answer(401, { error: { code: "bad_token", message: "登录已过期" } }));
    await failure(http.get("/x"));
    await failure(http.post("/login", {}, { anonymous: true }));
    expect(onUnauthorised).toHaveBeenCalledTimes(1);
  });

  it("tells no network from no answer", async () => {
    const none = await failure(
      build(() => {
        throw new TypeError("failed to fetch");
      }).http.get("/x"),
    );
    expect([none.status, none.code, none.transient]).toEqual([0, "network", true]);
    const slow = await failure(
      build(
        (_url, init) =>
          new Promise((_resolve, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted")))),
      ).http.get("/x"),
    );
    expect(slow.code).toBe("timeout");
  });

  it("leaves who has logged in meanwhile alone when the 401 of the token before comes late", async () => {
    let token = "old";
    let come: (answer: Response) => void = () => {};
    const onUnauthorised = vi.fn();
    const http = new Http({ token: () => token, onUnauthorised, fetch: () => new Promise((done) => (come = done)) });
    const late = failure(http.get("/x"));
    token = "new";
    come(answer(401, ""));
    expect((await late).status).toBe(401);
    expect(onUnauthorised).not.toHaveBeenCalled();
  });

  it("takes a body that breaks off for no answer, one that is no JSON for a wrong one", async () => {
    const broken = () => new Response(new ReadableStream({ start: (c) => c.error(new TypeError("terminated")) }));
    for (const asked of [build(broken).http.blob("/x"), build(broken).http.get("/x")]) {
      const error = await failure(asked);
      expect([error.status, error.code, error.transient]).toEqual([0, "network", true]);
    }
    expect((await failure(build(() => answer(200, "<html>")).http.get("/x"))).code).toBe("bad_answer");
  });

  it("has words for any error", () => {
    expect(wordsOf(new ApiError(409, "x", "已由其他客服接入"))).toBe("已由其他客服接入");
    expect(wordsOf(new Error("undefined is not a function"))).not.toContain("undefined");
  });
});
