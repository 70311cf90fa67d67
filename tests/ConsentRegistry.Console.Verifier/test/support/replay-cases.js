/** Events that no honest registry writes, each signed as it should be, and the rule that it breaks. */

import { eidOf } from "./log.js";
import { CLIP, DAY, idOf, MINUTE, STUDIO } from "./story.js";

/**
 * @typedef {import("./story.js").Story} Story
 * @typedef {object} Case
 * @property {string} rule
 * @property {string} name
 * @property {(story: Story) => void} tell
 * @property {number} [back] how many entries follow on the wrong one
 * @property {string} [step] the step that fails
 */

const OTHER = { creatorId: "ana", videoId: "other" };
const LABEL = "$requester/label";

/** @param {Story} s */
const later = (s) => {
    s.wait(5 * MINUTE);
    s.write("bea", s.stop({}, "holdChanged", "bea"));
};

/** @param {number} count */
const identifiers = (count) =>
    Array.from({ length: count }, (_, i) => ({
        listed: false,
        scheme: "sha256",
        value: String(i).padStart(64, "0"),
    }));

/** @param {Story} s @param {object} [more] */
const asked = (s, more) => {
    const open = s.request(more);
    s.write("ana", s.asks(open));
    return open;
};

/** @param {Story} s @param {object} more of the default that comes after an ask @param {object[]} [old] */
const afterAsk = (s, more, old) => {
    const ask = s.segment({ effect: "ask" });
    s.write("ana", s.default([ask]));
    s.write("ana", s.default([...(old ?? [ask]), s.segment({ effect: "allow", from: s.at(0), ...more })]));
};

/** @type {readonly Case[]} */
export const BROKEN = [
    {
        rule: "eventTwice",
        step: "leaves",
        name: "A deny has the id of a purpose",
        tell: (s) => s.log.add({ stream: "ana", tx: s.now, eid: eidOf(0) }),
    },
    {
        rule: "eventTwice",
        step: "leaves",
        name: "An event without a body has the id of another",
        tell: (s) => s.log.add({ stream: "ana", tx: s.now, eid: eidOf(0), erased: true }),
    },
    {
        rule: "streamTime",
        step: "versions",
        name: "A version has the time of the one before",
        tell: (s) => {
            s.write("ana", s.stop());
            s.wait(-MINUTE);
            s.write("ana", s.stop(null));
        },
    },
    {
        rule: "erasureCover",
        step: "erasures",
        name: "An erasure lists another's event",
        tell: (s) => {
            s.write("ana", s.stop());
            s.write("bea", s.stop({}, "lockdownChanged", "bea"));
            s.erase("ana", [[3, 4]]);
        },
    },
    {
        rule: "erasureCover",
        step: "erasures",
        name: "An erasure names another's event by its id",
        tell: (s) => {
            s.write("ana", s.stop());
            s.write("bea", s.stop({}, "lockdownChanged", "bea"));
            s.log.add({ stream: "ana", tx: s.now, erase: { ranges: [], eids: [eidOf(4)] } });
        },
    },
    {
        rule: "erasureCover",
        step: "erasures",
        name: "An erasure names an event twice",
        tell: (s) => {
            s.write("ana", s.stop());
            s.log.add({ stream: "ana", tx: s.now, erase: { ranges: [[3, 3]], eids: [eidOf(3)] } });
        },
    },
    {
        rule: "erasureCover",
        step: "bodies",
        name: "The body of a use is gone",
        tell: (s) => {
            s.log.add({ stream: STUDIO, type: "useRecorded", tx: s.now, erased: true });
        },
    },
    {
        rule: "recordBefore",
        name: "An allow passes for what a deny was",
        tell: (s) => {
            const segment = s.segment();
            s.write("ana", s.default([segment]));
            const before = { segments: [{ ...segment, effect: "allow" }] };
            s.write("ana", { ...s.default(null), before });
        },
    },
    {
        rule: "recordBefore",
        name: "A lockdown is lifted that does not stand",
        tell: (s) => s.write("ana", { ...s.stop(null), before: { version: 1, changedAt: s.at(-DAY), purposes: null } }),
    },
    {
        rule: "recordBefore",
        name: "A lockdown passes for a hold",
        tell: (s) => {
            const stop = s.stop();
            s.write("ana", stop);
            s.write("ana", { ...s.stop(null, "holdChanged"), before: stop.after });
        },
    },
    {
        rule: "recordBefore",
        name: "A grant is spent that was never given",
        tell: (s) => {
            const grant = s.grant(s.request());
            s.write("ana", { ...s.ends("spent", grant), before: grant });
        },
    },
    {
        rule: "recordBefore",
        name: "A recall is answered whose time was another",
        tell: (s) => {
            const recall = s.recall();
            s.write(STUDIO, s.recalls(recall));
            const before = { ...recall, stopBy: s.at(9 * DAY) };
            s.write(STUDIO, { ...s.recalls({ ...before, ...s.next(STUDIO), state: "disputed" }), before });
        },
    },
    {
        rule: "recordBefore",
        name: "A purpose is registered twice",
        tell: (s) => s.write("$vocabulary", { ...s.purpose("remix", 2), before: null }),
    },
    {
        rule: "recordBefore",
        name: "A grant is given by two creators",
        tell: (s) => {
            const grant = s.give();
            const open = s.request({ until: grant.expiresAt, expiresAt: grant.expiresAt }, "bea");
            s.write("bea", s.asks(open));
            const stamp = s.next("bea");
            s.write("bea", s.asks({ ...open, ...stamp, state: "approved" }), {
                ...s.grants({ ...grant, ...stamp }),
                before: null,
            });
        },
    },
    {
        rule: "recordBefore",
        name: "A use stands in two streams",
        tell: (s) => {
            s.write(STUDIO, s.use({ reason: "noConsent", spent: [] }));
            s.write(LABEL, s.use({ reason: "noConsent", spent: [] }, { ...s.next(LABEL), requester: "label" }));
        },
    },
    {
        rule: "recordStamp",
        name: "A default of an earlier version",
        tell: (s) => s.write("ana", s.default([s.segment({ version: 2 })])),
    },
    {
        rule: "recordStamp",
        name: "A default of another time",
        tell: (s) => s.write("ana", s.default([s.segment({ changedAt: s.at(1) })])),
    },
    {
        rule: "recordStamp",
        name: "An override of another version",
        tell: (s) => s.write("ana", s.override({ version: 2 })),
    },
    { rule: "recordStamp", name: "A lockdown of another version", tell: (s) => s.write("ana", s.stop({ version: 2 })) },
    {
        rule: "recordStamp",
        name: "A request of another version",
        tell: (s) => s.write("ana", s.asks(s.request({ version: 2 }))),
    },
    {
        rule: "recordStamp",
        name: "A block of another version",
        tell: (s) => s.write("ana", { ...s.blocks(true), after: { ...s.next("ana"), version: 2, blocked: true } }),
    },
    { rule: "recordStamp", name: "A grant of another version", tell: (s) => s.give({}, { version: 9 }) },
    { rule: "recordStamp", name: "A use of another version", tell: (s) => s.write(STUDIO, s.use({}, { version: 2 })) },
    {
        rule: "recordStamp",
        name: "A recall of another version",
        tell: (s) => s.write(STUDIO, s.recalls(s.recall({ version: 2 }))),
    },
    {
        rule: "recordStamp",
        name: "A purpose of another version",
        tell: (s) => s.write("$vocabulary", s.purpose("remix.dub", 3)),
    },
    {
        rule: "recordStamp",
        name: "An erasure of another time",
        tell: (s) =>
            s.log.add({
                stream: "ana",
                tx: s.now,
                erase: { ranges: [], eids: [] },
                body: { after: { erasedAt: s.at(1) } },
            }),
    },
    { rule: "recordUnchanged", name: "What is not set is cleared", tell: (s) => s.write("ana", s.default(null)) },
    {
        rule: "recordUnchanged",
        name: "An override that is not set is cleared",
        tell: (s) => s.write("ana", s.override(null)),
    },
    {
        rule: "recordUnchanged",
        name: "An override is set to what it is",
        tell: (s) => {
            s.write("ana", s.override({}));
            s.write("ana", s.override({}));
        },
    },
    {
        rule: "recordUnchanged",
        name: "What does not stand is lifted",
        tell: (s) => s.write("ana", s.stop(null)),
    },
    {
        rule: "recordUnchanged",
        name: "A lockdown stands already",
        tell: (s) => {
            s.write("ana", s.stop({ purposes: ["remix"] }));
            s.write("ana", s.stop({ purposes: ["remix"] }));
        },
    },
    {
        rule: "recordUnchanged",
        name: "A requester is blocked again",
        tell: (s) => {
            s.write("ana", s.blocks(true));
            s.write("ana", s.blocks(true));
        },
    },
    {
        rule: "recordUnchanged",
        name: "A video is registered as it is",
        tell: (s) => {
            s.write("ana", s.video());
            s.write("ana", s.video());
        },
    },
    {
        rule: "recordUnchanged",
        name: "A recall is acknowledged again",
        tell: (s) => {
            const recall = s.recall();
            s.write(STUDIO, s.recalls(recall));
            for (let i = 0; i < 2; i++)
                s.write(STUDIO, s.recalls({ ...recall, ...s.next(STUDIO), state: "acknowledged" }));
        },
    },
    {
        rule: "recordStream",
        name: "A video of another owner",
        tell: (s) => s.write("ana", s.video({}, { ...CLIP, creatorId: "bea" })),
    },
    {
        rule: "recordStream",
        name: "A use of another requester",
        tell: (s) => s.write(STUDIO, s.use({ reason: "noConsent", spent: [] }, { requester: "label" })),
    },
    {
        rule: "recordStream",
        name: "A recall to another requester",
        tell: (s) => s.write(STUDIO, s.recalls(s.recall({ requester: "label" }))),
    },
    {
        rule: "purposeUnknown",
        name: "A default for no purpose",
        tell: (s) => s.write("ana", s.default([s.segment()], "dance")),
    },
    {
        rule: "purposeUnknown",
        name: "An override for no purpose",
        tell: (s) => s.write("ana", s.override({}, { purpose: "dance" })),
    },
    {
        rule: "purposeUnknown",
        name: "A lockdown of no purpose",
        tell: (s) => s.write("ana", s.stop({ purposes: ["dance"] })),
    },
    {
        rule: "purposeUnknown",
        name: "A request for no purpose",
        tell: (s) => s.write("ana", s.asks(s.request({ purpose: "dance" }))),
    },
    {
        rule: "purposeUnknown",
        name: "A grant for no purpose",
        tell: (s) => s.give({}, { purpose: "remix.dance" }),
    },
    {
        rule: "purposeUnknown",
        name: "A use for no purpose",
        tell: (s) => s.write(STUDIO, s.use({ reason: "noConsent", spent: [] }, { purpose: "dance" })),
    },
    {
        rule: "purposeUnknown",
        name: "A recall for no purpose",
        tell: (s) => s.write(STUDIO, s.recalls(s.recall({ purpose: "dance" }))),
    },
    {
        rule: "purposeUnknown",
        name: "A default for a purpose that is registered two minutes later",
        back: 1,
        tell: (s) => {
            s.write("ana", s.default([s.segment()], "remix.dub"));
            s.wait(MINUTE);
            s.write("$vocabulary", s.purpose("remix.dub", 2));
        },
    },
    {
        rule: "purposeUnknown",
        name: "Of two defaults for a purpose that is registered later, the second is dated too long before",
        back: 1,
        tell: (s) => {
            s.wait(3 * MINUTE);
            s.write("ana", s.default([s.segment()], "remix.dub"));
            s.wait(-3 * MINUTE);
            s.write("bea", s.default([s.segment({}, s.next("bea"))], "remix.dub"));
            s.wait(MINUTE);
            s.write("$vocabulary", s.purpose("remix.dub", 2));
        },
    },
    {
        rule: "vocabularyVersion",
        name: "An allow of a later version",
        tell: (s) => s.write("ana", s.default([s.segment({ effect: "allow", vocabularyVersion: 2 })])),
    },
    {
        rule: "vocabularyVersion",
        name: "An allow of version 0",
        tell: (s) => s.write("ana", s.override({ effect: "allow", vocabularyVersion: 0 })),
    },
    {
        rule: "vocabularyVersion",
        name: "A grant of a later version",
        tell: (s) => s.give({}, { vocabularyVersion: 2 }),
    },
    {
        rule: "purposeEntry",
        name: "A purpose without its parent",
        tell: (s) => s.write("$vocabulary", s.purpose("dance.slow", 2)),
    },
    {
        rule: "purposeEntry",
        name: "The 257th purpose",
        tell: (s) => {
            for (let i = 4; i <= 257; i++) s.write("$vocabulary", s.purpose(`p${i}`, i - 2));
        },
    },
    {
        rule: "settingRatchet",
        name: "An older segment is without the condition that an allow adds",
        tell: (s) => afterAsk(s, { conditions: ["attribution"] }),
    },
    {
        rule: "settingRatchet",
        name: "An allow for the future begins in the past",
        tell: (s) => afterAsk(s, { from: s.at(-30 * DAY) }),
    },
    {
        rule: "settingRatchet",
        name: "An allow for the future drops the older segment",
        tell: (s) => afterAsk(s, {}, []),
    },
    {
        rule: "settingRatchet",
        name: "A deny leaves the older segment",
        tell: (s) => afterAsk(s, { effect: "deny" }),
    },
    {
        rule: "settingRatchet",
        name: "An older allow keeps its later end",
        tell: (s) => {
            const old = s.segment({ effect: "allow" });
            s.write("ana", s.default([old]));
            const expiresAt = s.at(DAY);
            s.write("ana", s.default([old, s.segment({ effect: "allow", expiresAt, from: s.at(0) })]));
        },
    },
    {
        rule: "settingExpired",
        name: "A default that is over",
        tell: (s) => s.write("ana", s.default([s.segment({ effect: "allow", expiresAt: s.at(0) })])),
    },
    {
        rule: "settingExpired",
        name: "An override that is over",
        tell: (s) => s.write("ana", s.override({ effect: "allow", expiresAt: s.at(-DAY) })),
    },
    {
        rule: "denyKeepsGrant",
        name: "A deny to everybody beside a grant",
        tell: (s) => {
            s.give();
            s.write("ana", s.default([s.segment()]));
        },
    },
    {
        rule: "denyKeepsGrant",
        name: "A deny for a purpose below that of a grant",
        tell: (s) => {
            s.give();
            s.write("ana", s.default([s.segment()], "remix.voice"));
        },
    },
    {
        rule: "denyKeepsGrant",
        name: "A deny for the video and the requester of a grant",
        tell: (s) => {
            s.give();
            s.write("ana", s.override({}, { requester: "studio" }));
        },
    },
    {
        rule: "stopNarrowed",
        name: "A lockdown of everything becomes one of a purpose",
        tell: (s) => {
            s.write("ana", s.stop());
            s.write("ana", s.stop({ purposes: ["training"] }));
        },
    },
    {
        rule: "stopNarrowed",
        name: "A hold of one purpose becomes one of another",
        tell: (s) => {
            s.write("ana", s.stop({ purposes: ["remix"] }, "holdChanged"));
            s.write("ana", s.stop({ purposes: ["training"] }, "holdChanged"));
        },
    },
    ...[
        { participants: [{ creatorId: "bea", role: "depicted" }] },
        { derivedFrom: [OTHER] },
        { identifiers: identifiers(1) },
        { publishedAt: "2026-01-01T00:00:00.000000Z" },
    ].map((facts) => ({
        rule: "videoWidened",
        name: `${Object.keys(facts)} go without a reason`,
        tell: (/** @type {Story} */ s) => {
            s.write("ana", s.video(facts));
            s.write("ana", s.video());
        },
    })),
    {
        rule: "videoWidened",
        name: "A participant goes with a reason that says nothing",
        tell: (s) => {
            s.write("ana", s.video({ participants: [{ creatorId: "bea", role: "depicted" }] }));
            s.write("ana", { ...s.video(), reason: "" });
        },
    },
    {
        rule: "videoWidened",
        name: "A video gets a time of publication without a reason",
        tell: (s) => {
            s.write("ana", s.video());
            s.write("ana", s.video({ publishedAt: s.at(-DAY) }));
        },
    },
    {
        rule: "videoFacts",
        name: "A video of tomorrow",
        tell: (s) => s.write("ana", s.video({ publishedAt: s.at(DAY) })),
    },
    {
        rule: "videoFacts",
        name: "A video is made of itself",
        tell: (s) => s.write("ana", s.video({ derivedFrom: [CLIP] })),
    },
    {
        rule: "videoFacts",
        name: "A video with 17 identifiers",
        tell: (s) => s.write("ana", s.video({ identifiers: identifiers(17) })),
    },
    {
        rule: "videoFacts",
        name: "A video with 65 participants",
        tell: (s) =>
            s.write(
                "ana",
                s.video({
                    participants: Array.from({ length: 65 }, (_, i) => ({
                        creatorId: `c${i + 100}`,
                        role: "depicted",
                    })),
                }),
            ),
    },
    {
        rule: "videoFacts",
        name: "A video with 65 sources",
        tell: (s) =>
            s.write(
                "ana",
                s.video({ derivedFrom: Array.from({ length: 65 }, (_, i) => ({ ...CLIP, videoId: `v${i}` })) }),
            ),
    },
    ...[
        { state: "approved" },
        { reason: "No." },
        { videos: [] },
        { videos: [CLIP, CLIP] },
        { expiresAt: "2027-01-01T00:00:00.000000Z" },
        { until: "2027-01-16T00:00:00.000000Z" },
    ].map((more) => ({
        rule: "approvalOpened",
        name: `A request begins with ${JSON.stringify(more)}`,
        tell: (/** @type {Story} */ s) => asked(s, more),
    })),
    {
        rule: "approvalAnswered",
        name: "A refusal becomes an approval",
        tell: (s) => {
            const open = asked(s);
            s.write("ana", s.asks({ ...open, ...s.next("ana"), state: "refused", reason: "No." }));
            s.write("ana", s.asks({ ...open, ...s.next("ana"), state: "approved" }));
        },
    },
    {
        rule: "approvalAnswered",
        name: "An answer comes too late",
        tell: (s) => {
            const open = asked(s);
            s.wait(8 * DAY);
            s.write("ana", s.asks({ ...open, ...s.next("ana"), state: "refused" }));
        },
    },
    ...[{ state: "open" }, { state: "withdrawn", reason: "No." }, { state: "approved", uses: 9 }].map((more) => ({
        rule: "approvalAnswered",
        name: `A request is answered with ${JSON.stringify(more)}`,
        tell: (/** @type {Story} */ s) => {
            const open = asked(s);
            s.write("ana", s.asks({ ...open, ...s.next("ana"), ...more }));
        },
    })),
    {
        rule: "approvalBlocked",
        name: "A request of somebody who may not ask",
        tell: (s) => {
            s.write("ana", s.blocks(true));
            asked(s);
        },
    },
    ...[{ purpose: "training" }, { expiresAt: "2027-01-20T00:00:00.000000Z" }, { use: "Another remix." }].map(
        (more) => ({
            rule: "approvalParts",
            name: `Another creator is asked in the same request for ${JSON.stringify(more)}`,
            tell: (/** @type {Story} */ s) => {
                const open = asked(s);
                s.write("bea", s.asks({ ...open, ...s.next("bea"), ...more }));
            },
        }),
    ),
    {
        rule: "grantUnasked",
        name: "A grant without a request",
        tell: (s) => s.write("ana", s.grants(s.grant(s.request()))),
    },
    {
        rule: "grantUnasked",
        name: "A grant a version after the approval",
        tell: (s) => {
            const open = asked(s);
            s.write("ana", s.asks({ ...open, ...s.next("ana"), state: "approved" }));
            s.write("ana", s.grants(s.grant(open)));
        },
    },
    {
        rule: "grantUnasked",
        name: "Two grants for one video",
        tell: (s) => {
            const open = asked(s);
            const approved = s.asks({ ...open, ...s.next("ana"), state: "approved" });
            s.write("ana", approved, s.grants(s.grant(open)), s.grants(s.grant(open), "grantGiven", 17));
        },
    },
    ...[{ video: OTHER }, { usedIn: OTHER }, { requester: "label" }, { request: idOf(2) }].map((more) => ({
        rule: "grantUnasked",
        name: `A grant is given for ${JSON.stringify(more)}`,
        tell: (/** @type {Story} */ s) => s.give({}, more),
    })),
    ...[
        { uses: null },
        { uses: 3 },
        { expiresAt: null },
        { expiresAt: "2027-02-01T00:00:00.000000Z" },
        { expiresAt: "2027-01-01T00:00:00.000000Z" },
        { purpose: "training" },
    ].map((more) => ({
        rule: "grantWider",
        name: `A grant is given with ${JSON.stringify(more)}`,
        tell: (/** @type {Story} */ s) => s.give({}, more),
    })),
    {
        rule: "grantWider",
        name: "A grant for a purpose above the one that was asked for",
        tell: (s) => s.give({ purpose: "remix.voice" }, { purpose: "remix" }),
    },
    {
        rule: "grantEnded",
        name: "A revoked grant is revoked again",
        tell: (s) => {
            const grant = s.give();
            for (let i = 0; i < 2; i++) s.write("ana", s.ends("revoked", grant));
        },
    },
    {
        rule: "grantEnded",
        name: "A grant is revoked that is over",
        tell: (s) => {
            const grant = s.give();
            s.wait(8 * DAY);
            s.write("ana", s.ends("revoked", grant));
        },
    },
    {
        rule: "grantEnded",
        name: "A grant is revoked with more uses",
        tell: (s) => {
            const grant = s.give();
            s.write("ana", s.ends("revoked", grant, { uses: 9 }));
        },
    },
    {
        rule: "grantEnded",
        name: "A grant that does not count its uses is spent",
        tell: (s) => {
            const grant = s.give({ uses: null });
            s.write("ana", s.ends("spent", grant));
        },
    },
    {
        rule: "grantEnded",
        name: "A grant begins revoked",
        tell: (s) => {
            const grant = s.grant(s.request());
            s.write("ana", s.ends("revoked", grant));
        },
    },
    {
        rule: "grantSpentEarly",
        name: "A grant for two uses is spent by one",
        back: 1,
        tell: (s) => {
            const grant = s.give();
            s.write(STUDIO, s.use());
            s.write("ana", s.ends("spent", grant));
            later(s);
        },
    },
    {
        rule: "grantNotSpent",
        name: "A grant is used for the last time, and still stands",
        back: 1,
        tell: (s) => {
            s.give({ uses: 1 });
            s.write(STUDIO, s.use());
            later(s);
        },
    },
    {
        rule: "useRecorded",
        name: "A use is of no video",
        tell: (s) => s.write(STUDIO, s.use({}, { videos: [] })),
    },
    {
        rule: "useRecorded",
        name: "A use is of one video twice",
        tell: (s) => {
            const video = { video: CLIP, reason: "noConsent", spent: [], reliedOn: null };
            s.write(STUDIO, s.use({}, { videos: [video, video] }));
        },
    },
    {
        rule: "useRecorded",
        name: "A use without consent spends a grant",
        tell: (s) => {
            s.give();
            s.write(STUDIO, s.use({ reason: "noConsent" }));
        },
    },
    {
        rule: "useRecorded",
        name: "A use spends a grant twice",
        tell: (s) => {
            s.give();
            s.write(STUDIO, s.use({ spent: [idOf(7), idOf(7)] }));
        },
    },
    { rule: "useUnknownGrant", name: "A use spends what was never given", tell: (s) => s.write(STUDIO, s.use()) },
    {
        rule: "useUnknownGrant",
        name: "A use spends a grant that does not count its uses",
        tell: (s) => {
            s.give({ uses: null });
            s.write(STUDIO, s.use());
        },
    },
    ...[{ purpose: "training" }, { videos: [{ video: OTHER, reason: "grant", spent: [idOf(7)], reliedOn: null }] }].map(
        (more) => ({
            rule: "useUnknownGrant",
            name: `A grant is spent for ${JSON.stringify(more)}`,
            tell: (/** @type {Story} */ s) => {
                s.give();
                s.write(STUDIO, s.use({}, more));
            },
        }),
    ),
    {
        rule: "useUnknownGrant",
        name: "A use by another requester",
        tell: (s) => {
            s.give();
            s.write(LABEL, s.use({}, { ...s.next(LABEL), requester: "label" }));
        },
    },
    {
        rule: "useUnknownGrant",
        name: "A use for a purpose that is newer than the grant",
        tell: (s) => {
            s.give();
            s.write("$vocabulary", s.purpose("remix.dub", 2));
            s.write(STUDIO, s.use({}, { purpose: "remix.dub" }));
        },
    },
    {
        rule: "useUnknownGrant",
        name: "A use two minutes before its grant",
        back: 0,
        tell: (s) => {
            s.write(STUDIO, s.use());
            s.wait(MINUTE);
            s.give();
        },
    },
    {
        rule: "useBeyondGrant",
        name: "A second use of a grant for one",
        tell: (s) => {
            const grant = s.give({ uses: 1 });
            s.write(STUDIO, s.use());
            s.write("ana", s.ends("spent", grant));
            s.write(STUDIO, s.use({}, {}, 18));
        },
    },
    {
        rule: "useAfterGrant",
        name: "A use after the end of a grant",
        tell: (s) => {
            s.give();
            s.wait(8 * DAY);
            s.write(STUDIO, s.use());
        },
    },
    {
        rule: "useAfterGrant",
        name: "A use after a grant was revoked",
        tell: (s) => {
            s.write("ana", s.ends("revoked", s.give()));
            s.wait(MINUTE);
            s.write(STUDIO, s.use());
        },
    },
    {
        rule: "useAfterGrant",
        name: "A use after its creator was erased",
        tell: (s) => {
            s.give();
            s.erase("ana", [[3, s.log.entries.length - 1]]);
            s.wait(MINUTE);
            s.write(STUDIO, s.use());
        },
    },
    ...[
        [DAY, undefined],
        [-7 * MINUTE, undefined],
        [0, DAY],
        [0, -31 * DAY],
        [-2 * DAY, -DAY],
    ].map(([usedAt = 0, decidedAt]) => ({
        rule: "useMoment",
        name: `A use of ${usedAt / MINUTE} minutes later, with a receipt of ${decidedAt}`,
        tell: (/** @type {Story} */ s) => {
            const reliedOn = decidedAt === undefined ? null : { decidedAt: s.at(decidedAt), receipt: true };
            s.write(STUDIO, s.use({ reason: "creatorDefault", spent: [], reliedOn }, { usedAt: s.at(usedAt) }));
        },
    })),
    {
        rule: "useUngranted",
        name: "A use was allowed by a grant that nobody gave",
        tell: (s) => s.write(STUDIO, s.use({ spent: [] })),
    },
    {
        rule: "useUngranted",
        name: "A use was allowed by a counted grant, and does not spend it",
        tell: (s) => {
            s.give();
            s.write(STUDIO, s.use({ spent: [] }));
        },
    },
    ...[
        { state: "acknowledged" },
        { statement: { hmac: "A".repeat(43) } },
        { stopBy: "2027-01-01T00:00:00.000000Z" },
    ].map((more) => ({
        rule: "recallIssued",
        name: `A recall begins with ${JSON.stringify(more)}`,
        tell: (/** @type {Story} */ s) => s.write(STUDIO, s.recalls(s.recall(more))),
    })),
    {
        rule: "recallAnswered",
        name: "What was acknowledged is disputed",
        tell: (s) => {
            const recall = s.recall();
            s.write(STUDIO, s.recalls(recall));
            s.write(STUDIO, s.recalls({ ...recall, ...s.next(STUDIO), state: "acknowledged" }));
            s.write(STUDIO, s.recalls({ ...recall, ...s.next(STUDIO), state: "disputed" }));
        },
    },
    ...[{ state: "open" }, { state: "disputed", stopBy: "2028-01-01T00:00:00.000000Z" }].map((more) => ({
        rule: "recallAnswered",
        name: `A recall is answered with ${JSON.stringify(more)}`,
        tell: (/** @type {Story} */ s) => {
            const recall = s.recall();
            s.write(STUDIO, s.recalls(recall));
            s.write(STUDIO, s.recalls({ ...recall, ...s.next(STUDIO), ...more }));
        },
    })),
];

/**
 * Records that no registry writes.
 *
 * @type {readonly { name: string, tell: (story: Story) => void }[]}
 */
export const MALFORMED = [
    { name: "no key", tell: (s) => s.log.add({ stream: "ana", tx: s.now, body: { key: null } }) },
    {
        name: "an owner as a participant",
        tell: (s) => s.write("ana", s.video({ participants: [{ creatorId: "bea", role: "owner" }] })),
    },
    {
        name: "a participant twice",
        tell: (s) =>
            s.write("ana", s.video({ participants: [0, 1].map(() => ({ creatorId: "bea", role: "depicted" })) })),
    },
    { name: "a source twice", tell: (s) => s.write("ana", s.video({ derivedFrom: [OTHER, OTHER] })) },
    { name: "no identifiers in a list", tell: (s) => s.write("ana", s.video({ identifiers: [] })) },
    {
        name: "identifiers in another order",
        tell: (s) => s.write("ana", s.video({ identifiers: identifiers(2).reverse() })),
    },
    { name: "a request for no use", tell: (s) => asked(s, { uses: 0 }) },
    { name: "a grant for no use", tell: (s) => s.give({}, { uses: 0 }) },
    { name: "a stop of no purpose", tell: (s) => s.write("ana", s.stop({ purposes: [] })) },
    { name: "purposes in another order", tell: (s) => s.write("ana", s.stop({ purposes: ["training", "remix"] })) },
    { name: "a purpose of five levels", tell: (s) => s.write("ana", s.stop({ purposes: ["a.b.c.d.e"] })) },
    { name: "a deny with a condition", tell: (s) => s.write("ana", s.override({ conditions: ["attribution"] })) },
    {
        name: "an ask that expires",
        tell: (s) => s.write("ana", s.override({ effect: "ask", expiresAt: s.at(DAY) })),
    },
    { name: "a default without a segment", tell: (s) => s.write("ana", s.default([])) },
    {
        name: "a default of 65 segments",
        tell: (s) =>
            s.write("ana", s.default(Array.from({ length: 65 }, (_, i) => s.segment({ from: s.at(i - 100) })))),
    },
    {
        name: "segments in another order",
        tell: (s) => s.write("ana", s.default([s.segment({ from: s.at(1) }), s.segment({ from: s.at(0) })])),
    },
    {
        name: "a purpose below another than its parent",
        tell: (s) => {
            const { after, ...more } = s.purpose("remix.dub", 2);
            s.write("$vocabulary", { ...more, after: { ...after, parent: "training" } });
        },
    },
    {
        name: "a grant that is spent by a revocation",
        tell: (s) => s.write("ana", { ...s.ends("spent", s.give()), type: "grantRevoked" }),
    },
    {
        name: "a use that was another before",
        tell: (s) => s.write(STUDIO, { ...s.use(), before: s.use().after }),
    },
    {
        name: "hashes of identifiers in another order",
        tell: (s) => {
            const hmacs = [1, 0].map((byte) => Buffer.alloc(16, byte).toString("base64url"));
            const after = { erasedAt: s.at(0), identifiers: { kid: "AAAAAAAAAAA", hmacs } };
            s.log.add({ stream: "ana", tx: s.now, erase: { ranges: [], eids: [] }, body: { after } });
        },
    },
];

/**
 * What two streams may have in another order than they were changed in, and what else is honest.
 *
 * @type {readonly { name: string, tell: (story: Story) => void }[]}
 */
export const HONEST = [
    {
        name: "a creator changes settings by the ratchet",
        tell: (s) => {
            const old = s.segment({ effect: "ask" });
            s.write("ana", s.default([old]));
            const allow = s.segment({ effect: "allow", from: s.at(0) });
            s.write("ana", s.default([old, allow]));
            const conditions = ["attribution"];
            const stamp = s.next("ana");
            // Both segments get the condition, and the new one is like the last of them.
            s.write("ana", s.default([old, allow].map((one) => ({ ...one, ...stamp, conditions }))));
            s.write("ana", s.default([s.segment({ effect: "allow", expiresAt: s.at(DAY) })]));
            s.write("ana", s.default([s.segment()]));
            s.write("ana", s.default(null));
            s.write("ana", s.override({ effect: "allow" }));
            s.write("ana", s.override({ effect: "ask", conditions: ["attribution", "labelAsAi"] }));
            s.write("ana", s.override(null));
        },
    },
    {
        name: "neighbors that become alike are one segment",
        tell: (s) => {
            const old = s.segment({ effect: "allow", conditions: ["labelAsAi"] });
            s.write("ana", s.default([old]));
            s.write("ana", s.default([old, s.segment({ effect: "allow", from: s.at(0) })]));
            s.write("ana", s.default([old]));
        },
    },
    {
        name: "stops are added to and lifted",
        tell: (s) => {
            s.write("ana", s.stop({ purposes: ["remix"] }));
            s.write("ana", s.stop({ purposes: ["remix", "training"] }));
            s.write("ana", s.stop());
            s.write("ana", s.stop(null));
        },
    },
    {
        name: "facts about a video widen with a reason",
        tell: (s) => {
            const participants = [{ creatorId: "bea", role: "depicted" }];
            s.write("ana", s.video({ participants, publishedAt: s.at(30_000_000) }));
            s.write("ana", { ...s.video(), reason: "It was another." });
        },
    },
    {
        name: "who was blocked may ask again",
        tell: (s) => {
            s.write("ana", s.blocks(true));
            s.write("ana", s.blocks(false));
            asked(s);
        },
    },
    {
        name: "a grant is used up, and revoked after that",
        tell: (s) => {
            const grant = s.give();
            s.write(STUDIO, s.use());
            s.write(STUDIO, s.use({}, { purpose: "remix.voice" }, 18));
            s.write("ana", s.ends("spent", grant));
            s.write("ana", s.ends("revoked", grant));
            later(s);
        },
    },
    {
        name: "a deny revokes a grant in the same version",
        tell: (s) => {
            const grant = s.give();
            s.write("ana", s.default([s.segment()]), s.ends("revoked", grant));
        },
    },
    {
        name: "a deny leaves a grant that is over, and one for another requester",
        tell: (s) => {
            s.give();
            s.write("ana", s.override({}, { requester: "label" }));
            s.wait(8 * DAY);
            s.write("ana", s.default([s.segment()]));
        },
    },
    {
        name: "the log has a purpose a little later than what names it",
        tell: (s) => {
            s.write("ana", s.default([s.segment({ effect: "allow", vocabularyVersion: 2 })], "remix.dub"));
            s.write("$vocabulary", s.purpose("remix.dub", 2));
        },
    },
    {
        name: "the log has the last use a little later than what it does to the grant",
        tell: (s) => {
            const grant = s.give({ uses: 1 });
            s.write("ana", s.ends("spent", grant));
            s.wait(-MINUTE);
            s.write(STUDIO, s.use());
            later(s);
        },
    },
    {
        name: "the log has a use a little before the grant",
        tell: (s) => {
            s.write(STUDIO, s.use());
            s.wait(-2 * MINUTE);
            s.give();
        },
    },
    {
        name: "a use by a grant that does not count stands before it and after it",
        tell: (s) => {
            s.write(STUDIO, s.use({ spent: [] }));
            s.wait(-2 * MINUTE);
            s.give({ uses: null });
            s.write(STUDIO, s.use({ spent: [] }, {}, 18));
        },
    },
    {
        name: "a receipt counts from its own time",
        tell: (s) => {
            const grant = s.give();
            const reliedOn = { decidedAt: s.at(0), receipt: true };
            s.write("ana", s.ends("revoked", grant));
            s.wait(20 * DAY);
            s.write(STUDIO, s.use({ reliedOn }, { usedAt: s.at(-19 * DAY) }));
        },
    },
    {
        name: "a requester's stream names creators by pseudonyms",
        tell: (s) => {
            s.give();
            const video = { creatorId: "~pseudonym:abc", videoId: "clip" };
            s.write(STUDIO, s.use({ video }));
            const erased = { video: { ...video, creatorId: "~pseudonym:erased" }, reason: "unknownVideo", spent: [] };
            const videos = [0, 1].map(() => ({ ...erased, reliedOn: null }));
            s.write(STUDIO, s.use({}, { videos }, 18));
        },
    },
    {
        name: "a use names a purpose that nobody knows, and says so",
        tell: (s) => s.write(STUDIO, s.use({ reason: "unknownPurpose", spent: [] }, { purpose: "dance" })),
    },
    {
        name: "a recall is answered after names and words were erased",
        tell: (s) => {
            const recall = s.recall();
            s.write(STUDIO, s.recalls(recall));
            const disputed = { ...recall, ...s.next(STUDIO), state: "disputed", statement: { hmac: "A".repeat(43) } };
            s.write(STUDIO, s.recalls(disputed));
            const video = { ...CLIP, creatorId: "~pseudonym:erased" };
            const before = { ...disputed, creator: null, statement: null, video };
            s.write(STUDIO, {
                ...s.recalls({ ...before, ...s.next(STUDIO), state: "acknowledged" }),
                before,
            });
        },
    },
    {
        name: "grants whose events were erased are spent",
        tell: (s) => {
            s.log.add({ stream: "ana", type: "approvalChanged", of: 2, tx: s.now, erased: true });
            s.log.add({ stream: "ana", type: "grantGiven", tx: s.now, erased: true });
            s.wait(MINUTE);
            s.write(STUDIO, s.use());
            s.write(STUDIO, s.use({ spent: [] }, {}, 18));
            s.erase("ana", [[3, 4]]);
        },
    },
    {
        name: "an erasure names an event with a body by its id",
        tell: (s) => {
            s.write("ana", s.stop());
            s.log.add({ stream: "ana", tx: s.now, erase: { ranges: [], eids: [eidOf(3)] } });
        },
    },
    {
        name: "a creator is erased whose grant is used up",
        tell: (s) => {
            s.give({ uses: 1 });
            s.write(STUDIO, s.use());
            s.erase("ana", [[3, 5]]);
            later(s);
        },
    },
];
