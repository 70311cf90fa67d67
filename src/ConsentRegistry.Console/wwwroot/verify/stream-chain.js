/**
 * The versions of one stream, event by event. Each version is one more than the one before, its events are counted from
 * 1 to `of`, and each event names the leaf before it.
 */

import { toBase64Url } from "./encoding.js";
import { sha256 } from "./hash.js";
import { accept, breaks, refuse } from "./outcome.js";

/**
 * @typedef {{ ver: number, n: number, of: number, tx: number, head: string | null, bodies: number, isErased: boolean
 * }} Place where a stream is; `head` is the base64url SHA-256 of its newest leaf, `bodies` how many of its events have
 * one
 * @typedef {import("./leaf.js").Leaf} Leaf
 */

/** Before the first event. @type {Place} */
export const START = { ver: 0, n: 0, of: 0, tx: -1, head: null, bodies: 0, isErased: false };

/** @param {Leaf} leaf */
export const headOf = (leaf) => toBase64Url(sha256(leaf.bytes));

/**
 * @param {Place} before
 * @param {Leaf} leaf
 * @param {boolean} hasBody
 * @returns {Place}
 */
export const placeAfter = (before, leaf, hasBody) => ({
    ver: leaf.ver,
    n: leaf.n,
    of: leaf.of,
    tx: leaf.tx,
    head: headOf(leaf),
    bodies: before.bodies + (hasBody ? 1 : 0),
    isErased: leaf.erasure !== undefined,
});

/** @param {{ n: number, of: number }} place */
export const isWhole = (place) => place.n === place.of;

/**
 * Whether an event is the next one by its numbers.
 *
 * @param {{ ver: number, n: number, of: number }} place
 * @param {{ ver: number, n: number, of: number }} next
 */
export const follows = (place, next) =>
    isWhole(place)
        ? next.ver === place.ver + 1 && next.n === 1
        : next.ver === place.ver && next.of === place.of && next.n === place.n + 1;

/**
 * Whether the times fit: the events of a version have one time, and each version is later than the one before.
 *
 * @param {{ tx: number }} place
 * @param {{ n: number, tx: number }} next
 */
export const isInTime = (place, next) => (next.n === 1 ? next.tx > place.tx : next.tx === place.tx);

/**
 * @param {Place} place
 * @param {Leaf} leaf
 * @param {string | null} prev what its body names as the leaf before
 * @returns {import("./outcome.js").Outcome<undefined>}
 */
export function advance(place, leaf, prev) {
    if (!follows(place, leaf)) {
        const expected = isWhole(place) ? { version: place.ver + 1, n: 1 } : { version: place.ver, n: place.n + 1 };
        return refuse("chain.version", {
            expected: expected.version,
            expectedN: expected.n,
            version: leaf.ver,
            n: leaf.n,
        });
    }
    // An erasure of several events is one version.
    if (place.isErased && isWhole(place)) return refuse("chain.afterErasure");
    if (!isInTime(place, leaf)) return leaf.n === 1 ? breaks("streamTime") : refuse("chain.time");
    return prev === place.head ? accept(undefined) : refuse("chain.prev");
}
