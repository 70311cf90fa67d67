import assert from "node:assert/strict";
import { TRUST_FILE } from "../../verify/keys.js";
import { verdictOf } from "../../verify/steps.js";
import { verifyFile } from "../../verify/verify.js";

/** @typedef {import("../../verify/steps.js").Step} Step */

/** @param {AsyncIterable<Step>} steps */
export async function all(steps) {
    const list = [];
    for await (const step of steps) list.push(step);
    return list;
}

/**
 * @param {Uint8Array | readonly Uint8Array[]} files
 * @param {Partial<import("../../verify/verify.js").Context>} [context]
 */
export const verify = (files, context = {}) =>
    all(
        verifyFile(
            (files instanceof Uint8Array ? [files] : files).map((file) => [file]),
            { trust: TRUST_FILE, ...context },
        ),
    );

/** @param {readonly Step[]} steps */
export function assertValid(steps) {
    assert.deepEqual(
        steps.filter(({ status }) => status === "failed").map(({ step, detail }) => `${step}: ${detail}`),
        [],
    );
    assert.equal(verdictOf(steps), "valid");
}

/**
 * The one step that failed, as `step text`.
 *
 * @param {readonly Step[]} steps
 */
export function failureOf(steps) {
    const failed = steps.filter(({ status }) => status === "failed");
    assert.notEqual(verdictOf(steps), "valid");
    return failed.map(({ step, text }) => `${step} ${text}`).join(", ");
}
