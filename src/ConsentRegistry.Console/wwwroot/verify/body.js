/** The body of an event: who changed what. Its leaf commits to it. */

import { hasMembers, isObject, readCanonical } from "./canonical-json.js";
import { fromBase64UrlOf, sameBytes, utf8 } from "./encoding.js";
import { hmacSha256 } from "./hash.js";
import { accept, refuse } from "./outcome.js";
import { areRecords, isId } from "./records.js";

/**
 * @typedef {object} Body
 * @property {string} stream
 * @property {string | null} prev base64url SHA-256 of the stream's previous leaf
 * @property {{ reason: string | null }} by who made the change, and why
 * @property {JsonObject} key
 * @property {JsonObject | null} before
 * @property {JsonObject | null} after
 *
 * @typedef {import("./canonical-json.js").JsonObject} JsonObject
 */

const VOCABULARY = "$vocabulary";
const REQUESTER = "$requester/";
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
 * Reads a body. Its stream and its records are such as a registry writes for the type of the event.
 *
 * @param {string} type
 * @param {string} text
 * @returns {import("./outcome.js").Outcome<Body>}
 */
export function readBody(type, text) {
    const read = readCanonical(text);
    if (!read.ok) return read;
    const value = read.value;
    if (!isObject(value) || !hasMembers(value, ["after", "before", "by", "key", "prev", "stream"])) {
        return refuse("body.form");
    }
    const { stream, prev, by, key, before, after } = value;
    const isBy =
        isObject(by) && hasMembers(by, BY) && BY.every((name) => by[name] === null || typeof by[name] === "string");
    if (typeof stream !== "string" || !isStream(stream) || !isBy) return refuse("body.form");
    if (by.onBehalfOf !== null && !isId(by.onBehalfOf)) return refuse("body.form");
    if (prev !== null && !fromBase64UrlOf(prev, 32)) return refuse("body.form");
    if (!belongs(type, stream)) return refuse("body.otherStream", { type });
    if (!areRecords(type, { key, before, after })) return refuse("body.record", { type });
    return accept(/** @type {Body} */ (/** @type {unknown} */ (value)));
}

/** Whether a stream can have this name: a creator's id, or another's after a dollar sign. @param {string} name */
const isStream = (name) =>
    name === VOCABULARY || isId(name.startsWith(REQUESTER) ? name.slice(REQUESTER.length) : name);

/**
 * Whether events of this type are in this stream: purposes in that of the vocabulary, uses and recalls in those of
 * requesters, and all else in those of creators.
 *
 * @param {string} type
 * @param {string} stream
 */
function belongs(type, stream) {
    if (type === "purposeRegistered") return stream === VOCABULARY;
    if (type === "useRecorded" || type === "recallChanged") return stream.startsWith(REQUESTER);
    return !stream.startsWith("$");
}
