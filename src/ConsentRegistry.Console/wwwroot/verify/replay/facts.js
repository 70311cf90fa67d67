/** Stops of creators, and facts about videos. */

import { canonical } from "../canonical-json.js";
import { between } from "../moments.js";
import { breaks } from "../outcome.js";
import { sameVideo } from "../records.js";
import { isSame, isStamped, TOLERANCE } from "./rules.js";

/**
 * @typedef {import("../records.js").Stop} Stop
 * @typedef {import("../records.js").Video} Video
 * @typedef {import("../records.js").VideoFacts} VideoFacts
 * @typedef {import("./rules.js").Place} Place
 */

const PARTICIPANTS = 64;
const SOURCES = 64;
const IDENTIFIERS = 16;

/**
 * @param {Stop | null} before
 * @param {Stop | null} after
 * @param {Place} place
 */
export function judgeStop(before, after, place) {
    if (!after) return before ? undefined : breaks("recordUnchanged");
    if (!isStamped(after, place)) return breaks("recordStamp");
    if (!before) return undefined;
    if (isSame(before.purposes, after.purposes)) return breaks("recordUnchanged");
    // No list is a stop of everything.
    const hasAll =
        after.purposes === null || before.purposes?.every((purpose) => after.purposes?.includes(purpose)) === true;
    return hasAll ? undefined : breaks("stopNarrowed");
}

/**
 * @param {Video} video
 * @param {VideoFacts | null} before
 * @param {VideoFacts} after
 * @param {Place} place
 */
export function judgeVideo(video, before, after, place) {
    if (video.creatorId !== place.stream) return breaks("recordStream");
    if (isSame(before, after)) return breaks("recordUnchanged");
    const { participants, derivedFrom, identifiers = [], publishedAt } = after;
    const isTooMuch =
        participants.length > PARTICIPANTS || derivedFrom.length > SOURCES || identifiers.length > IDENTIFIERS;
    const isNew = publishedAt !== (before?.publishedAt ?? null);
    const isEarly = isNew && publishedAt !== null && between(publishedAt, place.at) > TOLERANCE;
    if (isTooMuch || isEarly || derivedFrom.some((source) => sameVideo(source, video))) return breaks("videoFacts");
    const isWidened =
        before !== null &&
        (isNew ||
            loses(before.participants, participants) ||
            loses(before.derivedFrom, derivedFrom) ||
            loses(namesOf(before), namesOf(after)));
    return isWidened && !place.reason ? breaks("videoWidened") : undefined;
}

/** The identifiers, whether they are listed or not. @param {VideoFacts} facts */
const namesOf = ({ identifiers = [] }) => identifiers.map(({ scheme, value }) => ({ scheme, value }));

/** @param {readonly object[]} before @param {readonly object[]} after */
function loses(before, after) {
    const kept = new Set(after.map((one) => canonical(one)));
    return before.some((one) => !kept.has(canonical(one)));
}
