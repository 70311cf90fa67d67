import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { ConsentRegistry, ConsentRegistryError } from "../src/index.js";
import { allow, answering, changed, json, question, serve, type ServerResponse } from "./support/server.js";

type Answer = (response: ServerResponse) => void;

const problem = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}): Answer =>
  (response) =>
    json(response, { status, code, detail: "So it is.", traceId: "4bf9", errors: null, ...more }, status, headers);

const raw = (body: string | Buffer, headers: Record<string, string> = { "content-type": "application/json" }): Answer =>
  (response) => response.writeHead(200, headers).end(body);

async function errorOf(promise: Promise<unknown>): Promise<ConsentRegistryError> {
  const error: unknown = await promise.then(() => assert.fail("It did not fail."), (reason: unknown) => reason);
  assert.ok(error instanceof ConsentRegistryError, String(error));
  return error;
}

test("a check is asked with the token, and answered", async (t) => {
  const { registry, received } = await answering(t, [(r) => json(r, { ...allow, error: undefined })]);

  const decision = await registry.check({ ...question, requester: "tool-7" });

  assert.equal(decision.allowed, true);
  const [asked] = received;
  assert.deepEqual([asked!.method, asked!.path, asked!.headers.authorization], ["POST", "/v1/checks", "Bearer t0ken"]);
  assert.deepEqual(JSON.parse(asked!.body), { ...question, requester: "tool-7" });
  assert.equal(asked!.headers["idempotency-key"], undefined);
});

test("each attempt has the token of then", async (t) => {
  let given = 0;
  const token = async () => `token-${++given}`;
  const { registry, received } = await answering(t, [problem(503, "unavailable"), (r) => json(r, allow)], { token });

  await registry.check(question);

  assert.deepEqual(received.map((one) => one.headers.authorization), ["Bearer token-1", "Bearer token-2"]);
});

test("what gives no token sends nothing, and is thrown on", async (t) => {
  const token = () => Promise.reject(new Error("signed out"));
  const { registry, received } = await answering(t, [], { token });

  await assert.rejects(registry.check(question), /signed out/);
  assert.equal(received.length, 0);
});

test("problem details become an error with what they say", async (t) => {
  const errors = { purpose: ["It is unknown."] };
  const { registry } = await answering(t, [problem(422, "unknownPurpose", { errors })]);

  const error = await errorOf(registry.check(question));

  assert.deepEqual(
    [error.status, error.code, error.detail, error.traceId, error.errors, error.outcomeUnknown, error.idempotencyKey],
    [422, "unknownPurpose", "So it is.", "4bf9", errors, false, undefined]);
});

const strange: Record<string, [Answer, string]> = {
  "an empty body": [raw(""), "unreadable"],
  "a proxy's HTML": [raw("<html>Welcome</html>", { "content-type": "text/html" }), "unreadable"],
  "JSON that is cut off": [raw(JSON.stringify(allow).slice(0, -1)), "unreadable"],
  "JSON with more behind": [raw(`${JSON.stringify(allow)}{}`), "unreadable"],
  "a key twice": [raw(JSON.stringify(allow).replace("{", '{"allowed":false,')), "unreadable"],
  "null": [raw("null"), "unreadable"],
  "a list": [raw(JSON.stringify([allow])), "unreadable"],
  "no UTF-8": [raw(Buffer.from([0x22, 0xff, 0xfe, 0x22])), "unreadable"],
  "204": [(r) => r.writeHead(204).end(), "unreadable"],
  "a redirect": [(r) => r.writeHead(307, { location: "/elsewhere" }).end(), "unknown"],
  "304": [(r) => r.writeHead(304).end(), "unknown"],
  "a refusal by somebody else": [(r) => r.writeHead(403, { "content-type": "text/html" }).end("<html>"), "unknown"],
  "problem details that are none": [(r) => json(r, [1], 404), "unknown"],
};

for (const [name, [answer, code]] of Object.entries(strange)) {
  test(`never an allow, and asked once: ${name}`, async (t) => {
    const { registry, received } = await answering(t, [answer, (r) => json(r, allow)]);

    const error = await errorOf(registry.check(question));

    assert.equal(error.code, code);
    assert.equal(received.length, 1);
  });
}

const passing: Record<string, Answer> = {
  "408": problem(408, "requestTimeout"),
  "429": problem(429, "rateLimited"),
  "500": problem(500, "internalError"),
  "a gateway's 502": (r) => r.writeHead(502, { "content-type": "text/html" }).end("<html>"),
  "503": problem(503, "unavailable"),
  "a connection that breaks before the answer": (r) => r.destroy(),
  "a connection that breaks within the answer": (r) => {
    r.writeHead(200, { "content-length": "1000" }).write(JSON.stringify(allow).slice(0, 50), () => r.destroy());
  },
};

for (const [name, answer] of Object.entries(passing)) {
  test(`asked again: ${name}`, async (t) => {
    const { registry, received } = await answering(t, [answer, (r) => json(r, allow)]);

    assert.equal((await registry.check(question)).allowed, true);
    assert.equal(received.length, 2);
  });
}

test("a request is sent 4 times at most", async (t) => {
  const { registry, received } = await answering(t, Array.from({ length: 9 }, () => problem(503, "unavailable")));

  const error = await errorOf(registry.check(question));

  assert.deepEqual([error.code, received.length], ["unavailable", 4]);
});

test("Retry-After is waited for", async (t) => {
  const { registry, received } = await answering(t, [
    problem(429, "rateLimited", {}, { "retry-after": "1" }), (r) => json(r, changed),
  ]);
  const began = performance.now();

  await registry.setDefault("ana", "remix", { effect: "deny" });

  assert.ok(performance.now() - began >= 990);
  assert.equal(received.length, 2);
});

test("a Retry-After that is longer than the time is told at once", async (t) => {
  const { registry, received } = await answering(t, [problem(429, "rateLimited", {}, { "retry-after": "60" })]);

  const error = await errorOf(registry.setDefault("ana", "remix", { effect: "deny" }));

  assert.deepEqual([error.retryAfter, received.length, error.outcomeUnknown], [60, 1, false]);
});

test("a date in Retry-After is meant by the clock of the answer", async (t) => {
  const { registry } = await answering(t, [problem(429, "rateLimited", {}, {
    date: "Mon, 23 Nov 2026 15:00:00 GMT", "retry-after": "Mon, 23 Nov 2026 15:01:30 GMT",
  })]);

  assert.equal((await errorOf(registry.check(question))).retryAfter, 90);
});

test("a change has a key, which its retries use again", async (t) => {
  const { registry, received } = await answering(t, [
    (r) => r.destroy(), problem(409, "idempotencyKeyInFlight", {}, { "retry-after": "0" }), (r) => json(r, changed),
  ]);

  const choice = { effect: "allow", appliesTo: "all" } as const;
  const change = await registry.setDefault("ana", "remix", choice, { requester: "studio" });

  assert.equal(change.effectiveEverywhere, true);
  const keys = new Set(received.map((one) => one.headers["idempotency-key"]));
  assert.equal(received.length, 3);
  assert.equal(keys.size, 1);
  assert.match([...keys][0] as string, /^[0-9a-f-]{36}$/);
  assert.equal(received[0]!.path, "/v1/creators/ana/consent/defaults/remix?requester=studio");
});

test("two changes have two keys, unless the caller gives one", async (t) => {
  const { registry, received } = await answering(t, Array.from({ length: 3 }, (): Answer => (r) => json(r, changed)));

  await registry.setLockdown("ana");
  await registry.setLockdown("ana");
  await registry.setLockdown("ana", { idempotencyKey: "mine" });

  const keys = received.map((one) => one.headers["idempotency-key"]);
  assert.equal(new Set(keys).size, 3);
  assert.equal(keys[2], "mine");
});

test("conditions are sent as headers", async (t) => {
  const { registry, received } = await answering(t, Array.from({ length: 2 }, (): Answer => (r) => json(r, changed)));

  await registry.clearDefault("ana", "remix", { ifSettingsVersion: 7 });
  const video = { creatorId: "ana", videoId: "first" };
  await registry.setOverride("ben", video, "remix", { effect: "deny" }, { onlyIfNotSet: true });

  const sent = received.map(({ method, path, headers }) =>
    [method, path, headers["if-match"], headers["if-none-match"]]);
  assert.deepEqual(sent, [
    ["DELETE", "/v1/creators/ana/consent/defaults/remix", '"7"', undefined],
    ["PUT", "/v1/creators/ben/appearances/ana/first/consent/remix", undefined, "*"],
  ]);
});

const unsure: Record<string, [Answer[], boolean]> = {
  "the connection broke each time": [[], true],
  "503 outcomeUnknown": [Array.from({ length: 4 }, () => problem(503, "outcomeUnknown")), true],
  "the connection broke, then a refusal": [[(r) => r.destroy(), problem(403, "forbidden")], true],
  "an answer that is none": [[raw("<html>")], true],
  "an answer that does not say whether it is in force": [[(r) => json(r, { version: 2 })], true],
  "stale": [[problem(412, "staleVersion")], false],
  "reused": [[problem(422, "idempotencyKeyReused")], false],
};

for (const [name, [answers, outcomeUnknown]] of Object.entries(unsure)) {
  test(`whether a change may have been made all the same: ${name}`, async (t) => {
    const { registry } = await answering(t, answers);

    const error = await errorOf(registry.setLockdown("ana", { idempotencyKey: "mine" }));

    assert.deepEqual([error.outcomeUnknown, error.idempotencyKey], [outcomeUnknown, "mine"]);
  });
}

test("an argument that would make another request sends nothing", async (t) => {
  const { registry, received } = await answering(t, []);

  await assert.rejects(registry.setLockdown(".."), TypeError);
  await assert.rejects(registry.setLockdown("ana", { idempotencyKey: "two words" }), TypeError);
  assert.equal(received.length, 0);
});

test("a registry that nobody listens for is unreachable", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const registry = new ConsentRegistry({ baseUrl: `http://127.0.0.1:${port}`, token: "t" });

  const error = await errorOf(registry.check(question));

  assert.deepEqual([error.code, error.status], ["unreachable", undefined]);
});

test("a registry that does not answer in time is no allow", async (t) => {
  const baseUrl = await serve(t, () => undefined);
  const registry = new ConsentRegistry({ baseUrl, token: "t", timeoutMs: 100 });

  const errors = await Promise.all([errorOf(registry.check(question)), errorOf(registry.liftLockdown("ana"))]);

  assert.deepEqual(errors.map((error) => [error.code, error.outcomeUnknown]), [["timeout", false], ["timeout", true]]);
});

test("a token that does not come in time is no allow", async (t) => {
  const { registry } = await answering(t, [], { token: () => new Promise<string>(() => undefined), timeoutMs: 50 });

  assert.equal((await errorOf(registry.check(question))).code, "timeout");
});

test("the caller may end the wait", async (t) => {
  const baseUrl = await serve(t, () => undefined);
  const registry = new ConsentRegistry({ baseUrl, token: "t" });
  const controller = new AbortController();

  const asked = registry.check(question, { signal: controller.signal });
  controller.abort(new Error("enough"));

  await assert.rejects(asked, /enough/);
  await assert.rejects(registry.check(question, { signal: controller.signal }), /enough/);
});

test("another fetch may send", async () => {
  const other: typeof fetch = async () => Response.json(allow);

  const registry = new ConsentRegistry({ baseUrl: "https://consent.example", token: "t", fetch: other });

  assert.equal((await registry.check(question)).allowed, true);
});
