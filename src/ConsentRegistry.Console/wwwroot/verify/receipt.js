/** Verifies receipts: signed decisions that name the log's size and root at the time of the check. */

import { hasMembers, isInteger, isObject } from "./canonical-json.js";
import { fromBase64UrlOf, fromUtf8, sameBytes, toBase64 } from "./encoding.js";
import { verifyJws } from "./jws.js";
import { JWS_BYTES, RECEIPTS } from "./limits.js";
import { readLines } from "./lines.js";
import { accept, cannotJudge, refuse } from "./outcome.js";
import { failed, passed, skipped } from "./steps.js";
import { keyStep } from "./trust-steps.js";

const RECEIPT = "consent-receipt+jws";

/**
 * @typedef {import("./canonical-json.js").JsonObject} JsonObject
 * @typedef {{ origin: string, size: number, root: Uint8Array }} Head
 * @typedef {{ ok: true, value: Head, decision: JsonObject, at: string } | { ok: false, reason:
 * import("./outcome.js").Reason }} ReadReceipt
 *
 * @typedef {(head: Head) => Promise<import("./outcome.js").Outcome<{ key: string, values: import("./outcome.js").Values
 * }>>
 * } FindRoot shows that the log had this size and root, and says how
 */

/**
 * The receipts of a file, one on each line.
 *
 * @param {import("./lines.js").Bytes} source
 * @returns {Promise<import("./outcome.js").Outcome<string[]>>}
 */
export async function readReceipts(source) {
    const receipts = [];
    for await (const { bytes, end } of readLines(source, JWS_BYTES)) {
        const text = end === "tooLong" ? undefined : fromUtf8(bytes)?.replace(/\r$/, "");
        if (text === undefined) return refuse(end === "tooLong" ? "jws.tooLong" : "line.utf8", { limit: JWS_BYTES });
        if (text !== "") receipts.push(text);
        if (receipts.length > RECEIPTS) return refuse("receipt.tooMany", { limit: RECEIPTS });
    }
    return receipts.length > 0 ? accept(receipts) : cannotJudge("receipt.empty");
}

/**
 * Verifies the signature of a receipt, and reads what the other steps need.
 *
 * @param {string} text
 * @param {readonly import("./keys.js").ReceiptKey[]} keys
 * @returns {Promise<ReadReceipt>}
 */
export async function readReceipt(text, keys) {
    const verified = await verifyJws(text, RECEIPT, keys);
    if (!verified.ok) return verified;
    const { at, decision, log, request, versions, v } = verified.value;
    if (isInteger(v, 2)) return cannotJudge("format.newer", { version: v });
    const hasForm =
        hasMembers(verified.value, ["at", "decision", "log", "request", "v", "versions"], ["decisionId"]) &&
        v === 1 &&
        typeof at === "string" &&
        isObject(decision) &&
        isObject(request) &&
        isObject(versions) &&
        isObject(log) &&
        Object.values(versions).every((version) => isInteger(version));
    if (!hasForm || !isObject(log) || !isObject(decision) || typeof at !== "string") return refuse("receipt.form");
    const root = fromBase64UrlOf(log.root, 32);
    const { origin, size } = log;
    const isHead = hasMembers(log, ["origin", "root", "size"]) && typeof origin === "string" && isInteger(size) && root;
    return isHead ? { ...accept({ origin, size, root }), decision, at } : refuse("receipt.form");
}

/**
 * @param {string} text
 * @param {object} options
 * @param {import("./keys.js").Trust} options.trust
 * @param {readonly import("./keys.js").ReceiptKey[]} options.keys
 * @param {string | undefined} options.origin the log's, where it is known
 * @param {FindRoot} options.findRoot
 * @returns {AsyncGenerator<import("./steps.js").Step, void>}
 */
export async function* verifyReceipt(text, { trust, keys, origin, findRoot }) {
    const receipt = await readReceipt(text, keys);
    if (!receipt.ok) {
        yield failed("signature", receipt.reason);
        yield skipped("root", "stopped");
        yield skipped("decision", "stopped");
        return;
    }
    const { decision, at, value: head } = receipt;
    yield passed("signature", "receipt.signed", { effect: String(decision.effect), at });
    if (origin !== undefined && origin !== head.origin) {
        yield failed("root", refuse("header.otherOrigin", { origin, other: head.origin }).reason);
    } else {
        const found = await findRoot(head);
        yield found.ok ? passed("root", found.value.key, found.value.values) : failed("root", found.reason);
    }
    yield skipped("decision", "receipt.notDecidedAgain");
    yield keyStep(trust.receiptSource);
}

/**
 * Finds roots in an export that was verified.
 *
 * @param {ReadonlyMap<number, Uint8Array>} roots by size
 * @returns {FindRoot}
 */
export const findInExport =
    (roots) =>
    async ({ size, root }) => {
        const known = roots.get(size);
        if (!known) return cannotJudge("receipt.rootUnknown", { size });
        return sameBytes(known, root)
            ? accept({ key: "receipt.rootInExport", values: { size, root: toBase64(root) } })
            : refuse("receipt.otherRoot", { size });
    };
