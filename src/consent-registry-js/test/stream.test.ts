import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { Worker } from "node:worker_threads";
import { ConsentRegistry, type Check } from "../src/index.js";
import { CHECKS_AHEAD, CHECKS_PER_PART } from "../src/stream.js";
import { eventually } from "./support/eventually.js";
import {
  allow, answering, json, question, receive, serve, type IncomingMessage, type ServerResponse,
} from "./support/server.js";

/** Answers each check with its video's id as the receipt, as the registry would: one line each, in order. */
async function answerLines(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { body } = await receive(request);
  const asked = body.trimEnd().split("\n").map((line) => JSON.parse(line) as Check);
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.end(lines(...asked.map((check) => ({ ...allow, receipt: check.videoId }))));
}

async function answered(test: TestContext): Promise<ConsentRegistry> {
  return new ConsentRegistry({ baseUrl: await serve(test, answerLines), token: "t" });
}

async function* questions(count: number, taken: { count: number; closed: boolean }): AsyncGenerator<Check> {
  try {
    for (let i = 0; i < count; i++) {
      taken.count++;
      yield { ...question, videoId: `v${i}` };
    }
  } finally {
    taken.closed = true;
  }
}

const lines = (...items: unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`).join("");

test("every check has its own answer, in their order", async (t) => {
  const registry = await answered(t);
  let count = 0;

  for await (const { check, decision } of registry.checkStream(questions(5_000, { count: 0, closed: false }))) {
    assert.equal(check.videoId, `v${count++}`);
    assert.equal(decision.receipt, check.videoId);
    assert.equal(decision.allowed, true);
  }

  assert.equal(count, 5_000);
});

test("a list of checks is a stream, too, and an empty one has no answers", async (t) => {
  const registry = await answered(t);
  const count = async (checks: Check[]) => {
    let answers = 0;
    for await (const _ of registry.checkStream(checks)) answers++;
    return answers;
  };

  assert.equal(await count([question, question]), 2);
  assert.equal(await count([]), 0);
});

test("an answer is given out before the next check is there", async (t) => {
  const registry = await answered(t);
  let ask: (check: Check) => void = () => undefined;
  async function* slowly(): AsyncGenerator<Check> {
    for (let i = 0; i < 3; i++) yield await new Promise<Check>((resolve) => { ask = resolve; });
  }
  const answers = registry.checkStream(slowly());

  for (const videoId of ["a", "b", "c"]) {
    const next = answers.next();
    await new Promise((resolve) => setImmediate(resolve));
    ask({ ...question, videoId });
    assert.equal((await next).value!.decision.receipt, videoId);
  }
  assert.equal((await answers.next()).done, true);
});

test("who reads slowly is not run ahead of by more than the bound", async (t) => {
  const registry = await answered(t);
  const taken = { count: 0, closed: false };
  let answers = 0;
  let furthest = 0;

  for await (const _ of registry.checkStream(questions(20_000, taken))) {
    if (answers++ % CHECKS_PER_PART === 0) {
      // Until nothing more is read: what may be read ahead has been.
      for (let before = -1; before !== taken.count;) {
        before = taken.count;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    furthest = Math.max(furthest, taken.count - answers);
  }

  assert.equal(answers, 20_000);
  assert.ok(furthest <= CHECKS_AHEAD, `${furthest} checks were read ahead.`);
});

test("who does not answer is not asked for ever: nothing is read beyond the bound", async (t) => {
  const baseUrl = await serve(t, () => undefined);
  const registry = new ConsentRegistry({ baseUrl, token: "t", timeoutMs: 300 });
  const taken = { count: 0, closed: false };

  const answers = registry.checkStream(questions(20_000, taken));

  await assert.rejects(answers.next(), { code: "timeout" });
  assert.ok(taken.count <= CHECKS_AHEAD, `${taken.count} checks were read.`);
  assert.equal(taken.closed, true);
});

test("100,000 checks take constant memory", async (t) => {
  const line = lines(allow);
  const baseUrl = await serve(t, async (request, response) => {
    const { body } = await receive(request);
    response.end(line.repeat(body.split("\n").length - 1));
  });
  const workerData = { baseUrl, checks: 100_000, early: 20_000 };

  const worker = new Worker(new URL("support/stream-memory.js", import.meta.url), { workerData });
  const [{ answers, more }] = await once(worker, "message") as [{ answers: number; more: number }];

  assert.equal(answers, 100_000);
  // Eighty thousand answers that are kept would be more than 20 MB.
  assert.ok(more < 8 << 20, `${more} bytes more are kept.`);
});

test("whoever takes no more ends the requests and the checks", async (t) => {
  let [asked, closed] = [0, 0];
  const baseUrl = await serve(t, (request, response) => {
    response.on("close", () => { if (!response.writableFinished) closed++; });
    // Only the first part is answered.
    if (++asked === 1) void answerLines(request, response);
  });
  const registry = new ConsentRegistry({ baseUrl, token: "t" });
  const taken = { count: 0, closed: false };

  for await (const _ of registry.checkStream(questions(20_000, taken))) break;

  assert.equal(taken.closed, true);
  // The server hears of it a moment later.
  await eventually(() => closed > 0);
});

test("the caller's signal ends a stream", async (t) => {
  const registry = await answered(t);
  const controller = new AbortController();
  const taken = { count: 0, closed: false };
  const answers = registry.checkStream(questions(20_000, taken), { signal: controller.signal });

  await answers.next();
  controller.abort(new Error("enough"));

  await assert.rejects(async () => { for await (const _ of answers) void _; }, /enough/);
  assert.equal(taken.closed, true);
});

test("what the checks throw is thrown on, after the answers to those before", async (t) => {
  const registry = await answered(t);
  async function* breaking(): AsyncGenerator<Check> {
    yield question;
    throw new Error("disk");
  }
  const answers = registry.checkStream(breaking());

  assert.equal((await answers.next()).value!.decision.allowed, true);
  await assert.rejects(answers.next(), /disk/);
});

test("a refused line is a refusal, and the stream goes on", async (t) => {
  const error = { code: "unknownPurpose", detail: "It is unknown." };
  const refused = { ...allow, error, line: 1, allowed: false, effect: "deny", reason: null };
  const { registry } = await answering(t, [(r) => r.end(lines(refused)), (r) => r.end(lines(allow))]);
  async function* two(): AsyncGenerator<Check> {
    yield question;
    await seen;
    yield question;
  }
  let first: () => void = () => undefined;
  const seen = new Promise<void>((resolve) => { first = resolve; });
  const decisions = [];

  for await (const { decision } of registry.checkStream(two())) {
    decisions.push([decision.allowed, decision.error?.code]);
    first();
  }

  assert.deepEqual(decisions, [[false, "unknownPurpose"], [true, undefined]]);
});

const broken: Record<string, [string, string]> = {
  "a line that is no JSON": [`${lines(allow)}{"allowed":true,\n`, "unreadable"],
  "a line that is cut off": [lines(allow, allow).slice(0, -5), "unreadable"],
  "a line too few": [lines(allow), "unreadable"],
  "a line too many": [lines(allow, allow, allow), "unreadable"],
  "an empty line": [`${lines(allow)}\n`, "unreadable"],
  "a line that is null": [lines(allow, null), "unreadable"],
  "a key twice": [`${lines(allow)}{"allowed":false,"allowed":true}\n`, "unreadable"],
  "nothing": ["", "unreadable"],
  "a proxy's HTML": ["<html>\n</html>\n", "unreadable"],
};

for (const [name, [body, code]] of Object.entries(broken)) {
  test(`nothing is given out of a part with ${name}`, async (t) => {
    const { registry } = await answering(t, [(r) => r.end(body)]);
    let decisions = 0;

    await assert.rejects(async () => {
      for await (const _ of registry.checkStream([question, question])) decisions++;
    }, { code });
    assert.equal(decisions, 0);
  });
}

test("a part whose connection is cut is asked again", async (t) => {
  let asked = 0;
  const baseUrl = await serve(t, (request, response) => {
    if (++asked > 1) return void answerLines(request, response);
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    return void response.write(lines(allow), () => response.destroy());
  });
  const registry = new ConsentRegistry({ baseUrl, token: "t" });
  let answers = 0;

  for await (const { decision } of registry.checkStream([question])) {
    assert.equal(decision.receipt, question.videoId);
    answers++;
  }

  assert.deepEqual([answers, asked], [1, 2]);
});

test("a refusal of the whole stream is an error", async (t) => {
  const { registry } = await answering(t, [(r) => json(r, { code: "forbidden", detail: "No." }, 403)]);

  await assert.rejects(registry.checkStream([question]).next(), { code: "forbidden" });
});
