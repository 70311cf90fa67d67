/** Verifier keys of C2SP signed-note, and which bytes are taken for an Ed25519 public key. */

import { fromBase64, sameBytes, utf8 } from "./encoding.js";
import { sha256 } from "./hash.js";
import { accept, refuse } from "./outcome.js";

/** Ed25519, as the log signs. */
export const ED25519 = 1;
/** Ed25519 with a time, as witnesses cosign (C2SP tlog-cosignature). */
export const COSIGNATURE = 4;

/**
 * @typedef {object} Verifier
 * @property {string} name
 * @property {Uint8Array<ArrayBuffer>} hash 4 bytes that signatures name the key by
 * @property {number} algorithm
 * @property {Uint8Array<ArrayBuffer>} key
 * @property {string} vkey how it is written
 */

/**
 * @param {unknown} text
 * @returns {import("./outcome.js").Outcome<Verifier>}
 */
export function readVerifierKey(text) {
    const parts = typeof text === "string" ? /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) : null;
    const bytes = parts ? fromBase64(parts[3]) : undefined;
    if (typeof text !== "string" || !parts || bytes?.length !== 33) return refuse("key.form");
    const [, name = "", stated = ""] = parts;
    const algorithm = bytes[0] ?? 0;
    if (algorithm !== ED25519 && algorithm !== COSIGNATURE) return refuse("key.algorithm", { algorithm });
    const hash = new Uint8Array(sha256(utf8(`${name}\n`), bytes).subarray(0, 4));
    if (toHex(hash) !== stated) return refuse("key.hash");
    const key = bytes.slice(1);
    return isPublicKey(key) ? accept({ name, hash, algorithm, key, vkey: text }) : refuse("key.weak");
}

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// The field's prime is 2^255 - 19. These are the ordinates of points whose order divides 8, little-endian, as RFC 8032
// writes them. Under such a key anybody can sign anything. There are two points to each, which differ in the highest
// bit.
const LOW_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map((hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)));

/**
 * Refuses keys of low order, and those that RFC 8032 writes in another way. Whether the point is on the curve is
 * WebCrypto's to say: it verifies nothing under one that is not.
 *
 * @param {Uint8Array} key
 */
export function isPublicKey(key) {
    if (key.length !== 32) return false;
    const ordinate = Uint8Array.from(key);
    ordinate[31] = (ordinate[31] ?? 0) & 0x7f;
    const isBelowPrime = !(
        ordinate[31] === 0x7f &&
        ordinate.subarray(1, 31).every((byte) => byte === 0xff) &&
        (ordinate[0] ?? 0) >= 0xed
    );
    return isBelowPrime && !LOW_ORDER.some((low) => sameBytes(low, ordinate));
}
