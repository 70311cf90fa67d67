/**
 * The frame of every export: lines of canonical JSON, the first of which says what it is. The last one has the
 * SHA-256 of all bytes before it.
 */

import { hasMembers, isObject, readCanonical } from "./canonical-json.js";
import { fromUtf8, toBase64Url } from "./encoding.js";
import { startSha256 } from "./hash.js";
import { handedOver, readKeys } from "./keys.js";
import { LINE_BYTES } from "./limits.js";
import { readLines } from "./lines.js";
import { accept, cannotJudge, refuse } from "./outcome.js";
import { fault } from "./steps.js";

/**
 * @typedef {import("./canonical-json.js").JsonObject} JsonObject
 * @typedef {import("./steps.js").Fault} Fault
 * @typedef {Fault | undefined} Problem
 */

const NEW_LINE = Uint8Array.of(0x0a);

/**
 * Gives every line but the last to a handler, and stops at the first problem.
 *
 * @param {import("./lines.js").Bytes} source
 * @param {(line: JsonObject, number: number) => Problem | Promise<Problem>} handle
 * @param {AbortSignal} [signal]
 * @returns {Promise<Problem>}
 */
export async function readPart(source, handle, signal) {
    const hash = startSha256();
    let hasEnded = false;
    for await (const { bytes, number, end } of readLines(source)) {
        signal?.throwIfAborted();
        const where = { line: number };
        if (hasEnded) return fault("whole", refuse("export.afterEnd"), where);
        if (end === "tooLong") return fault("lines", refuse("line.tooLong", { limit: LINE_BYTES }), where);
        if (end === "streamEnd") return fault("whole", cannotJudge("export.cut"), where);
        const line = readLine(bytes);
        // What does not begin as an export is none, so that nothing in it can be called wrong.
        if (!line.ok) return fault("lines", number === 1 ? cannotJudge(line.reason.key) : line, where);
        if (line.value.kind === "end") {
            hasEnded = true;
            const isForm = hasMembers(line.value, ["kind", "sha256"]);
            if (!isForm || line.value.sha256 !== toBase64Url(hash.digest()))
                return fault("whole", refuse("export.hash"), where);
            continue;
        }
        hash.update(bytes).update(NEW_LINE);
        const handled = handle(line.value, number);
        const problem = handled instanceof Promise ? await handled : handled;
        if (problem)
            return { ...problem, reason: { ...problem.reason, values: { ...where, ...problem.reason.values } } };
    }
    return hasEnded ? undefined : fault("whole", cannotJudge("export.cut"));
}

/**
 * @param {Uint8Array} bytes
 * @returns {import("./outcome.js").Outcome<JsonObject>}
 */
function readLine(bytes) {
    const text = fromUtf8(bytes);
    if (text === undefined) return refuse("line.utf8");
    const read = readCanonical(text);
    if (!read.ok) return read;
    return isObject(read.value) ? accept(read.value) : refuse("line.form");
}

/**
 * The version of the format, in the first line.
 *
 * @param {JsonObject} header
 * @returns {import("./outcome.js").Outcome<undefined>}
 */
export function checkVersion({ v }) {
    if (v === 1) return accept(undefined);
    return typeof v === "number" && v > 1 ? cannotJudge("format.newer", { version: v }) : cannotJudge("header.form");
}

/**
 * The line of keys: those that the reader trusts are believed and those that they handed over to, or else those that
 * the file brings. Keys of witnesses come to those of checkpoints.
 *
 * @param {JsonObject} line
 * @param {{ trust: import("./keys.js").Trust, witnesses?: readonly import("./keys.js").Verifier[] }} options
 * @returns {Promise<{ problem: Fault } | ({ problem?: undefined } & import("./keys.js").LogKeys)>}
 */
export async function readKeyLine(line, { trust, witnesses = [] }) {
    if (line.kind !== "keys" || !hasMembers(line, ["keys", "kind"]))
        return { problem: fault("header", refuse("keys.form")) };
    const keys = readKeys(line.keys);
    if (!keys.ok) return { problem: fault("signatures", keys) };
    const more = await handedOver(trust.verifiers ?? [], keys.value);
    if (!more.ok) return { problem: fault("signatures", more) };
    return {
        verifiers: [...(trust.verifiers ?? keys.value.verifiers), ...more.value.verifiers, ...witnesses],
        receiptKeys: [...(trust.receiptKeys ?? keys.value.receiptKeys), ...more.value.receiptKeys],
    };
}
