/** Uses, the grants that they spend, and recalls. */

import { between } from "../moments.js";
import { breaks } from "../outcome.js";
import { isAtOrBelow, isConsented } from "../records.js";
import { areDistinct, isSame, isSameBut, isStamped, streamOf, TOLERANCE } from "./rules.js";

/**
 * @typedef {import("../records.js").Use} Use
 * @typedef {import("../records.js").UsedVideo} UsedVideo
 * @typedef {import("../records.js").Recall} Recall
 * @typedef {import("../records.js").Video} Video
 * @typedef {import("../records.js").Grant} Grant
 * @typedef {import("./rules.js").Place} Place
 *
 * @typedef {object} Spending one grant that a use spends
 * @property {number} entry the entry of the use
 * @property {string} requester
 * @property {Video} video its owner may be a pseudonym
 * @property {string} purpose
 * @property {string} decidedAt the moment whose consent counts
 *
 * @typedef {object} KnownGrant
 * @property {Grant} grant as it was given
 * @property {number} spent how often
 * @property {string | null} endedAt when it was revoked, or its creator erased
 * @property {boolean} hasEnded whether that happened, or an event says that it is spent
 */

const MINUTE = 60_000_000;
/** How far the clocks of a platform and the registry may be apart, and how long ago a use without a receipt was. */
const RECENT = 5 * MINUTE + TOLERANCE;
/** For how long a receipt can be relied on. */
const RELIED_ON = 30 * 24 * 60 * MINUTE + TOLERANCE;

const PSEUDONYM = "~pseudonym:";
/** Of creators who were erased before the event: it stands for all of them. */
const ERASED = `${PSEUDONYM}erased`;

/** The decision of a receipt that a use relies on. @param {UsedVideo} used */
const receiptOf = ({ reliedOn }) => (reliedOn?.receipt ? reliedOn.decidedAt : undefined);

/** @param {Use} use @param {Place} place */
export function judgeUse(use, place) {
    if (streamOf(use.requester) !== place.stream) return breaks("recordStream");
    if (!isStamped(use, place)) return breaks("recordStamp");
    const { videos, usedAt } = use;
    const named = videos.map(({ video }) => video).filter(({ creatorId }) => creatorId !== ERASED);
    if (videos.length === 0 || !areDistinct(named)) return breaks("useRecorded");
    const isLater = between(usedAt, place.at) > RECENT;
    const isEarlier = between(place.at, usedAt) > RECENT;
    const isWrongTime = videos.some((used) => {
        const decidedAt = receiptOf(used);
        if (decidedAt === undefined) return isEarlier && isConsented(used);
        return between(place.at, decidedAt) > RELIED_ON || between(decidedAt, usedAt) > RECENT;
    });
    if (isLater || isWrongTime) return breaks("useMoment");
    const isSpentWrongly = videos.some(
        (used) => used.spent.length > 0 && (!isConsented(used) || !areDistinct(used.spent)),
    );
    return isSpentWrongly ? breaks("useRecorded") : undefined;
}

/** @param {number} entry @param {Use} use @param {UsedVideo} used @returns {Spending} */
export const spendingOf = (entry, { requester, purpose, changedAt }, used) => ({
    entry,
    requester,
    purpose,
    video: used.video,
    decidedAt: receiptOf(used) ?? changedAt,
});

/**
 * @param {Spending} spending
 * @param {KnownGrant} known
 * @param {number | undefined} introducedIn the version that introduced the purpose of the use
 */
export function judgeSpending(spending, { grant, spent, endedAt }, introducedIn) {
    const { requester, video, purpose, decidedAt } = spending;
    // A grant covers purposes below its own that are not newer than what its creator knew (R3).
    const covers =
        purpose === grant.purpose ||
        (isAtOrBelow(purpose, grant.purpose) && (introducedIn ?? 0) <= grant.vocabularyVersion);
    if (grant.uses === null || grant.requester !== requester || !isMaybe(grant.usedIn, video) || !covers)
        return breaks("useUnknownGrant");
    if (spent >= grant.uses) return breaks("useBeyondGrant");
    const isOver = [grant.expiresAt, endedAt].some((end) => end !== null && between(decidedAt, end) >= TOLERANCE);
    if (isOver) return breaks("useAfterGrant");
    return between(grant.changedAt, decidedAt) > TOLERANCE ? breaks("useUnknownGrant") : undefined;
}

/**
 * Whether two names may be of one video: a pseudonym does not say whose it is.
 *
 * @param {Video} one
 * @param {Video} other
 */
const isMaybe = (one, other) =>
    one.videoId === other.videoId &&
    (one.creatorId === other.creatorId || [one, other].some(({ creatorId }) => creatorId.startsWith(PSEUDONYM)));

const ANSWER = ["changedAt", "state", "statement", "version"];

/**
 * @param {Recall | null} before
 * @param {Recall} after
 * @param {Place} place
 */
export function judgeRecall(before, after, place) {
    if (streamOf(after.requester) !== place.stream) return breaks("recordStream");
    if (!isStamped(after, place)) return breaks("recordStamp");
    if (!before) {
        const isIssue = after.state === "open" && after.statement === null && after.stopBy > place.at;
        return isIssue ? undefined : breaks("recallIssued");
    }
    const isAnswer =
        after.state !== "open" &&
        !(before.state === "acknowledged" && after.state === "disputed") &&
        isSameBut(before, after, ANSWER);
    if (!isAnswer) return breaks("recallAnswered");
    const says = (/** @type {Recall} */ { state, statement }) => ({ state, statement });
    return isSame(says(before), says(after)) ? breaks("recordUnchanged") : undefined;
}

/**
 * What of a recall stays whatever is erased: names become pseudonyms, and an erasure takes whose word it was and what
 * was said.
 *
 * @param {Recall} recall
 */
export const keptOf = ({ video, ...others }) => ({ ...others, video: video.videoId, creator: null, statement: null });
