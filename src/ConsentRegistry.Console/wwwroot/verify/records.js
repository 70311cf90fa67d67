/** The records of events, as docs/reference/log-records.md defines them: `key`, `before` and `after` of each type. */

import { hasMembers, isInteger, isObject } from "./canonical-json.js";
import { fromBase64UrlOf } from "./encoding.js";
import { isIdentifier, SCHEMES } from "./identifiers.js";
import { isMoment } from "./moments.js";

/**
 * @typedef {{ version: number, changedAt: string }} Stamp the change that last altered a record
 * @typedef {{ creatorId: string, videoId: string }} Video
 * @typedef {{ effect: string, conditions: string[], expiresAt: string | null, vocabularyVersion: number }} Choice
 * @typedef {Choice & Stamp} Override
 * @typedef {Choice & Stamp & { from: string | null }} Segment
 * @typedef {{ segments: Segment[] }} Default
 * @typedef {{ purpose: string, requester: string | null, video?: Video }} SettingKey
 * @typedef {Stamp & { purposes: string[] | null }} Stop
 * @typedef {{ publishedAt: string | null, participants: { creatorId: string, role: string }[], derivedFrom: Video[],
 *   identifiers?: { scheme: string, value: string, listed: boolean }[] }} VideoFacts
 * @typedef {{ purpose: string, parent: string | null, usesLikeness: boolean, description: string,
 *   introducedIn: number }} Purpose
 * @typedef {Stamp & { requester: string, usedIn: Video, purpose: string, use: string, until: string | null,
 *   uses: number | null, videos: Video[], expiresAt: string, state: string, reason: string | null }} Approval
 * @typedef {Stamp & { request: string, video: Video, usedIn: Video, requester: string, purpose: string,
 *   conditions: string[], vocabularyVersion: number, expiresAt: string | null, uses: number | null,
 *   state: string }} Grant
 * @typedef {{ video: Video, reason: string, spent: string[],
 *   reliedOn: { decidedAt: string, receipt: boolean } | null }} UsedVideo
 * @typedef {Stamp & { requester: string, purpose: string, videos: UsedVideo[], usedAt: string }} Use
 * @typedef {Stamp & { requester: string, video: Video, purpose: string, creator: string | null, reason: string,
 *   stopBy: string, state: string, statement: string | { hmac: string } | null }} Recall
 * @typedef {{ erasedAt: string }} Erased
 */

/** @typedef {(value: unknown) => boolean} Form whether a value has this form */

/** Segments of a default (R3). */
const SEGMENTS = 64;
/** Hashes of identifiers in one event of an erasure. */
const HASHES = 1_000;
/** Levels of the name of a purpose. */
const LEVELS = 4;
const INT32 = 2 ** 31 - 1;

const ID = /^[A-Za-z0-9._~:@-]{1,128}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LEVEL = /^[a-z][a-z0-9-]{0,62}$/;

/** @type {Form} */
const text = (value) => typeof value === "string";
/** @type {Form} */
const truth = (value) => typeof value === "boolean";
/** @type {Form} */
const uuid = (value) => typeof value === "string" && UUID.test(value);
/** @type {Form} */
const nothing = (value) => value === null;
/** @type {Form} */
const number = (value) => Number.isSafeInteger(value) && Math.abs(Number(value)) <= INT32;
/** @type {Form} */
const count = (value) => isInteger(value, 1) && value <= INT32;

/**
 * An id of a creator, a video or a requester.
 *
 * @param {unknown} value
 * @returns {value is string}
 */
export const isId = (value) => typeof value === "string" && ID.test(value) && value !== "." && value !== "..";

/**
 * @param {unknown} value
 * @returns {value is string}
 */
function isPurpose(value) {
    const levels = typeof value === "string" ? value.split(".") : [];
    return levels.length > 0 && levels.length <= LEVELS && levels.every((level) => LEVEL.test(level));
}

/** @param {...string} words @returns {Form} */
const word =
    (...words) =>
    (value) =>
        words.some((one) => one === value);

/** @param {Form} form @returns {Form} */
const orNull = (form) => (value) => value === null || form(value);

/**
 * @param {{ [name: string]: Form }} members
 * @param {{ [name: string]: Form }} [later] members that came later: each is absent where it has no value
 * @returns {Form}
 */
const object =
    (members, later = {}) =>
    (value) =>
        isObject(value) &&
        hasMembers(value, Object.keys(members), Object.keys(later)) &&
        Object.entries({ ...members, ...later }).every(
            ([name, form]) => !Object.hasOwn(value, name) || form(value[name]),
        );

/**
 * A list whose items stand in an order, each once.
 *
 * @param {Form} form
 * @param {(one: any, next: any) => boolean} [isOrdered] whether an item may stand before the next one
 * @returns {Form}
 */
const list =
    (form, isOrdered = () => true) =>
    (value) =>
        Array.isArray(value) && value.every(form) && value.every((item, i) => i === 0 || isOrdered(value[i - 1], item));

/** @param {Form} form @param {Form} also @returns {Form} */
const both = (form, also) => (value) => form(value) && also(value);

/** @param {string} one @param {string} next code units are bytes here */
const rises = (one, next) => one < next;

const video = object({ creatorId: isId, videoId: isId });

/** @param {Video} one @param {Video} other */
export const sameVideo = (one, other) => one.creatorId === other.creatorId && one.videoId === other.videoId;

const stamp = { version: Number.isSafeInteger, changedAt: isMoment };

/** Words of the contract that records have, by the name of their schema there. */
export const WORDS = {
    ApprovalState: ["open", "approved", "refused", "withdrawn"],
    Condition: ["attribution", "labelAsAi", "nonCommercial"],
    Effect: ["allow", "ask", "deny"],
    GrantState: ["standing", "spent", "revoked"],
    ParticipantRole: ["coCreator", "depicted"],
    Reason: ["indeterminate", "hold", "lockdown", "noConsent", "creatorDefault", "videoOverride", "grant"],
    RecallState: ["open", "acknowledged", "disputed"],
};

const conditions = list(word(...WORDS.Condition), rises);

const choice = {
    effect: word(...WORDS.Effect),
    conditions,
    expiresAt: orNull(isMoment),
    vocabularyVersion: number,
};

/** A deny has no conditions, and only an allow expires. @param {any} value */
const canBeChosen = (value) =>
    (value.effect !== "deny" || value.conditions.length === 0) &&
    (value.effect === "allow" || value.expiresAt === null);

const override = both(object({ ...choice, ...stamp }), canBeChosen);

const segment = both(object({ ...choice, ...stamp, from: orNull(isMoment) }), canBeChosen);

/** @param {Segment} one @param {Segment} next */
const startsLater = (one, next) => next.from !== null && (one.from === null || one.from < next.from);

const setting = object({
    segments: both(list(segment, startsLater), (/** @type {any} */ all) => all.length > 0 && all.length <= SEGMENTS),
});

const stop = object({
    ...stamp,
    purposes: orNull(both(list(isPurpose, rises), (/** @type {any} */ all) => all.length > 0)),
});


const facts = object(
    {
        publishedAt: orNull(isMoment),
        participants: list(
            object({ creatorId: isId, role: word(...WORDS.ParticipantRole) }),
            (one, next) => one.creatorId < next.creatorId || (one.creatorId === next.creatorId && one.role < next.role),
        ),
        derivedFrom: both(
            list(video),
            (/** @type {any} */ all) =>
                new Set(all.map((/** @type {Video} */ one) => `${one.creatorId} ${one.videoId}`)).size === all.length,
        ),
    },
    {
        identifiers: both(
            list(
                both(object({ listed: truth, scheme: text, value: text }), (/** @type {any} */ { scheme, value }) =>
                    isIdentifier(scheme, value),
                ),
                (one, next) =>
                    SCHEMES.indexOf(one.scheme) < SCHEMES.indexOf(next.scheme) ||
                    (one.scheme === next.scheme && one.value < next.value),
            ),
            (/** @type {any} */ all) => all.length > 0,
        ),
    },
);

const purpose = object({
    purpose: isPurpose,
    parent: orNull(isPurpose),
    usesLikeness: truth,
    description: text,
    introducedIn: number,
});

const approval = object({
    ...stamp,
    requester: isId,
    usedIn: video,
    purpose: isPurpose,
    use: text,
    until: orNull(isMoment),
    uses: orNull(count),
    videos: list(video),
    expiresAt: isMoment,
    state: word(...WORDS.ApprovalState),
    reason: orNull(text),
});

const grant = object({
    ...stamp,
    request: uuid,
    video,
    usedIn: video,
    requester: isId,
    purpose: isPurpose,
    conditions,
    vocabularyVersion: number,
    expiresAt: orNull(isMoment),
    uses: orNull(count),
    state: word(...WORDS.GrantState),
});

/** What a use says of consent, and what it says of there being none. */
const CONSENT = ["creatorDefault", "videoOverride", "grant"];
const NO_CONSENT = [
    "noConsent",
    "lockdown",
    "hold",
    "notApproved",
    "beyondGrant",
    "unknownVideo",
    "unknownPurpose",
    "forgedReceipt",
    "expiredReceipt",
    "otherReceipt",
    "laterReceipt",
    "noReceipt",
    "otherDecision",
    "indeterminate",
];

/** Whether a video was used with consent. @param {UsedVideo} used */
export const isConsented = ({ reason }) => CONSENT.includes(reason);

const use = object({
    ...stamp,
    requester: isId,
    purpose: isPurpose,
    made: orNull(object({ video: orNull(video), trainingRun: orNull(text) })),
    videos: list(
        object({
            video,
            reason: word(...CONSENT, ...NO_CONSENT),
            spent: list(uuid),
            reliedOn: orNull(object({ decidedAt: isMoment, receipt: truth })),
        }),
    ),
    usedAt: isMoment,
});

/** @param {number} length @returns {Form} */
const bytes = (length) => (value) => fromBase64UrlOf(value, length) !== undefined;

const recall = object({
    ...stamp,
    requester: isId,
    video,
    purpose: isPurpose,
    creator: orNull(isId),
    reason: word(...WORDS.Reason),
    stopBy: isMoment,
    state: word(...WORDS.RecallState),
    statement: (value) => orNull(text)(value) || object({ hmac: bytes(32) })(value),
});

const erased = object(
    { erasedAt: isMoment },
    {
        identifiers: object({
            kid: bytes(8),
            hmacs: both(list(bytes(16), isHashBefore), (/** @type {any} */ all) => all.length <= HASHES),
        }),
    },
);

/** @param {string} one @param {string} next base64url of bytes, which rise */
function isHashBefore(one, next) {
    const [a, b] = [fromBase64UrlOf(one, 16), fromBase64UrlOf(next, 16)];
    const differs = a?.findIndex((byte, i) => byte !== b?.[i]) ?? -1;
    return differs >= 0 && (a?.[differs] ?? 0) < (b?.[differs] ?? 0);
}

const blocked = object({ ...stamp, blocked: (value) => value === true });

const noKey = object({});

/** @type {{ [type: string]: { key: Form, before: Form, after: Form } }} */
const RECORDS = {
    defaultChanged: {
        key: object({ purpose: isPurpose, requester: orNull(isId) }),
        before: orNull(setting),
        after: orNull(setting),
    },
    overrideChanged: {
        key: object({ purpose: isPurpose, requester: orNull(isId), video }),
        before: orNull(override),
        after: orNull(override),
    },
    lockdownChanged: { key: noKey, before: orNull(stop), after: orNull(stop) },
    holdChanged: { key: noKey, before: orNull(stop), after: orNull(stop) },
    videoRegistered: { key: video, before: orNull(facts), after: facts },
    purposeRegistered: { key: object({ purpose: isPurpose }), before: nothing, after: purpose },
    approvalChanged: { key: object({ request: uuid }), before: orNull(approval), after: approval },
    askingChanged: { key: object({ requester: isId }), before: orNull(blocked), after: orNull(blocked) },
    grantGiven: { key: object({ grant: uuid }), before: orNull(grant), after: grant },
    grantRevoked: { key: object({ grant: uuid }), before: orNull(grant), after: grant },
    grantSpent: { key: object({ grant: uuid }), before: orNull(grant), after: grant },
    useRecorded: { key: object({ use: uuid }), before: nothing, after: use },
    recallChanged: { key: object({ recall: uuid }), before: orNull(recall), after: recall },
    creatorErased: { key: noKey, before: nothing, after: erased },
};

/** The state that each event about a grant leaves it in. @type {{ [type: string]: string }} */
const GRANT_STATES = { grantGiven: "standing", grantRevoked: "revoked", grantSpent: "spent" };

/**
 * Whether the records of an event are such as a registry writes for this type.
 *
 * @param {string} type
 * @param {{ key: unknown, before: unknown, after: any }} records
 */
export function areRecords(type, { key, before, after }) {
    const forms = RECORDS[type];
    if (!forms?.key(key) || !forms.before(before) || !forms.after(after)) return false;
    if (type === "purposeRegistered") return isNamed(key, after);
    return GRANT_STATES[type] === undefined || after.state === GRANT_STATES[type];
}

/** A purpose has the name that its key says, and is below its parent. @param {any} key @param {Purpose} after */
const isNamed = (key, after) => key.purpose === after.purpose && after.parent === parentOf(after.purpose);

/** @param {string} purpose */
export const parentOf = (purpose) => (purpose.includes(".") ? purpose.slice(0, purpose.lastIndexOf(".")) : null);

/** @param {string} purpose @param {string} other */
export const isAtOrBelow = (purpose, other) => purpose === other || purpose.startsWith(`${other}.`);
