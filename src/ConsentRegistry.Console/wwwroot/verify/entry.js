/** An entry of an export: leaf, body and salt, as text. */

import { checkCommitment, readBody } from "./body.js";
import { hasMembers, isInteger } from "./canonical-json.js";
import { accept, breaks, refuse } from "./outcome.js";
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
        return KEPT.has(leaf.type) ? breaks("erasureCover", "body.kept", { type: leaf.type }) : accept(null);
    if (typeof text !== "string") return refuse("body.form");
    const committed = checkCommitment(leaf.commit, text, salt);
    if (!committed.ok) return committed;
    return readBody(leaf.type, text);
}
