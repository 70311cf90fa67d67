// Reads the answers that the document has as examples with the types that openapi-typescript makes of it. Its one
// argument is the document. It fails unless every refusal reads as one.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import type { components, operations } from "./api.js";

type CheckResult = components["schemas"]["CheckResult"];

type Batch = operations["checkConsentBatch"]["responses"][200]["content"]["application/json"];
type Evaluations = operations["evaluateMany"]["responses"][200]["content"]["application/json"];
type History = operations["listHistory"]["responses"][200]["content"]["application/json"];
type Inbox = operations["listNotifications"]["responses"][200]["content"]["application/json"];
type LockdownMessage = components["schemas"]["LockdownMessage"];
type Preview = operations["previewChanges"]["responses"][200]["content"]["application/json"];

const document = JSON.parse(readFileSync(process.argv[2]!, "utf8"));

function answers(operationId: string): unknown[] {
  const operation = Object.values<any>(document.paths).flatMap((path) => Object.values<any>(path)).find((one) => one.operationId === operationId);
  const media = Object.values<any>(operation.responses["200"].content)[0];
  return Object.values<any>(media.examples).map((example) => example.value);
}

// Each member is there for every item: no narrowing, no cast.
function mayGoAhead(result: CheckResult): boolean {
  const says: [boolean, "deny" | "ask" | "allow", string | undefined] = [result.allowed, result.effect, result.error?.code];
  assert.equal(says[0], says[1] === "allow" && says[2] === undefined);
  return says[0];
}

const batch = answers("checkConsentBatch")[0] as Batch;
assert.deepEqual(batch.results.map(mayGoAhead), [true, false, false]);
assert.deepEqual(batch.results.map((result) => result.error === null), [true, true, false]);

const lines = (answers("streamChecks")[0] as string).trim().split("\n").map((line) => JSON.parse(line) as CheckResult);
assert.deepEqual(lines.map(mayGoAhead), [false, false]);
assert.equal(lines[1]!.line, 2);

const evaluations = answers("evaluateMany")[0] as Evaluations;
assert.deepEqual(evaluations.evaluations?.map((one) => [one.decision, one.context.effect]), [[true, "allow"], [false, "deny"]]);

const preview = answers("previewChanges")[0] as Preview;
assert.equal(preview.complete, true);
assert.deepEqual(preview.first.flatMap((video) => video.flips.map((flip) => flip.after)), ["deny"]);

const history = answers("listHistory")[0] as History;
const changed = history.items[0]!;
const kind: components["schemas"]["EventKind"] = changed.kind;
assert.deepEqual([kind, changed.before?.stop?.purposes], ["holdChanged", ["remix.likeness", "remix.voice"]]);

// What a webhook gets, of the notification that the example of an inbox shows.
const told = (answers("listNotifications")[0] as Inbox).items[0]!;
const message = { type: told.kind, timestamp: told.createdAt, data: told.data } as LockdownMessage;
assert.deepEqual([message.type, message.data.creatorId, message.data.lockdown?.purposes], ["lockdown", "ana", ["training"]]);

console.log("Every refusal reads as one.");
