/** Requests for approval, who may not ask, and grants. */

import { breaks } from "../outcome.js";
import { isAtOrBelow, sameVideo } from "../records.js";
import { areDistinct, isSameBut, isStamped } from "./rules.js";

/**
 * @typedef {import("../records.js").Approval} Approval
 * @typedef {import("../records.js").Grant} Grant
 * @typedef {import("../records.js").Stamp} Stamp
 * @typedef {import("../records.js").Video} Video
 * @typedef {import("./rules.js").Place} Place
 *
 * @typedef {{ request: Approval, videos: Video[] }} Approved a request that this version approved, and the videos for
 * which it has given no grant yet
 */

const ANSWER = ["changedAt", "reason", "state", "version"];
const END = ["changedAt", "state", "version"];

/**
 * @param {Approval | null} before
 * @param {Approval} after
 * @param {boolean} isBlocked whether the creator keeps the requester from asking
 * @param {Place} place
 */
export function judgeApproval(before, after, isBlocked, place) {
    if (!isStamped(after, place)) return breaks("recordStamp");
    if (before) {
        const isAnswer =
            before.state === "open" &&
            before.expiresAt > place.at &&
            after.state !== "open" &&
            (after.reason === null || after.state === "refused") &&
            isSameBut(before, after, ANSWER);
        return isAnswer ? undefined : breaks("approvalAnswered");
    }
    if (isBlocked) return breaks("approvalBlocked");
    const isOpening =
        after.state === "open" &&
        after.reason === null &&
        after.videos.length > 0 &&
        areDistinct(after.videos) &&
        after.expiresAt > place.at &&
        (after.until === null || after.until >= after.expiresAt);
    return isOpening ? undefined : breaks("approvalOpened");
}

/** What of a request is the same for all who are asked. @param {Approval} record */
export const sharedOf = ({ requester, usedIn, purpose, use, until, uses, expiresAt }) => ({
    requester,
    usedIn,
    purpose,
    use,
    until,
    uses,
    expiresAt,
});

/**
 * @param {Stamp | null} before
 * @param {Stamp | null} after
 * @param {Place} place
 */
export function judgeAsking(before, after, place) {
    if ((before === null) === (after === null)) return breaks("recordUnchanged");
    return after && !isStamped(after, place) ? breaks("recordStamp") : undefined;
}

/**
 * @param {Grant | null} before
 * @param {Grant} after
 * @param {ReadonlyMap<string, Approved>} approved by request
 * @param {Place} place
 */
export function judgeGrant(before, after, approved, place) {
    if (!isStamped(after, place)) return breaks("recordStamp");
    if (before) return isEnd(before, after, place) ? undefined : breaks("grantEnded");
    if (after.state !== "standing") return breaks("grantEnded");
    const { request, videos = [] } = approved.get(after.request) ?? {};
    if (
        !request ||
        request.requester !== after.requester ||
        !sameVideo(request.usedIn, after.usedIn) ||
        !videos.some((video) => sameVideo(video, after.video))
    )
        return breaks("grantUnasked");
    const isWithin =
        isAtOrBelow(after.purpose, request.purpose) &&
        (request.until === null || (after.expiresAt !== null && after.expiresAt <= request.until)) &&
        (request.uses === null || (after.uses !== null && after.uses <= request.uses)) &&
        (after.expiresAt === null || after.expiresAt > place.at);
    return isWithin ? undefined : breaks("grantWider");
}

/** @param {Grant} before @param {Grant} after @param {Place} place */
function isEnd(before, after, place) {
    if (!isSameBut(before, after, END)) return false;
    if (after.state === "spent") return before.state === "standing" && before.uses !== null;
    const isOver = before.expiresAt !== null && before.expiresAt <= place.at;
    return after.state === "revoked" && before.state !== "revoked" && !isOver;
}
