/** The body of an event: who changed what. Its leaf commits to it. */

import { hasMembers, isObject, readCanonical } from "./canonical-json.js";
import { fromBase64UrlOf, sameBytes, utf8 } from "./encoding.js";
import { hmacSha256 } from "./hash.js";
import { accept, refuse } from "./outcome.js";

/** @typedef {{ stream: string, prev: string | null }} Body `prev`: base64url SHA-256 of the stream's previous leaf */

const BY = ["client", "onBehalfOf", "reason", "subject"];

/**
 * Whether a leaf commits to a body: HMAC-SHA256 of the body, keyed with the salt.
 *
 * @param {Uint8Array} commit
 * @param {string} body
 * @param {unknown} salt base64url
 * @returns {import("./outcome.js").Outcome<undefined>}
 */
export function checkCommitment(commit, body, salt) {
    const key = fromBase64UrlOf(salt, 32);
    if (!key) return refuse("body.salt");
    return sameBytes(hmacSha256(key, utf8(body)), commit) ? accept(undefined) : refuse("body.commitment");
}

/**
 * Reads what every body has. What is in `key`, `before` and `after` depends on the type of the event, and is not
 * judged.
 *
 * @param {string} text
 * @returns {import("./outcome.js").Outcome<Body>}
 */
export function readBody(text) {
    const read = readCanonical(text);
    if (!read.ok) return read;
    const value = read.value;
    if (!isObject(value) || !hasMembers(value, ["after", "before", "by", "key", "prev", "stream"])) {
        return refuse("body.form");
    }
    const { stream, prev, by, key, before, after } = value;
    const isBy =
        isObject(by) && hasMembers(by, BY) && BY.every((name) => by[name] === null || typeof by[name] === "string");
    const areRecords = isObject(key) && [before, after].every((record) => record === null || isObject(record));
    if (typeof stream !== "string" || stream === "" || !isBy || !areRecords) return refuse("body.form");
    if (prev !== null && !fromBase64UrlOf(prev, 32)) return refuse("body.form");
    return accept({ stream, prev: /** @type {string | null} */ (prev) });
}
