/**
 * SHA-256 and HMAC-SHA256 by noble-hashes. WebCrypto hashes only what is in memory as a whole, and an export can be
 * larger than that.
 */

import { hmac } from "./vendor/noble-hashes/hmac.js";
import { sha256 as library } from "./vendor/noble-hashes/sha2.js";

// To begin anew in the same memory takes half of the time that a new hash takes, and most of what is hashed is short.
const blank = library.create();
const work = library.create();

/**
 * The hash of all parts, one after the other.
 *
 * @param {...Uint8Array} parts
 */
export function sha256(...parts) {
    blank._cloneInto(work);
    for (const part of parts) work.update(part);
    return work.digest();
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 */
export const hmacSha256 = (key, message) => hmac(library, key, message);

/** A hash of what comes in pieces. */
export const startSha256 = () => library.create();
