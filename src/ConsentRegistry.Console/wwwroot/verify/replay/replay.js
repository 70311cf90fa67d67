/**
 * Judges each event of a log by those before it. It keeps a fingerprint of each record, and what it has to know of
 * grants.
 */

import { canonical } from "../canonical-json.js";
import { Fingerprints, FingerprintMap, NOTHING, sameFingerprint } from "../fingerprints.js";
import { between, momentOf } from "../moments.js";
import { breaks } from "../outcome.js";
import { judgeApproval, judgeAsking, judgeGrant, sharedOf } from "./approvals.js";
import { judgeStop, judgeVideo } from "./facts.js";
import { TOLERANCE } from "./rules.js";
import { isTouchedBy, judgeDefault, judgeOverride } from "./settings.js";
import { judgeRecall, judgeSpending, judgeUse, keptOf, spendingOf } from "./uses.js";
import { Vocabulary } from "./vocabulary.js";

/**
 * @typedef {import("../leaf.js").Leaf} Leaf
 * @typedef {import("../body.js").Body} Body
 * @typedef {import("./rules.js").Broken} Broken
 * @typedef {import("./rules.js").Place} Place
 * @typedef {import("./uses.js").KnownGrant} KnownGrant
 * @typedef {import("./uses.js").Spending} Spending
 * @typedef {{ entry: number, at: string }} Waiting what another stream has to bear out, and since when
 */

/** Records whose ids are unique in the whole log; others are told apart within their stream. */
const WIDE = new Map([
    ["grantGiven", "grant"],
    ["grantRevoked", "grant"],
    ["grantSpent", "grant"],
    ["useRecorded", "use"],
    ["recallChanged", "recall"],
]);

export class Replay {
    #hasWholeLog;
    #fingerprints = new Fingerprints();
    /** Each record as the last event left it. */
    #records = new FingerprintMap(4);
    /** What is the same in all parts of each request. */
    #requests = new FingerprintMap(4);
    #vocabulary = new Vocabulary();
    /** @type {Map<string, KnownGrant>} */
    #grants = new Map();
    /** The grants that stand, by the stream of who gave them. @type {Map<string, Set<string>>} */
    #standing = new Map();
    /** Grants that uses spend and the log has not given yet. @type {Map<string, Spending[]>} */
    #notGiven = new Map();
    /** Grants that are said to be spent, and have uses left. @type {Map<string, Waiting>} */
    #spentEarly = new Map();
    /** Grants that have no uses left, and are not said to be spent. @type {Map<string, Waiting>} */
    #notSpent = new Map();
    /** Requesters and videos with a grant that does not count its uses. @type {Set<string>} */
    #uncounted = new Set();
    /** Uses by such a grant that the log has not given yet: the first entry. @type {Map<string, number>} */
    #ungranted = new Map();
    #erasedGrants = 0;
    #latest = "";
    /** The requests that this version approved. @type {Map<string, import("./approvals.js").Approved>} */
    #approved = new Map();
    /** The denies that this version set. @type {import("../records.js").SettingKey[]} */
    #denies = [];

    /** @param {boolean} hasWholeLog whether all streams are given; else what others say of one is not judged */
    constructor(hasWholeLog) {
        this.#hasWholeLog = hasWholeLog;
    }

    /**
     * Judges the next event.
     *
     * @param {number} entry its place in the log
     * @param {Leaf} leaf
     * @param {Body | null} body null where it was erased
     * @returns {Broken | undefined}
     */
    take(entry, leaf, body) {
        const at = momentOf(leaf.tx);
        if (at > this.#latest) this.#latest = at;
        if (!body) {
            if (leaf.type === "grantGiven") this.#erasedGrants++;
            return undefined;
        }
        if (leaf.n === 1) {
            this.#approved.clear();
            this.#denies = [];
        }
        const place = { stream: body.stream, ver: leaf.ver, at, reason: body.by.reason };
        return (
            this.#follow(leaf.type, body) ??
            this.#judge(entry, leaf.type, body, place) ??
            (leaf.n === leaf.of ? this.#endVersion(place) : undefined)
        );
    }

    /** The first entry that turned out to be wrong after the last one. */
    finish() {
        if (!this.#hasWholeLog) return undefined;
        const found = this.#vocabulary.missing();
        // Each of them may be one of those whose bodies are gone, as long as there are as many.
        if (this.#notGiven.size > this.#erasedGrants) {
            const entries = [...this.#notGiven.values()].flatMap(([first]) => (first ? [first.entry] : []));
            found.push({ entry: leastOf(entries), broken: breaks("useUnknownGrant") });
        }
        if (this.#ungranted.size > 0 && this.#erasedGrants === 0) {
            found.push({ entry: leastOf(this.#ungranted.values()), broken: breaks("useUngranted") });
        }
        for (const { entry } of this.#late(this.#spentEarly)) {
            found.push({ entry, broken: breaks("grantSpentEarly") });
        }
        for (const { entry } of this.#late(this.#notSpent)) found.push({ entry, broken: breaks("grantNotSpent") });
        return found.sort((one, other) => one.entry - other.entry)[0];
    }

    /** What the log went on after, for longer than two streams may be apart. @param {Map<string, Waiting>} waiting */
    #late(waiting) {
        return [...waiting.values()].filter(({ at }) => between(this.#latest, at) > TOLERANCE);
    }

    /** Each record begins as the event before left it. @param {string} type @param {Body} body */
    #follow(type, { stream, key, before, after }) {
        if (type === "creatorErased") return undefined;
        const name = this.#nameOf(type, stream, key);
        if (!sameFingerprint(this.#records.get(name) ?? NOTHING, this.#printOf(type, before))) {
            return breaks("recordBefore");
        }
        this.#records.set(name, this.#printOf(type, after));
        return undefined;
    }

    /** @param {string} type @param {string} stream @param {unknown} key */
    #nameOf(type, stream, key) {
        const wide = WIDE.get(type);
        return this.#fingerprints.of(`${wide ? "" : stream}\n${wide ?? type}\n${canonical(key)}`);
    }

    /** @param {string} type @param {any} record */
    #printOf(type, record) {
        if (record === null) return NOTHING;
        return this.#fingerprints.of(canonical(type === "recallChanged" ? keptOf(record) : record) ?? "");
    }

    /**
     * @param {number} entry
     * @param {string} type
     * @param {{ key: any, before: any, after: any }} records
     * @param {Place} place
     * @returns {Broken | undefined}
     */
    #judge(entry, type, { key, before, after }, place) {
        const vocabulary = this.#vocabulary;
        const name = (/** @type {string} */ purpose) => vocabulary.name(purpose, entry, place.at);
        switch (type) {
            case "purposeRegistered":
                return vocabulary.register(after, place);
            case "defaultChanged":
                name(key.purpose);
                return (
                    this.#nameVersions(after?.segments ?? [], entry, place) ??
                    judgeDefault(before, after, place) ??
                    this.#noteDeny(key, after?.segments.at(-1))
                );
            case "overrideChanged":
                name(key.purpose);
                return (
                    this.#nameVersions(after ? [after] : [], entry, place) ??
                    judgeOverride(before, after, place) ??
                    this.#noteDeny(key, after)
                );
            case "lockdownChanged":
            case "holdChanged":
                for (const purpose of after?.purposes ?? []) name(purpose);
                return judgeStop(before, after, place);
            case "videoRegistered":
                return judgeVideo(key, before, after, place);
            case "approvalChanged":
                name(after.purpose);
                if (after.state === "approved")
                    this.#approved.set(key.request, { request: after, videos: [...after.videos] });
                return (
                    judgeApproval(before, after, this.#isBlocked(place.stream, after.requester), place) ??
                    this.#compareParts(key.request, after)
                );
            case "askingChanged":
                return judgeAsking(before, after, place);
            case "grantGiven":
            case "grantRevoked":
            case "grantSpent":
                name(after.purpose);
                return (
                    this.#nameVersions([after], entry, place) ??
                    judgeGrant(before, after, this.#approved, place) ??
                    (before ? this.#end(entry, key.grant, after, place) : this.#give(key.grant, after, place))
                );
            case "useRecorded":
                if (after.videos.some((/** @type {any} */ { reason }) => reason !== "unknownPurpose"))
                    name(after.purpose);
                return judgeUse(after, place) ?? this.#use(entry, after);
            case "recallChanged":
                name(after.purpose);
                return judgeRecall(before, after, place);
            case "creatorErased":
                return this.#erase(after, place);
            default:
                throw new TypeError(`How to judge ${type} is not known.`);
        }
    }

    /**
     * @param {readonly { vocabularyVersion: number }[]} records
     * @param {number} entry
     * @param {Place} place
     */
    #nameVersions(records, entry, place) {
        for (const { vocabularyVersion } of records) {
            const broken = this.#vocabulary.nameVersion(vocabularyVersion, entry, place.at);
            if (broken) return broken;
        }
        return undefined;
    }

    /**
     * @param {import("../records.js").SettingKey} key
     * @param {import("../records.js").Choice | null | undefined} set
     */
    #noteDeny(key, set) {
        if (set?.effect === "deny") this.#denies.push(key);
        return undefined;
    }

    /** @param {Place} place */
    #endVersion({ stream, at }) {
        if (this.#denies.length === 0) return undefined;
        for (const id of this.#standing.get(stream) ?? []) {
            const { grant } = /** @type {KnownGrant} */ (this.#grants.get(id));
            const stands = grant.expiresAt === null || grant.expiresAt > at;
            if (stands && this.#denies.some((deny) => isTouchedBy(deny, grant))) return breaks("denyKeepsGrant");
        }
        return undefined;
    }

    /**
     * Whether a creator keeps a requester from asking. That word is a record like others.
     *
     * @param {string} stream
     * @param {string} requester
     */
    #isBlocked(stream, requester) {
        const word = this.#records.get(this.#nameOf("askingChanged", stream, { requester }));
        return word !== undefined && !sameFingerprint(word, NOTHING);
    }

    /** @param {string} id @param {import("../records.js").Approval} request */
    #compareParts(id, request) {
        const name = this.#fingerprints.of(id);
        const shared = this.#fingerprints.of(canonical(sharedOf(request)) ?? "");
        const first = this.#requests.get(name);
        if (!first) this.#requests.set(name, shared);
        return first && !sameFingerprint(first, shared) ? breaks("approvalParts") : undefined;
    }

    /** @param {string} id @param {import("../records.js").Grant} grant @param {Place} place */
    #give(id, grant, { stream }) {
        const approved = this.#approved.get(grant.request);
        if (approved)
            approved.videos = approved.videos.filter(
                ({ creatorId, videoId }) => creatorId !== grant.video.creatorId || videoId !== grant.video.videoId,
            );
        /** @type {KnownGrant} */
        const known = { grant, spent: 0, endedAt: null, hasEnded: false };
        this.#grants.set(id, known);
        const standing = this.#standing.get(stream);
        if (standing) standing.add(id);
        else this.#standing.set(stream, new Set([id]));
        if (grant.uses === null) {
            const allowed = pairOf(grant.requester, grant.usedIn);
            this.#uncounted.add(allowed);
            this.#ungranted.delete(allowed);
        }
        // Two streams may be in another order in the log than they were changed in.
        const spendings = this.#notGiven.get(id) ?? [];
        this.#notGiven.delete(id);
        for (const spending of spendings) {
            const broken = this.#spend(id, known, spending);
            if (broken) return broken;
        }
        return undefined;
    }

    /** @param {number} entry @param {string} id @param {import("../records.js").Grant} after @param {Place} place */
    #end(entry, id, after, { stream, at }) {
        const known = this.#grants.get(id);
        if (!known) return undefined;
        this.#standing.get(stream)?.delete(id);
        this.#notSpent.delete(id);
        known.hasEnded = true;
        if (after.state === "revoked") known.endedAt = at;
        else if (known.spent < (after.uses ?? 0)) this.#spentEarly.set(id, { entry, at });
        return undefined;
    }

    /** @param {number} entry @param {import("../records.js").Use} use */
    #use(entry, use) {
        for (const used of use.videos) {
            // Names in streams of requesters are pseudonyms: whose video it is cannot be compared.
            const pair = pairOf(use.requester, used.video);
            if (used.reason === "grant" && used.spent.length === 0 && !this.#uncounted.has(pair)) {
                if (!this.#ungranted.has(pair)) this.#ungranted.set(pair, entry);
            }
            const spending = spendingOf(entry, use, used);
            for (const id of used.spent) {
                const known = this.#grants.get(id);
                const broken = known ? this.#spend(id, known, spending) : this.#wait(id, spending);
                if (broken) return broken;
            }
        }
        return undefined;
    }

    /** @param {string} id @param {Spending} spending */
    #wait(id, spending) {
        const others = this.#notGiven.get(id);
        if (others) others.push(spending);
        else this.#notGiven.set(id, [spending]);
        return undefined;
    }

    /** @param {string} id @param {KnownGrant} known @param {Spending} spending */
    #spend(id, known, spending) {
        const broken = judgeSpending(spending, known, this.#vocabulary.introducedIn(spending.purpose));
        if (broken) return broken;
        known.spent++;
        if (known.spent < (known.grant.uses ?? 0)) return undefined;
        this.#spentEarly.delete(id);
        if (!known.hasEnded) this.#notSpent.set(id, { entry: spending.entry, at: this.#latest });
        return undefined;
    }

    /** @param {import("../records.js").Erased} after @param {Place} place */
    #erase({ erasedAt }, { stream, at }) {
        if (erasedAt !== at) return breaks("recordStamp");
        for (const id of this.#standing.get(stream) ?? []) {
            const known = /** @type {KnownGrant} */ (this.#grants.get(id));
            known.endedAt = at;
            known.hasEnded = true;
            this.#notSpent.delete(id);
        }
        this.#standing.delete(stream);
        return undefined;
    }
}

/** @param {string} requester @param {import("../records.js").Video} video */
const pairOf = (requester, { videoId }) => `${requester} ${videoId}`;

/** @param {Iterable<number>} numbers */
function leastOf(numbers) {
    let least = Infinity;
    for (const number of numbers) least = Math.min(least, number);
    return least;
}
