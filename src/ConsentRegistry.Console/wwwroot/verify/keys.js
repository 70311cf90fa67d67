/**
 * The public keys of a log: a JWK Set with Ed25519 keys for checkpoints, and P-256 keys for receipts and statements.
 */

import { isObject } from "./canonical-json.js";
import { fromBase64UrlOf, sameBytes, toBase64Url, utf8 } from "./encoding.js";
import { sha256 } from "./hash.js";
import { KEYS, PINNED_KEYS } from "./limits.js";
import { accept, refuse } from "./outcome.js";
import { readVerifierKey } from "./verifier-key.js";

/**
 * @typedef {import("./verifier-key.js").Verifier} Verifier
 * @typedef {{ kid: string, x: string, y: string }} ReceiptKey
 * @typedef {{ verifiers: Verifier[], receiptKeys: ReceiptKey[] }} LogKeys
 *
 * @typedef {"pinned" | "registry" | "file"} KeySource who named a key: the reader, the registry now, or the file itself
 *
 * @typedef {object} Trust which keys are believed
 * @property {KeySource} source of the keys of checkpoints
 * @property {readonly Verifier[] | null} verifiers null: those that the file brings
 * @property {KeySource} receiptSource of the keys of receipts and statements
 * @property {readonly ReceiptKey[] | null} receiptKeys null: those that the file brings
 */

/** @type {Trust} */
export const TRUST_FILE = { source: "file", verifiers: null, receiptSource: "file", receiptKeys: null };

/**
 * @param {readonly Verifier[]} pinned keys of the log that the reader named
 * @param {LogKeys | null} registry keys as the registry gives them now
 * @returns {Trust}
 */
export const trustOf = (pinned, registry) => ({
    source: pinned.length > 0 ? "pinned" : registry ? "registry" : "file",
    verifiers: pinned.length > 0 ? pinned : (registry?.verifiers ?? null),
    receiptSource: registry ? "registry" : "file",
    receiptKeys: registry?.receiptKeys ?? null,
});

/**
 * Reads a key set. It has at least one key of each kind that a log has, and none of another kind.
 *
 * @param {unknown} keys the member `keys` of a JWK Set
 * @returns {import("./outcome.js").Outcome<LogKeys>}
 */
export function readKeys(keys) {
    if (!Array.isArray(keys) || keys.length > KEYS) return refuse("keys.form");
    /** @type {LogKeys} */
    const read = { verifiers: [], receiptKeys: [] };
    for (const key of keys) {
        if (!isObject(key) || !isToVerify(key)) return refuse("keys.form");
        if (key.kty === "OKP" && key.crv === "Ed25519") {
            const verifier = readVerifierKey(key.vkey);
            if (!verifier.ok) return verifier;
            const x = fromBase64UrlOf(key.x, 32);
            const kid = thumbprint({ crv: key.crv, kty: key.kty, x: key.x });
            if (!x || key.kid !== kid || !sameBytes(x, verifier.value.key)) return refuse("keys.form");
            read.verifiers.push(verifier.value);
        } else if (key.kty === "EC" && key.crv === "P-256") {
            const { kid, x, y } = key;
            const isPoint = fromBase64UrlOf(x, 32) && fromBase64UrlOf(y, 32);
            if (!isPoint || kid !== thumbprint({ crv: key.crv, kty: key.kty, x, y })) return refuse("keys.form");
            read.receiptKeys.push({ kid: String(kid), x: String(x), y: String(y) });
        } else {
            return refuse("keys.form");
        }
    }
    return read.verifiers.length > 0 && read.receiptKeys.length > 0 ? accept(read) : refuse("keys.form");
}

const ALGORITHMS = new Map([
    ["Ed25519", ["EdDSA", "Ed25519"]],
    ["P-256", ["ES256"]],
]);

/**
 * Whether what a key says about its use is verifying, by the algorithm of its curve (RFC 7517, section 4).
 *
 * @param {import("./canonical-json.js").JsonObject} key
 */
function isToVerify({ alg, crv, key_ops: operations, use }) {
    const isFor =
        operations === undefined ||
        (Array.isArray(operations) && operations.includes("verify") && new Set(operations).size === operations.length);
    const isBy = alg === undefined || (ALGORITHMS.get(String(crv)) ?? []).includes(String(alg));
    return isFor && isBy && (use === undefined || use === "sig");
}

/**
 * Reads a key set as `GET /v1/log/keys` gives it.
 *
 * @param {string} text
 * @returns {import("./outcome.js").Outcome<LogKeys>}
 */
export function readKeySet(text) {
    try {
        const value = JSON.parse(text);
        return isObject(value) ? readKeys(value.keys) : refuse("keys.form");
    } catch {
        return refuse("keys.form");
    }
}

/**
 * Reads the verifier keys that a reader pins: one on each line. Among them may be those of witnesses.
 *
 * @param {string} text
 * @returns {import("./outcome.js").Outcome<Verifier[]>}
 */
export function readPinned(text) {
    const lines = text.split(/\s+/).filter((line) => line !== "");
    if (lines.length > PINNED_KEYS) return refuse("key.tooMany", { limit: PINNED_KEYS });
    const verifiers = [];
    for (const line of lines) {
        const read = readVerifierKey(line);
        if (!read.ok) return read;
        verifiers.push(read.value);
    }
    return accept(verifiers);
}

/**
 * RFC 7638. The members are given in the order of their names.
 *
 * @param {{ [name: string]: unknown }} members
 */
const thumbprint = (members) => toBase64Url(sha256(utf8(JSON.stringify(members))));
