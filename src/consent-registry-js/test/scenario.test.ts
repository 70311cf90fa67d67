import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  ConsentRegistry, ConsentRegistryError, verifyWebhook, type BatchCheck, type BatchDefaults, type ChangeOptions,
  type Check, type DefaultChoice, type SettingChange, type VideoFacts, type VideoName,
} from "../src/index.js";
import { Proxy } from "./support/proxy.js";
import { Registry } from "./support/registry.js";
import { repositoryFolder } from "./support/repository.js";
import { assertFits, Variables, type Scenario, type Step } from "./support/scenario.js";
import { receive, serve, type Received } from "./support/server.js";

const scenario = JSON.parse(readFileSync(join(repositoryFolder, "tests/scenarios/client.json"), "utf8")) as Scenario;

/** The input of any operation. Each uses what it needs. */
interface Input {
  readonly creatorId: string;
  readonly videoId: string;
  readonly purpose: string;
  readonly video: VideoName;
  readonly choice: DefaultChoice;
  readonly facts: VideoFacts;
  readonly changes: SettingChange[];
  readonly checks: Check[];
  readonly defaults?: BatchDefaults;
  readonly times?: number;
}

type Operation = (client: ConsentRegistry, input: Input, options: ChangeOptions) => Promise<object>;

const operations: Readonly<Record<string, Operation>> = {
  check: (client, input) => client.check(input as Check),
  checkBatch: (client, { checks, defaults }) => client.checkBatch(checks as BatchCheck[], { defaults }),
  checkStream: (client, { checks, times }) => askStream(client, checks, times ?? 1),
  getConsent: (client, { creatorId }) => client.getConsent(creatorId),
  registerVideo: (client, { creatorId, videoId, facts }, o) => client.registerVideo(creatorId, videoId, facts, o),
  setDefault: (client, { creatorId, purpose, choice }, o) => client.setDefault(creatorId, purpose, choice, o),
  clearDefault: (client, { creatorId, purpose }, o) => client.clearDefault(creatorId, purpose, o),
  setOverride: (client, { creatorId, video, purpose, choice }, o) =>
    client.setOverride(creatorId, video, purpose, choice, o),
  clearOverride: (client, { creatorId, video, purpose }, o) => client.clearOverride(creatorId, video, purpose, o),
  change: (client, { creatorId, changes }, o) => client.change(creatorId, changes, o),
  setLockdown: (client, { creatorId }, o) => client.setLockdown(creatorId, o),
  liftLockdown: (client, { creatorId }, o) => client.liftLockdown(creatorId, o),
};

async function askStream(client: ConsentRegistry, checks: Check[], times: number): Promise<object> {
  const asked = Array.from({ length: times }, () => checks).flat();
  const results: object[] = [];
  for await (const { check, decision } of client.checkStream(asked)) {
    assert.equal(check, asked[results.length]);
    results.push(decision);
  }
  return { results };
}

// Each repetition of a stream is expected to be answered alike.
function expectedOf(step: Step, input: Input, expected: unknown): unknown {
  if (step.do !== "checkStream") return expected;
  const { results } = expected as { results: object[] };
  return { results: Array.from({ length: input.times ?? 1 }, () => results).flat() };
}

// ./dev says why there is no registry here.
const skip = process.env["CONSENT_JS_SKIP_REGISTRY"] ?? false;

describe("against a real registry", () => {
  const variables = new Variables();
  const clients = new Map<string, ConsentRegistry>();
  let registry: Registry;
  let proxy: Proxy;
  let platformToken: string;

  before(async () => {
    if (skip) return;
    for (const name of scenario.made) variables.set(name, `${name.toLowerCase()}-${crypto.randomUUID()}`);
    registry = await Registry.start({ RateLimits__RestrictionsPerSecond: "1" });
    proxy = new Proxy(registry.url);
    await proxy.open();
    await Promise.all(Object.entries(scenario.identities).map(async ([name, identity]) => {
      const token = await registry.token(identity.token, String(variables.fill(identity.id)));
      if (identity.token === "platform") platformToken = token;
      clients.set(name, new ConsentRegistry({ baseUrl: proxy.url, token }));
    }));
  });

  after(async () => {
    await proxy?.close();
    await registry?.stop();
  });

  async function run(step: Step): Promise<void> {
    if (step.do === "disconnect") return await proxy.close();
    if (step.do === "reconnect") return await proxy.open();
    const operation = operations[step.do];
    const client = clients.get(step.as!);
    assert.ok(operation !== undefined && client !== undefined, `${step.do} as ${step.as}`);
    const input = variables.fill(step.with) as Input;
    const asked = operation(client, input, variables.fill(step.options ?? {}) as ChangeOptions);
    if (step.expect === undefined) return assertFails(step, await failureOf(asked));
    const answer = await asked;
    assertFits(answer, expectedOf(step, input, variables.fill(step.expect)));
    for (const [name, member] of Object.entries(step.keep ?? {}))
      variables.set(name, (answer as Record<string, unknown>)[member]);
  }

  async function failureOf(asked: Promise<object>): Promise<ConsentRegistryError> {
    const unexpected = (answer: object) => assert.fail(JSON.stringify(answer));
    const error: unknown = await asked.then(unexpected, (reason: unknown) => reason);
    if (!(error instanceof ConsentRegistryError)) throw error;
    return error;
  }

  function assertFails(step: Step, error: ConsentRegistryError): void {
    if (step.expectUnreachable) assert.deepEqual([error.code, error.status], ["unreachable", undefined]);
    else assertFits({ ...error }, variables.fill(step.expectError), "error");
  }

  test("the scenario of all clients", { skip }, async (t) => {
    // What comes after a step that is not as expected means nothing.
    for (const step of scenario.steps) {
      let failure: unknown;
      await t.test(step.name, async () => {
        try {
          await run(step);
        } catch (error) {
          failure = error;
          throw error;
        }
      });
      if (failure !== undefined) break;
    }
  });

  test("changes are followed, from the place that was reached", { skip }, async () => {
    const client = clients.get("platform")!;
    const creatorId = String(variables.fill("{creator}"));
    const follow = async (after?: number) => {
      for await (const event of client.followChanges({ after }))
        if (event.stream === creatorId && event.kind === "defaultChanged") return event;
      return assert.fail("The stream has ended.");
    };

    const first = await follow();
    const next = await follow(first.seq!);

    assert.ok(next.seq! > first.seq!);
    await assert.rejects(client.followChanges({ after: 1_000_000_000 }).next(), { status: 422 });
  });

  test("a webhook's message is verified", { skip }, async (t) => {
    const received: Received[] = [];
    let told: () => void;
    const arrival = new Promise<void>((resolve) => { told = resolve; });
    const url = await serve(t, async (request, response) => {
      received.push(await receive(request));
      response.writeHead(204).end();
      told();
    });
    const post = async (path: string, body?: object) => {
      const answer = await fetch(new URL(path, registry.url), {
        method: "POST",
        headers: { "authorization": `Bearer ${platformToken}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      assert.ok(answer.ok, await answer.clone().text());
      return await answer.json() as { secret: string; webhook: { webhookId: string } };
    };
    const { secret, webhook } = await post("/v1/webhooks", { audience: "platform", url, kinds: ["recall"] });

    await post(`/v1/webhooks/${webhook.webhookId}/ping`);
    await arrival;

    const [message] = received;
    const read = verifyWebhook(secret, message!.headers, message!.body);
    assert.ok(read.type === "ping");
    assert.equal(read.data.webhookId, webhook.webhookId);
    assert.throws(() => verifyWebhook(secret, message!.headers, message!.body.replace("ping", "used")));
  });
});
