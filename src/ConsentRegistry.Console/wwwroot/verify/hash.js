/**
 * SHA-256 and HMAC-SHA256 by noble-hashes. WebCrypto hashes only what is in memory as a whole, and an export can be
 * larger than that.
 */

import { hmac } from "./vendor/noble-hashes/hmac.js";
import { sha256 } from "./vendor/noble-hashes/sha2.js";

export { sha256 };

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 */
export const hmacSha256 = (key, message) => hmac(sha256, key, message);

/** A hash of what comes in pieces. */
export const startSha256 = () => sha256.create();
