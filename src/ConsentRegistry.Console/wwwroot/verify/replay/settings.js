/** Defaults and overrides. */

import { breaks } from "../outcome.js";
import { isAtOrBelow, sameVideo } from "../records.js";
import { isSame, isStamped } from "./rules.js";

/**
 * @typedef {import("../records.js").Choice} Choice
 * @typedef {import("../records.js").Segment} Segment
 * @typedef {import("../records.js").Default} Default
 * @typedef {import("../records.js").Override} Override
 * @typedef {import("../records.js").Stamp} Stamp
 * @typedef {import("../records.js").SettingKey} SettingKey
 * @typedef {import("./rules.js").Place} Place
 */

/** From the least restrictive effect to the most restrictive. */
const EFFECTS = ["allow", "ask", "deny"];

/**
 * @param {Default | null} before
 * @param {Default | null} after
 * @param {Place} place
 */
export function judgeDefault(before, after, place) {
    if (isSame(before, after)) return breaks("recordUnchanged");
    const set = after?.segments.at(-1);
    if (!after || !set) return undefined;
    const old = before?.segments ?? [];
    const isOld = (/** @type {Segment} */ { version, changedAt }) =>
        old.some((one) => one.version === version && one.changedAt === changedAt);
    if (!after.segments.every((segment) => isOld(segment) || isStamped(segment, place))) return breaks("recordStamp");
    // What is set is in the last segment: it is that one, or was not added because it is like that one.
    const stamp = { version: place.ver, changedAt: place.at };
    const results = [forEveryVideo(old, set, stamp), forTheFuture(old, set, stamp)];
    if (!results.some((segments) => isSame(segments, after.segments))) return breaks("settingRatchet");
    return judgeExpiry(set, place);
}

/**
 * @param {Override | null} before
 * @param {Override | null} after
 * @param {Place} place
 */
export function judgeOverride(before, after, place) {
    if (isSame(before && choiceOf(before), after && choiceOf(after))) return breaks("recordUnchanged");
    if (!after) return undefined;
    return isStamped(after, place) ? judgeExpiry(after, place) : breaks("recordStamp");
}

/**
 * Whether a deny touches a grant (R6).
 *
 * @param {SettingKey} deny its key: of a default it names no video
 * @param {import("../records.js").Grant} grant
 */
export const isTouchedBy = (deny, grant) =>
    (!deny.video || sameVideo(deny.video, grant.video)) &&
    (deny.requester === null || deny.requester === grant.requester) &&
    (isAtOrBelow(deny.purpose, grant.purpose) || isAtOrBelow(grant.purpose, deny.purpose));

/** @param {Choice} set @param {Place} place */
const judgeExpiry = ({ expiresAt }, place) =>
    expiresAt !== null && expiresAt <= place.at ? breaks("settingExpired") : undefined;

/** @param {Choice} setting @returns {Choice} */
const choiceOf = ({ effect, conditions, expiresAt, vocabularyVersion }) => ({
    effect,
    conditions,
    expiresAt,
    vocabularyVersion,
});

/** @param {Choice} one @param {Choice} other */
const saysTheSame = (one, other) => isSame(choiceOf(one), choiceOf(other));

/**
 * A restriction, or an allow by the creator's explicit word: one segment.
 *
 * @param {readonly Segment[]} old
 * @param {Choice} set
 * @param {Stamp} stamp
 */
function forEveryVideo(old, set, stamp) {
    const [only] = old;
    const stands = old.length === 1 && only?.from === null && saysTheSame(only, set);
    return stands ? old : [{ ...choiceOf(set), ...stamp, from: null }];
}

/**
 * An allow for the future: old segments become at most as permissive, and a new one begins (R3).
 *
 * @param {readonly Segment[]} old
 * @param {Choice} set
 * @param {Stamp} stamp
 */
function forTheFuture(old, set, stamp) {
    if (set.effect !== "allow") return undefined;
    const clamped = old.map((segment) => {
        const choice = clamp(segment, set);
        return saysTheSame(choice, segment) ? segment : { ...choice, ...stamp, from: segment.from };
    });
    const all = [...clamped, { ...choiceOf(set), ...stamp, from: stamp.changedAt }];
    // Of neighbors that say the same the earlier one stays.
    /** @type {Segment[]} */
    const kept = [];
    for (const segment of all) {
        const last = kept.at(-1);
        if (!last || !saysTheSame(last, segment)) kept.push(segment);
    }
    return kept;
}

/** @param {Choice} choice @param {Choice} allow @returns {Choice} */
function clamp(choice, allow) {
    const effect = EFFECTS[Math.max(EFFECTS.indexOf(choice.effect), EFFECTS.indexOf(allow.effect))] ?? "deny";
    const ends = [choice.expiresAt, allow.expiresAt].filter((end) => end !== null).sort();
    return {
        effect,
        conditions: effect === "deny" ? [] : [...new Set([...choice.conditions, ...allow.conditions])].sort(),
        expiresAt: effect === "allow" ? (ends[0] ?? null) : null,
        vocabularyVersion: Math.min(choice.vocabularyVersion, allow.vocabularyVersion),
    };
}
