/** The leaf of an event: what the log hashes. It names nobody. */

import { hasMembers, isInteger, isObject, readCanonical } from "./canonical-json.js";
import { fromBase64UrlOf, utf8 } from "./encoding.js";
import { LEAF_BYTES } from "./limits.js";
import { accept, cannotJudge, refuse } from "./outcome.js";

const TYPES = new Set([
    "defaultChanged",
    "overrideChanged",
    "lockdownChanged",
    "holdChanged",
    "videoRegistered",
    "purposeRegistered",
    "approvalChanged",
    "grantGiven",
    "grantRevoked",
    "grantSpent",
    "askingChanged",
    "useRecorded",
    "recallChanged",
    "creatorErased",
]);
const ERASURE = "creatorErased";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MEMBERS = ["commit", "eid", "n", "of", "tx", "type", "v", "ver"];

/**
 * @typedef {object} Leaf
 * @property {Uint8Array} bytes what is hashed
 * @property {string} type
 * @property {string} eid
 * @property {number} ver
 * @property {number} n
 * @property {number} of
 * @property {number} tx microseconds since 1970
 * @property {Uint8Array} commit
 * @property {Erasure | undefined} erasure of `creatorErased` only
 *
 * @typedef {{ ranges: readonly (readonly [number, number])[], eids: readonly string[] }} Erasure whose bodies it
 * deletes
 */

/**
 * @param {unknown} text
 * @returns {import("./outcome.js").Outcome<Leaf>}
 */
export function readLeaf(text) {
    if (typeof text !== "string") return refuse("leaf.form");
    const bytes = utf8(text);
    if (bytes.length > LEAF_BYTES) return refuse("leaf.tooLong", { limit: LEAF_BYTES });
    const read = readCanonical(text);
    if (!read.ok) return read;
    const value = read.value;
    if (!isObject(value)) return refuse("leaf.form");
    if (isInteger(value.v, 1) && value.v !== 1) return cannotJudge("format.newer", { version: value.v });
    const { type, eid, ver, n, of, tx } = value;
    const commit = fromBase64UrlOf(value.commit, 32);
    if (
        value.v !== 1 ||
        typeof type !== "string" ||
        typeof eid !== "string" ||
        !UUID.test(eid) ||
        !commit ||
        !isInteger(ver, 1) ||
        !isInteger(n, 1) ||
        !isInteger(of, 1) ||
        n > of ||
        !isInteger(tx)
    )
        return refuse("leaf.form");
    if (!TYPES.has(type)) return cannotJudge("leaf.unknownType", { type: type.slice(0, 64) });
    const isErasure = type === ERASURE;
    if (!hasMembers(value, isErasure ? [...MEMBERS, "eids", "ranges"] : MEMBERS)) return refuse("leaf.form");
    const erasure = isErasure ? readErasure(value.ranges, value.eids) : undefined;
    if (isErasure && erasure === undefined) return refuse("leaf.form");
    return accept({ bytes, type, eid, ver, n, of, tx, commit, erasure });
}

/**
 * @param {unknown} ranges
 * @param {unknown} eids
 * @returns {Erasure | undefined}
 */
function readErasure(ranges, eids) {
    if (!Array.isArray(ranges) || !Array.isArray(eids)) return undefined;
    if (!eids.every((eid) => typeof eid === "string" && UUID.test(eid))) return undefined;
    let before = -1;
    for (const range of ranges) {
        if (!Array.isArray(range) || range.length !== 2) return undefined;
        const [first, last] = range;
        // Ranges that are in order and apart are read in one pass.
        if (!isInteger(first) || !isInteger(last) || first <= before || last < first) return undefined;
        before = last;
    }
    return { ranges, eids };
}
