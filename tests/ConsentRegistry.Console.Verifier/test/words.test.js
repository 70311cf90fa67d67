import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { WORDS } from "../verify/records.js";
import { repositoryFolder } from "./support/repository.js";

const { schemas } = JSON.parse(readFileSync(join(repositoryFolder, "docs/openapi.json"), "utf8")).components;

for (const [name, words] of Object.entries(WORDS)) {
    test(`the words of ${name} are those of the contract`, () => {
        assert.deepEqual([...words].sort(), [...schemas[name].enum].sort());
    });
}
