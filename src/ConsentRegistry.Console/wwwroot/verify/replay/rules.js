/** What all rules of replay share: docs/reference/replay-rules.md has the rules, and this folder judges by them. */

import { canonical } from "../canonical-json.js";
import { breaks } from "../outcome.js";

/**
 * @typedef {ReturnType<typeof breaks>} Broken
 *
 * @typedef {object} Place where an event stands
 * @property {string} stream
 * @property {number} ver
 * @property {string} at the time of its leaf
 * @property {string | null} reason what its author gave as the reason
 */

/** Microseconds that two streams may be apart: what is known in one may be dated so much later in another. */
export const TOLERANCE = 60_000_000;

/**
 * A record has the version and the time of the event that sets it.
 *
 * @param {import("../records.js").Stamp} record
 * @param {Place} place
 */
export const isStamped = ({ version, changedAt }, place) => version === place.ver && changedAt === place.at;

/**
 * Records and their parts are canonical JSON, so they are the same where their texts are.
 *
 * @param {unknown} one
 * @param {unknown} other
 */
export const isSame = (one, other) => canonical(one) === canonical(other);

/**
 * Whether nothing but these members changes.
 *
 * @param {object} before
 * @param {object} after
 * @param {readonly string[]} members
 */
export const isSameBut = (before, after, members) =>
    isSame(
        { ...before, ...Object.fromEntries(members.map((name) => [name, null])) },
        {
            ...after,
            ...Object.fromEntries(members.map((name) => [name, null])),
        },
    );

/** @param {readonly unknown[]} items */
export const areDistinct = (items) => new Set(items.map((item) => canonical(item))).size === items.length;

/** The stream of a requester. @param {string} requester */
export const streamOf = (requester) => `$requester/${requester}`;
