/** Verifies receipts: signed decisions that name the log's size and root at the time of the check. */

import { hasMembers, isInteger, isObject } from "./canonical-json.js";
import { fromBase64UrlOf, fromUtf8, sameBytes, toBase64 } from "./encoding.js";
import { verifyJws } from "./jws.js";
import { JWS_BYTES, RECEIPTS } from "./limits.js";
import { readLines } from "./lines.js";
import { versionKey } from "./log-fold.js";
import { accept, cannotJudge, refuse } from "./outcome.js";
import { failed, passed, skipped } from "./steps.js";
import { keyStep } from "./trust-steps.js";

const RECEIPT = "consent-receipt+jws";

/**
 * @typedef {import("./canonical-json.js").JsonObject} JsonObject
 * @typedef {{ origin: string, size: number, root: Uint8Array }} Head
 * @typedef {{ ok: true, value: Head, decision: JsonObject, at: string, versions: [string, number][] } | { ok: false,
 * reason: import("./outcome.js").Reason }} ReadReceipt
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
    const named = Object.entries(versions).map(([name, version]) => /** @type {[string, number]} */ ([name, version]));
    return isHead && toMicroseconds(at) !== undefined
        ? { ...accept({ origin, size, root }), decision, at, versions: named }
        : refuse("receipt.form");
}

/** How far the time of a receipt may be from that of a version, in microseconds. */
const TIME_TOLERANCE = 60_000_000;

/** @param {string} moment as the registry writes it @returns {number | undefined} microseconds since 1970 */
function toMicroseconds(moment) {
    const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.(\d{6})Z$/.exec(moment);
    const seconds = parts ? Date.parse(`${parts[1]}Z`) / 1_000 : NaN;
    return isFinite(seconds) ? seconds * 1_000_000 + Number(parts?.[2]) : undefined;
}

/**
 * A receipt says what was in force at its time: no version that it names is later, and none that it passes over is
 * earlier.
 *
 * @param {string} moment
 * @param {readonly [string, number][]} versions
 * @param {ReadonlyMap<string, number> | undefined} times of an export that was verified
 */
function timeStep(moment, versions, times) {
    if (!times) return skipped("time", "receipt.timesUnknown");
    const at = toMicroseconds(moment) ?? 0;
    let isClose = false;
    for (const [stream, version] of versions) {
        const made = times.get(versionKey(stream, version));
        const next = times.get(versionKey(stream, version + 1)) ?? Infinity;
        const values = { stream, version, at: moment };
        if (version > 0 && made === undefined) return failed("time", cannotJudge("receipt.longer", values).reason);
        if ((made ?? 0) > at + TIME_TOLERANCE) return failed("time", refuse("receipt.early", values).reason);
        if (next < at - TIME_TOLERANCE) return failed("time", refuse("receipt.late", values).reason);
        isClose ||= (made ?? 0) > at || next < at;
    }
    return isClose
        ? failed("time", cannotJudge("receipt.timeNotShown").reason)
        : passed("time", "receipt.time", { at: moment });
}

/**
 * @param {string} text
 * @param {object} options
 * @param {import("./keys.js").Trust} options.trust
 * @param {readonly import("./keys.js").ReceiptKey[]} options.keys
 * @param {string | undefined} options.origin the log's, where it is known
 * @param {FindRoot} options.findRoot
 * @param {ReadonlyMap<string, number>} [options.times] of the versions that it names and of those after them
 * @returns {AsyncGenerator<import("./steps.js").Step, void>}
 */
export async function* verifyReceipt(text, { trust, keys, origin, findRoot, times }) {
    const receipt = await readReceipt(text, keys);
    if (!receipt.ok) {
        yield failed("signature", receipt.reason);
        yield skipped("root", "stopped");
        yield skipped("time", "stopped");
        yield skipped("decision", "stopped");
        return;
    }
    const { decision, at, versions, value: head } = receipt;
    yield passed("signature", "receipt.signed", { effect: String(decision.effect), at });
    const found =
        origin !== undefined && origin !== head.origin
            ? refuse("header.otherOrigin", { origin, other: head.origin })
            : await findRoot(head);
    yield found.ok ? passed("root", found.value.key, found.value.values) : failed("root", found.reason);
    yield found.ok ? timeStep(at, versions, times) : skipped("time", "stopped");
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
