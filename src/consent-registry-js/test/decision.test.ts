import assert from "node:assert/strict";
import { test } from "node:test";
import { readBatch, readDecision } from "../src/decision.js";
import { ConsentRegistryError, isAllowed, type Decision } from "../src/index.js";
import { allow } from "./support/server.js";

const without = (member: string) => Object.fromEntries(Object.entries(allow).filter(([name]) => name !== member));

test("an allow is allowed", () => {
  const decision = readDecision(allow);

  assert.equal(decision.allowed, true);
  assert.equal(isAllowed(decision), true);
});

// Each of them is a deny to whoever looks at `allowed`, at `effect` or at isAllowed.
const refusals: Record<string, object> = {
  "a deny": { ...allow, allowed: false, effect: "deny" },
  "an ask": { ...allow, allowed: false, effect: "ask" },
  "an effect that is unknown": { ...allow, effect: "permit" },
  "an effect that is almost allow": { ...allow, effect: "Allow" },
  "an effect of another type": { ...allow, effect: ["allow"] },
  "an allow that is not allowed": { ...allow, allowed: false },
  "a deny that is allowed": { ...allow, effect: "deny" },
  "allowed as a text": { ...allow, allowed: "true" },
  "allowed as a number": { ...allow, allowed: 1 },
  "an error": { ...allow, error: { code: "invalid", detail: "No check." } },
  "an error of another type": { ...allow, error: false },
  "obligations of another type": { ...allow, obligations: "attribution" },
  "obligations that are null": { ...allow, obligations: null },
  "an obligation of another type": { ...allow, obligations: [{}] },
  "excludes of another type": { ...allow, excludes: {} },
  "nothing at all": {},
  ...Object.fromEntries(["allowed", "effect", "error", "obligations", "excludes"].map((member) =>
    [`no ${member}`, without(member)])),
};

for (const [name, answer] of Object.entries(refusals)) {
  test(`a refusal: ${name}`, () => {
    const decision = readDecision(answer);

    assert.equal(decision.allowed, false);
    assert.notEqual(decision.effect, "allow");
    assert.equal(isAllowed(decision, ["attribution", "labelAsAi", "nonCommercial"]), false);
    assert.equal(isAllowed(answer as Decision), false);
    // Whoever goes through them finds lists.
    assert.deepEqual([decision.obligations, decision.excludes].every(Array.isArray), true);
  });
}

test("an obligation that the caller does not understand is a refusal", () => {
  const decision = readDecision({ ...allow, obligations: ["attribution", "labelAsAi"] });

  assert.equal(isAllowed(decision), false);
  assert.equal(isAllowed(decision, ["attribution"]), false);
  assert.equal(isAllowed(decision, ["labelAsAi", "attribution"]), true);
  assert.equal(isAllowed(readDecision({ ...allow, obligations: ["newOne"] }), ["attribution"]), false);
});

test("no decision is a refusal", () => {
  for (const nothing of [null, undefined, true, "allow", [], [allow]])
    assert.equal(isAllowed(nothing as never), false);
});

test("what is no object is no decision", () => {
  for (const answer of [null, true, "allow", [allow], 1])
    assert.throws(() => readDecision(answer), ConsentRegistryError);
});

test("members that a newer registry adds are kept", () => {
  assert.equal((readDecision({ ...allow, added: 1 }) as unknown as { added: number }).added, 1);
});

test("a time for reuse that is none is none", () => {
  for (const maxAgeMs of [-1, "5", null, undefined, Number.NaN])
    assert.equal(readDecision({ ...allow, maxAgeMs }).maxAgeMs, 0);
  assert.equal(readDecision({ ...allow, maxAgeMs: 5 }).maxAgeMs, 5);
});

test("a batch with a result too few or too many is none, since an allow would stand for another video", () => {
  for (const results of [[], [allow], [allow, allow, allow], "allow", null])
    assert.throws(() => readBatch({ results }, 2), { code: "unreadable" });
});

test("one strange result of a batch spoils no other", () => {
  const { results } = readBatch({ results: [allow, {}, { ...allow, effect: "x" }], freshAt: null, maxAgeMs: 0 }, 3);

  assert.deepEqual(results.map((result) => result.allowed), [true, false, false]);
});
