/**
 * The public keys of a log: a JWK Set with Ed25519 keys for checkpoints, and P-256 keys for receipts and statements.
 */

import { hasMembers, isObject } from "./canonical-json.js";
import { verifyEd25519 } from "./ed25519.js";
import { fromBase64UrlOf, sameBytes, toBase64Url, utf8 } from "./encoding.js";
import { sha256 } from "./hash.js";
import { KEYS, PINNED_KEYS } from "./limits.js";
import { accept, refuse } from "./outcome.js";
import { ED25519, readVerifierKey } from "./verifier-key.js";

/**
 * @typedef {import("./verifier-key.js").Verifier} Verifier
 * @typedef {{ kid: string, x: string, y: string }} ReceiptKey
 * @typedef {{ kid: string, by: string, signature: Uint8Array<ArrayBuffer> }} Handover the key `by` says that the key
 * `kid` takes over
 * @typedef {{ verifiers: Verifier[], receiptKeys: ReceiptKey[], handovers?: Handover[] }} LogKeys
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
    /** @type {Required<LogKeys>} */
    const read = { verifiers: [], receiptKeys: [], handovers: [] };
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
        if ("handover" in key) {
            const handover = readHandover(String(key.kid), key.handover);
            if (!handover) return refuse("keys.form");
            read.handovers.push(handover);
        }
    }
    return read.verifiers.length > 0 && read.receiptKeys.length > 0 ? accept(read) : refuse("keys.form");
}

/**
 * @param {string} kid
 * @param {unknown} value
 * @returns {Handover | undefined}
 */
function readHandover(kid, value) {
    if (!isObject(value) || !hasMembers(value, ["by", "signature"])) return undefined;
    const { by } = value;
    const signature = fromBase64UrlOf(value.signature, 64);
    return typeof by === "string" && fromBase64UrlOf(by, 32) && signature
        ? { kid, by, signature: new Uint8Array(signature) }
        : undefined;
}

/** The thumbprint of a key of checkpoints. @param {Verifier} verifier */
const kidOf = ({ key }) => thumbprint({ crv: "Ed25519", kty: "OKP", x: toBase64Url(key) });

/**
 * The keys of a set that trusted keys handed over to, and those that these handed over to in turn. A set is refused if
 * one of its keys names another as the one before, which did not sign that.
 *
 * @param {readonly Verifier[]} trusted
 * @param {LogKeys} keys
 * @returns {Promise<import("./outcome.js").Outcome<LogKeys>>}
 */
export async function handedOver(trusted, { verifiers, receiptKeys, handovers = [] }) {
    /** @type {LogKeys} */
    const found = { verifiers: [], receiptKeys: [] };
    const byKid = new Map([...trusted, ...verifiers].map((verifier) => [kidOf(verifier), verifier]));
    const believed = new Set(trusted.filter(({ algorithm }) => algorithm === ED25519).map(kidOf));
    const open = new Set(handovers);
    for (const { kid, by, signature } of handovers) {
        const signer = byKid.get(by);
        if (!signer) continue;
        const message = new Uint8Array(utf8(`consent-registry key hand-over v1\n${by}\n${kid}\n`));
        const signed = await verifyEd25519(signer.key, signature, message);
        if (!signed.ok) return signed;
        if (!signed.value) return refuse("keys.handover");
    }
    // A set is listed newest first, so that each turn finds the keys of one rotation.
    for (let before = -1; before !== open.size; ) {
        before = open.size;
        for (const handover of open) {
            if (!believed.has(handover.by) || !byKid.has(handover.by)) continue;
            open.delete(handover);
            believed.add(handover.kid);
            found.verifiers.push(...verifiers.filter((verifier) => kidOf(verifier) === handover.kid));
            found.receiptKeys.push(...receiptKeys.filter(({ kid }) => kid === handover.kid));
        }
    }
    return accept(found);
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
