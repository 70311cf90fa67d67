/** An entry of an export: leaf, body and salt, as text. */

import { checkCommitment, readBody } from "./body.js";
import { hasMembers, isInteger } from "./canonical-json.js";
import { accept, refuse } from "./outcome.js";
import { readLeaf } from "./leaf.js";
import { fault } from "./steps.js";

/** Types whose bodies no erasure takes: it clears the creator's own stream. */
const KEPT = new Set(["purposeRegistered", "useRecorded", "recallChanged"]);

/**
 * @typedef {import("./leaf.js").Leaf} Leaf
 * @typedef {import("./body.js").Body} Body
 * @typedef {{ seq: number, leaf: Leaf, body: Body | null }} Entry `body` is null where it was erased
 */

/**
 * @param {import("./canonical-json.js").JsonObject} line
 * @param {readonly string[]} [more] further members
 * @returns {{ ok: true, value: Entry } | { ok: false, fault: import("./steps.js").Fault }}
 */
export function readEntry(line, more = []) {
    const { seq, body: text, salt } = line;
    if (!hasMembers(line, ["body", "kind", "leaf", "salt", "seq", ...more]) || !isInteger(seq)) {
        return { ok: false, fault: fault("leaves", refuse("entry.form")) };
    }
    const where = { entry: seq };
    const leaf = readLeaf(line.leaf);
    if (!leaf.ok) return { ok: false, fault: fault("leaves", leaf, where) };
    const body = readWhatItSays(leaf.value, text, salt);
    if (!body.ok) return { ok: false, fault: fault("bodies", body, where) };
    return { ok: true, value: { seq, leaf: leaf.value, body: body.value } };
}

/**
 * @param {Leaf} leaf
 * @param {unknown} text
 * @param {unknown} salt
 * @returns {import("./outcome.js").Outcome<Body | null>}
 */
function readWhatItSays(leaf, text, salt) {
    if (text === null && salt === null)
        return KEPT.has(leaf.type) ? refuse("body.kept", { type: leaf.type }) : accept(null);
    if (typeof text !== "string") return refuse("body.form");
    const committed = checkCommitment(leaf.commit, text, salt);
    if (!committed.ok) return committed;
    const body = readBody(text);
    return body.ok && !belongs(leaf.type, body.value.stream) ? refuse("body.otherStream", { type: leaf.type }) : body;
}

/**
 * Whether events of this type are in this stream: purposes in that of the vocabulary, uses and recalls in those of
 * requesters, and all else in those of creators.
 *
 * @param {string} type
 * @param {string} stream
 */
function belongs(type, stream) {
    if (type === "purposeRegistered") return stream === "$vocabulary";
    if (type === "useRecorded" || type === "recallChanged") return stream.startsWith("$requester/");
    return !stream.startsWith("$");
}
