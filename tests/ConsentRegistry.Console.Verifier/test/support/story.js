/** What creators, requesters and the registry do, as events: each is as it should be, unless a test says otherwise. */

import { canonicalText, Log, momentOf } from "./log.js";

/**
 * @typedef {import("../../verify/records.js").Stamp} Stamp
 * @typedef {{ type: string, key: object, before?: object | null, after: object | null, reason?: string | null }} Change
 * `before` is what the last change of the record left, if it is not given
 */

const START = 1_800_000_000_000_000;
export const MINUTE = 60_000_000;
export const DAY = 24 * 60 * MINUTE;

const PURPOSES = ["remix", "remix.voice", "training"];

export const CLIP = { creatorId: "ana", videoId: "clip" };
export const STUDIO = "$requester/studio";

/** @param {number} number */
export const idOf = (number) => `019ab0c4-1111-7000-8000-${String(number).padStart(12, "0")}`;

export class Story {
    log = new Log();
    /** The time of the next change, in microseconds. */
    now = START;
    /** @type {Map<string, object | null>} */
    #left = new Map();

    constructor() {
        this.write("$vocabulary", ...PURPOSES.map((name) => this.purpose(name, 1)));
    }

    /** The version and the time of the next change of a stream. @param {string} stream */
    next(stream) {
        return this.log.next(stream, this.now);
    }

    /** A moment after the next change. @param {number} microseconds */
    at(microseconds) {
        return momentOf(this.now + microseconds);
    }

    /** @param {number} microseconds */
    wait(microseconds) {
        this.now += microseconds;
    }

    /** One version of a stream. @param {string} stream @param {...Change} changes */
    write(stream, ...changes) {
        for (const { type, key, after, reason = null, ...more } of changes) {
            const name = `${/^grant/.test(type) ? `grant` : `${stream} ${type}`} ${canonicalText(key)}`;
            const before = more.before === undefined ? (this.#left.get(name) ?? null) : more.before;
            this.#left.set(name, after);
            const by = { client: "app", onBehalfOf: null, reason, subject: "somebody" };
            this.log.add({
                stream,
                type,
                of: changes.length,
                tx: this.now,
                body: { key, before, after, by },
            });
        }
        this.wait(MINUTE);
        return this;
    }

    /** @param {string} stream @param {number[][]} ranges */
    erase(stream, ranges) {
        this.log.add({ stream, tx: this.now, erase: { ranges, eids: [] } });
        this.wait(MINUTE);
    }

    /** @param {string} purpose @param {number} introducedIn @returns {Change} */
    purpose(purpose, introducedIn) {
        const parent = purpose.includes(".") ? purpose.slice(0, purpose.lastIndexOf(".")) : null;
        const after = { purpose, parent, usesLikeness: false, description: "A purpose.", introducedIn };
        return { type: "purposeRegistered", key: { purpose }, after };
    }

    /** One segment of a default. @param {object} [choice] @param {Stamp} [stamp] */
    segment(choice = {}, stamp = this.next("ana")) {
        return {
            ...stamp,
            from: null,
            effect: "deny",
            conditions: [],
            expiresAt: null,
            vocabularyVersion: 1,
            ...choice,
        };
    }

    /** @param {object[] | null} segments @param {string} [purpose] @returns {Change} */
    default(segments, purpose = "remix") {
        return {
            type: "defaultChanged",
            key: { purpose, requester: null },
            after: segments && { segments },
        };
    }

    /** @param {object | null} choice @param {object} [key] @returns {Change} */
    override(choice, key = {}) {
        const { from, ...after } = this.segment(choice ?? {});
        return {
            type: "overrideChanged",
            key: { purpose: "remix", requester: null, video: CLIP, ...key },
            after: choice && after,
        };
    }

    /** @param {object | null} [more] @param {string} [type] @param {string} [stream] @returns {Change} */
    stop(more = {}, type = "lockdownChanged", stream = "ana") {
        return { type, key: {}, after: more && { ...this.next(stream), purposes: null, ...more } };
    }

    /** @param {object} [facts] @param {object} [key] @returns {Change} */
    video(facts = {}, key = CLIP) {
        return {
            type: "videoRegistered",
            key,
            after: { publishedAt: null, participants: [], derivedFrom: [], ...facts },
        };
    }

    /** @param {boolean} isBlocked @returns {Change} */
    blocks(isBlocked) {
        const after = isBlocked ? { ...this.next("ana"), blocked: true } : null;
        return { type: "askingChanged", key: { requester: "studio" }, after };
    }

    /**
     * A request of studio.
     *
     * @param {object} [more]
     * @param {string} [stream]
     */
    request(more = {}, stream = "ana") {
        return {
            ...this.next(stream),
            requester: "studio",
            usedIn: CLIP,
            purpose: "remix",
            use: "A remix.",
            until: this.at(7 * DAY),
            uses: /** @type {number | null} */ (2),
            videos: [CLIP],
            expiresAt: this.at(7 * DAY),
            state: "open",
            reason: null,
            ...more,
        };
    }

    /** @param {object} after @param {number} [number] @returns {Change} */
    asks(after, number = 1) {
        return { type: "approvalChanged", key: { request: idOf(number) }, after };
    }

    /**
     * A grant for what was asked for.
     *
     * @param {ReturnType<Story["request"]>} request
     * @param {object} [more]
     */
    grant(request, more = {}) {
        return {
            ...this.next("ana"),
            request: idOf(1),
            video: CLIP,
            usedIn: CLIP,
            requester: "studio",
            purpose: request.purpose,
            conditions: [],
            vocabularyVersion: 1,
            expiresAt: /** @type {string | null} */ (request.until),
            uses: request.uses,
            state: "standing",
            ...more,
        };
    }

    /** @param {object} after @param {string} [type] @param {number} [number] @returns {Change} */
    grants(after, type = "grantGiven", number = 7) {
        return { type, key: { grant: idOf(number) }, after };
    }

    /**
     * Studio asks ana, who gives a grant.
     *
     * @param {object} [asked] of the request
     * @param {object} [given] of the grant
     */
    give(asked = {}, given = {}) {
        const open = this.request(asked);
        this.write("ana", this.asks(open));
        const grant = this.grant(open, given);
        this.write("ana", this.asks({ ...open, ...this.next("ana"), state: "approved" }), this.grants(grant));
        return grant;
    }

    /** @param {string} state @param {ReturnType<Story["grant"]>} grant @param {object} [more] @returns {Change} */
    ends(state, grant, more = {}) {
        const type = state === "spent" ? "grantSpent" : "grantRevoked";
        return this.grants({ ...grant, ...this.next("ana"), state, ...more }, type);
    }

    /**
     * A use by studio.
     *
     * @param {object} [used] of the video
     * @param {object} [more]
     * @param {number} [number]
     * @returns {Change}
     */
    use(used = {}, more = {}, number = 8) {
        const stamp = this.next(STUDIO);
        const video = { video: CLIP, reason: "grant", spent: [idOf(7)], reliedOn: null, ...used };
        const after = { ...stamp, requester: "studio", purpose: "remix", made: null, usedAt: stamp.changedAt };
        return {
            type: "useRecorded",
            key: { use: idOf(number) },
            before: null,
            after: { ...after, videos: [video], ...more },
        };
    }

    /** @param {object} [more] */
    recall(more = {}) {
        return {
            ...this.next(STUDIO),
            requester: "studio",
            video: CLIP,
            purpose: "remix",
            creator: /** @type {string | null} */ ("ana"),
            reason: "lockdown",
            stopBy: this.at(3 * DAY),
            state: "open",
            statement: null,
            ...more,
        };
    }

    /** @param {object} after @returns {Change} */
    recalls(after) {
        return { type: "recallChanged", key: { recall: idOf(9) }, after };
    }
}
