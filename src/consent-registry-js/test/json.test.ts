import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../src/json.js";

test("JSON is read as it is", () => {
  for (const value of [null, 1, "a:b", [{}], { a: { b: [":", "\"", "\\", "\\\":"] }, "c:\"": 1.5 }, { "": {} }])
    assert.deepEqual(parseJson(JSON.stringify(value, null, 2)), value);
});

test("an object with a key twice cannot be read, wherever it is", () => {
  for (const json of [
    '{"allowed":false,"allowed":true}', '[{"a":1},{"a":1,"b":2,"a":1}]', '{"a":{"b":[{"c":1,"c":1}]}}',
    '{"\\u0061":1,"a":2}', '{"__proto__":1,"__proto__":2}',
  ]) assert.throws(() => parseJson(json), SyntaxError, json);
});

test("long and deep JSON is read, too", () => {
  assert.equal((parseJson(JSON.stringify({ a: "\\\"".repeat(1 << 20) })) as { a: string }).a.length, 2 << 20);
  assert.ok(parseJson("[".repeat(5_000) + "]".repeat(5_000)));
});
