import assert from "node:assert/strict";
import { test } from "node:test";
import { path, query, rootOf } from "../src/address.js";

test("paths are added to the registry's own, with or without a slash", () => {
  for (const baseUrl of ["https://platform.example/consent", "https://platform.example/consent/"])
    assert.equal(new URL(path("v1", "checks"), rootOf(baseUrl)).href, "https://platform.example/consent/v1/checks");
});

test("segments are escaped, and those that would name another operation are refused", () => {
  assert.equal(path("v1", "a/b?c#d"), "v1/a%2Fb%3Fc%23d");
  for (const segment of ["", ".", ".."]) assert.throws(() => path("v1", segment), TypeError);
});

test("a query has the parameters that have a value", () => {
  assert.equal(query({ requester: "a&b", after: 0, other: undefined, none: null }), "?requester=a%26b&after=0");
  assert.equal(query({ requester: undefined }), "");
});

test("an address that is none of a registry is refused", () => {
  for (const baseUrl of ["ftp://a.example", "https://a.example/?b", "https://a.example/#b", "https://u:p@a.example"])
    assert.throws(() => rootOf(baseUrl), TypeError, baseUrl);
});
