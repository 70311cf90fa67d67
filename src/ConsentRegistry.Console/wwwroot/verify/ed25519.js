/** Ed25519 by WebCrypto. A browser that does not have it verifies nothing. */

import { accept, cannotJudge } from "./outcome.js";

/** @type {WeakMap<Uint8Array, CryptoKey>} */
const imported = new WeakMap();

// The order of the group, little-endian. A signature's number has to be below it, or there would be a second signature.
const ORDER = Uint8Array.of(
    0xed,
    0xd3,
    0xf5,
    0x5c,
    0x1a,
    0x63,
    0x12,
    0x58,
    0xd6,
    0x9c,
    0xf7,
    0xa2,
    0xde,
    0xf9,
    0xde,
    0x14,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0x10,
);

/**
 * @param {Uint8Array<ArrayBuffer>} key
 * @param {Uint8Array<ArrayBuffer>} signature
 * @param {Uint8Array<ArrayBuffer>} message
 * @returns {Promise<import("./outcome.js").Outcome<boolean>>}
 */
export async function verifyEd25519(key, signature, message) {
    if (signature.length !== 64 || !isBelowOrder(signature.subarray(32))) return accept(false);
    let publicKey = imported.get(key);
    try {
        publicKey ??= await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    } catch (error) {
        // A point that is not on the curve is a DataError in some browsers.
        return error instanceof DOMException && error.name === "DataError"
            ? accept(false)
            : cannotJudge("crypto.noEd25519");
    }
    imported.set(key, publicKey);
    try {
        return accept(await crypto.subtle.verify({ name: "Ed25519" }, publicKey, signature, message));
    } catch {
        return cannotJudge("crypto.noEd25519");
    }
}

/** @param {Uint8Array} number 32 bytes, little-endian */
function isBelowOrder(number) {
    for (let i = 31; i >= 0; i--) {
        const difference = (number[i] ?? 0) - (ORDER[i] ?? 0);
        if (difference !== 0) return difference < 0;
    }
    return false;
}
