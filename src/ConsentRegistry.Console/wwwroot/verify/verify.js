/**
 * Verifies what a consent registry's log gives: an export of the log, a creator's bundle, a receipt, a checkpoint, or
 * the
 * proof of one entry. Each gives its steps one after the other. What is wrong is a step that failed, never an
 * exception;
 * only an `AbortSignal` ends with one.
 *
 * It is written from the documents of the format, without the code of the registry. It runs in a browser and in Node.
 */

import { verifyBundle } from "./bundle.js";
import { isObject } from "./canonical-json.js";
import { readCheckpoint, rootText, verifyCheckpoint } from "./checkpoint.js";
import { concat, fromBase64Url, fromUtf8, sameBytes } from "./encoding.js";
import { ANSWER_BYTES } from "./limits.js";
import { peek } from "./lines.js";
import { verifyLogExport } from "./log-export.js";
import { versionKey } from "./log-fold.js";
import { verifyConsistency } from "./merkle.js";
import { accept, cannotJudge, refuse } from "./outcome.js";
import { verifyProof } from "./proof.js";
import { findInExport, readReceipts, verifyReceipt } from "./receipt.js";
import { failed, passed } from "./steps.js";
import { keyStep, witnessStep } from "./trust-steps.js";

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./lines.js").Bytes} Bytes
 * @typedef {import("./log-export.js").ExportFacts} Facts
 * @typedef {"log" | "creator" | "receipt" | "checkpoint" | "proof"} Kind
 *
 * @typedef {object} Context
 * @property {import("./keys.js").Trust} trust
 * @property {readonly import("./keys.js").Verifier[]} [witnesses]
 * @property {import("./registry.js").Registry | null} [registry] null without a network
 * @property {import("./remembered.js").RememberedCheckpoints | null} [remembered]
 * @property {readonly string[]} [receipts] to be found in an export
 * @property {readonly import("./checkpoint.js").Checkpoint[]} [kept] checkpoints that an export has to agree with
 * @property {number} [clockTolerance] microseconds
 * @property {boolean} [replays] whether each event of an export is judged by those before it; without this it is
 * @property {AbortSignal} [signal]
 * @property {(entries: number) => void} [onProgress]
 */

/** Bytes at the beginning of a file that say what it is. */
const PEEK_BYTES = 64 << 10;

/**
 * What a file is, by its beginning.
 *
 * @param {Uint8Array} start
 * @returns {Kind | undefined}
 */
export function kindOf(start) {
    const text = new TextDecoder().decode(start);
    // The bundle of a receipt, whose decision is not made again here: its first line may be longer than what was read.
    if (text.startsWith('{"jws":')) return undefined;
    if (text.startsWith("{")) {
        const [line = ""] = text.split("\n", 1);
        if (/"kind":"log"/.test(line)) return "log";
        return /"kind":"creator"/.test(line) ? "creator" : "proof";
    }
    if (/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\s*(\n|$)/.test(text)) return "receipt";
    return /\n\n\u2014 /.test(text) ? "checkpoint" : undefined;
}

/**
 * Verifies a file, or the parts of an export in their order.
 *
 * @param {readonly Bytes[]} parts
 * @param {Context} context
 * @returns {AsyncGenerator<Step, void>}
 */
export async function* verifyFile(parts, context) {
    const [first = [], ...others] = parts;
    const { start, whole } = await peek(first, PEEK_BYTES);
    const kind = kindOf(start);
    if (kind !== "log" && others.length > 0) {
        yield failed("lines", cannotJudge("file.onePart").reason);
    } else if (kind === "log") {
        yield* verifyWholeLog([whole, ...others], context);
    } else if (kind === "creator") {
        const facts = yield* verifyBundle(whole, context);
        if (facts) yield* compareWithRemembered(facts, false, context);
    } else if (kind === "receipt") {
        yield* verifyReceipts(whole, context);
    } else {
        const text = kind === undefined ? undefined : await readText(whole);
        if (kind === undefined || text === undefined) yield failed("lines", cannotJudge("file.unknown").reason);
        else if (kind === "proof") yield* verifyEntry(fromJson(text), context);
        else yield* verifyNote(text, false, context);
    }
}

/**
 * Verifies the newest checkpoint of the registry, and compares it with the remembered one.
 *
 * @param {Context & { registry: import("./registry.js").Registry }} context
 * @returns {AsyncGenerator<Step, void>}
 */
export async function* verifyNewest(context) {
    const note = await context.registry.checkpoint();
    if (note.ok) yield* verifyNote(note.value, true, context);
    else yield failed("signature", note.reason);
}

/**
 * Verifies the proof of one entry.
 *
 * @param {unknown} given an answer of `/v1/log/proof/…`
 * @param {Context} context
 * @param {import("./proof.js").Shown} [shown]
 * @returns {AsyncGenerator<Step, void>}
 */
export async function* verifyEntry(given, context, shown) {
    const options = {
        trust: context.trust,
        verifiers: context.trust.verifiers ?? [],
        witnesses: context.witnesses ?? [],
    };
    const facts = yield* verifyProof(given, shown ? { ...options, shown } : options);
    if (facts) yield* compareWithRemembered(facts, false, context);
}

/**
 * @param {readonly Bytes[]} parts
 * @param {Context} context
 * @returns {AsyncGenerator<Step, void>}
 */
async function* verifyWholeLog(parts, context) {
    const { kept = [], receipts = [], remembered } = context;
    const sizes = new Set(remembered?.sizes());
    for (const checkpoint of kept) sizes.add(checkpoint.size);
    for (const size of receipts.map(sizeOf)) if (size !== undefined) sizes.add(size);
    const versions = new Set(receipts.flatMap(versionsOf));
    const facts = yield* verifyLogExport(parts, { ...context, sizes, versions });
    if (!facts) return;
    for (const checkpoint of kept) yield await compareWithKept(checkpoint, facts, context);
    for (const receipt of receipts) {
        yield* verifyReceipt(receipt, {
            trust: context.trust,
            keys: facts.receiptKeys,
            origin: facts.checkpoint.origin,
            findRoot: findInExport(facts.roots),
            times: facts.times,
        });
    }
    yield* compareWithRemembered(facts, false, context);
}

/**
 * @param {import("./checkpoint.js").Checkpoint} kept
 * @param {Facts} facts
 * @param {Context} context
 */
async function compareWithKept(kept, { checkpoint, roots, signers }, { trust }) {
    const values = { size: kept.size, last: checkpoint.size };
    const verifiers = trust.verifiers ?? signers.map(({ verifier }) => verifier);
    const signed = await verifyCheckpoint(kept, verifiers);
    if (!signed.ok) return failed("kept", cannotJudge(signed.reason.key, signed.reason.values).reason);
    const root = roots.get(kept.size);
    if (kept.origin !== checkpoint.origin) {
        return failed("kept", refuse("header.otherOrigin", { origin: kept.origin, other: checkpoint.origin }).reason);
    }
    if (!root) return failed("kept", refuse("kept.beyond", values).reason);
    return sameBytes(root, kept.root)
        ? passed("kept", "kept.passed", values)
        : failed("kept", refuse("kept.fork", values).reason);
}

/**
 * @param {Bytes} source
 * @param {Context} context
 * @returns {AsyncGenerator<Step, void>}
 */
async function* verifyReceipts(source, { trust, registry = null }) {
    const receipts = await readReceipts(source);
    if (!receipts.ok) {
        yield failed("signature", receipts.reason);
        return;
    }
    const keys = trust.receiptKeys ?? [];
    const origin = trust.verifiers?.[0]?.name;
    for (const receipt of receipts.value) {
        yield* verifyReceipt(receipt, { trust, keys, origin, findRoot: (head) => findInLog(head, trust, registry) });
    }
}

/**
 * Shows that the log of now begins with the tree that a receipt names.
 *
 * @param {import("./receipt.js").Head} head
 * @param {import("./keys.js").Trust} trust
 * @param {import("./registry.js").Registry | null} registry
 * @returns {ReturnType<import("./receipt.js").FindRoot>}
 */
async function findInLog({ origin, size, root }, trust, registry) {
    const found = { key: "receipt.rootInLog", values: { size } };
    if (!registry) return cannotJudge("receipt.rootUnknown", { size });
    const note = await registry.checkpoint();
    if (!note.ok) return note;
    const newest = readCheckpoint(note.value);
    if (!newest.ok) return newest;
    const signed = await verifyCheckpoint(newest.value, trust.verifiers ?? []);
    if (!signed.ok) return signed;
    if (newest.value.origin !== origin) return refuse("header.otherOrigin", { origin, other: newest.value.origin });
    if (newest.value.size < size) return cannotJudge("receipt.rootUnknown", { size });
    const proof = newest.value.size === size ? accept([]) : await registry.consistency(size, newest.value.size);
    if (!proof.ok) return proof;
    const isThere = verifyConsistency({
        from: size,
        fromRoot: root,
        to: newest.value.size,
        toRoot: newest.value.root,
        proof: proof.value,
    });
    return isThere ? accept(found) : refuse("receipt.otherRoot", { size });
}

/**
 * @param {string} note
 * @param {boolean} isNewest
 * @param {Context} context
 * @returns {AsyncGenerator<Step, void>}
 */
async function* verifyNote(note, isNewest, context) {
    const { trust, witnesses = [] } = context;
    const checkpoint = readCheckpoint(note);
    if (!checkpoint.ok) {
        yield failed("signature", checkpoint.reason);
        return;
    }
    const signed = await verifyCheckpoint(checkpoint.value, [...(trust.verifiers ?? []), ...witnesses]);
    if (!signed.ok) {
        yield failed("signature", signed.reason);
        return;
    }
    const { size, origin } = checkpoint.value;
    yield passed("signature", "signature.passed", { size, origin, root: rootText(checkpoint.value) });
    yield keyStep(trust.source);
    yield witnessStep(witnesses, signed.value.witnesses.length);
    const none = { receiptKeys: [], roots: new Map(), times: new Map() };
    const facts = { checkpoint: checkpoint.value, signers: signed.value.signers, ...none };
    yield* compareWithRemembered(facts, isNewest, context);
}

/**
 * @param {Facts} facts
 * @param {boolean} isNewest
 * @param {Context} context
 * @returns {AsyncGenerator<Step, void>}
 */
async function* compareWithRemembered({ checkpoint, signers, roots }, isNewest, { remembered, registry, trust }) {
    // Under keys that a file brings itself anybody could contradict what is remembered.
    if (remembered && trust.source !== "file")
        yield await remembered.observe({ checkpoint, signers, isNewest, roots }, registry?.consistency ?? null);
}

/** The size that a receipt names. Its signature is verified later. @param {string} receipt */
function sizeOf(receipt) {
    const { log } = claimsOf(receipt);
    const size = isObject(log) ? log.size : undefined;
    return typeof size === "number" ? size : undefined;
}

/** The versions that a receipt names, and those after them. @param {string} receipt */
function versionsOf(receipt) {
    const { versions } = claimsOf(receipt);
    return Object.entries(isObject(versions) ? versions : {}).flatMap(([stream, version]) =>
        typeof version === "number" ? [versionKey(stream, version), versionKey(stream, version + 1)] : [],
    );
}

/** What a receipt says, which is believed only later. @param {string} receipt */
function claimsOf(receipt) {
    const value = fromJson(fromUtf8(fromBase64Url(receipt.split(".")[1] ?? "") ?? new Uint8Array()) ?? "");
    return isObject(value) ? value : {};
}

/** @param {string} text @returns {unknown} undefined if it is no JSON */
function fromJson(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** @param {Bytes} source */
async function readText(source) {
    /** @type {Uint8Array[]} */
    const pieces = [];
    let length = 0;
    for await (const piece of source) {
        length += piece.length;
        if (length > ANSWER_BYTES) return undefined;
        pieces.push(piece.slice());
    }
    return fromUtf8(concat(...pieces));
}
