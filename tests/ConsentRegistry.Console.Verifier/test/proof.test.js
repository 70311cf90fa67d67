import assert from "node:assert/strict";
import { test } from "node:test";
import { readKeySet, trustOf } from "../verify/keys.js";
import { verdictOf } from "../verify/steps.js";
import { verifyEntry } from "../verify/verify.js";
import { sampleLog, Signer } from "./support/log.js";
import { all, assertValid, failureOf, verify } from "./support/steps.js";

const log = sampleLog();
const keys = readKeySet(JSON.stringify({ keys: log.signer.keys }));
assert.ok(keys.ok);
const trust = trustOf([], keys.value);

/** @param {unknown} given @param {object} [shown] */
const look = (given, shown) => all(verifyEntry(given, { trust }, shown));

/** @param {number} seq */
const withBody = (seq) => ({ ...log.proof(seq), body: log.entries[seq]?.body, salt: log.entries[seq]?.salt });

const SHOWN = {
    eventId: log.proof(4).eventId,
    seq: 4,
    kind: "lockdownChanged",
    version: 2,
    ordinal: 1,
    count: 3,
    at: "2027-01-15T08:00:04.000000Z",
};

test("the proof of each entry is valid, at every size", async () => {
    for (let seq = 0; seq < log.entries.length; seq++) {
        assertValid(await look(withBody(seq)));
        for (let size = seq + 1; size <= log.entries.length; size++) assertValid(await look(log.proof(seq, size)));
    }
    assertValid(await verify(Buffer.from(JSON.stringify(log.proof(4), null, 2)), { trust }));
});

test("without the body nothing is said about what the entry says", async () => {
    const steps = await look(log.proof(4));
    assertValid(steps);
    assert.deepEqual(
        steps.filter(({ step }) => step === "body").map(({ status }) => status),
        ["skipped"],
    );
});

test("each alteration of a proof is found", async () => {
    const proof = withBody(4);
    /** @type {[string, object][]} */
    const cases = [
        ["leaf proof.otherEvent", { eventId: log.proof(5).eventId }],
        ["leaf proof.otherEvent", { leaf: log.proof(5).leaf }],
        ["inclusion inclusion.failed", { seq: 5 }],
        ["inclusion inclusion.failed", { seq: 99 }],
        ["inclusion inclusion.failed", { size: 14 }],
        ["inclusion inclusion.failed", { root: log.proof(4, 14).root }],
        ["inclusion inclusion.failed", { proof: log.proof(5).proof }],
        ["inclusion inclusion.failed", { proof: [] }],
        ["inclusion inclusion.failed", { checkpoint: log.note(14) }],
        ["body body.commitment", { body: log.entries[5]?.body }],
        ["body body.commitment", { salt: log.entries[5]?.salt }],
        ["body body.salt", { salt: null }],
        ["leaf proof.form", { body: null }],
        ["leaf proof.form", { body: 7 }],
        ["leaf proof.form", { more: 1 }],
        ["leaf proof.form", { proof: ["x"] }],
        ["leaf proof.form", { proof: Array.from({ length: 65 }, () => log.proof(4).root) }],
        ["leaf proof.form", { seq: -1 }],
        ["leaf proof.form", { root: "AAAA" }],
        ["leaf leaf.form", { leaf: 7 }],
        ["signature proof.noCheckpoint", { checkpoint: null }],
        ["signature note.form", { checkpoint: "x" }],
        ["signature checkpoint.unsigned", { checkpoint: sampleLog(new Signer()).note() }],
    ];
    for (const [expected, members] of cases)
        assert.equal(failureOf(await look({ ...proof, ...members })), expected, JSON.stringify(members));
    for (const given of [undefined, null, 7, "x", [], {}])
        assert.equal(failureOf(await look(given)), "leaf proof.form");
});

test("what the page shows has to be what the leaf says", async () => {
    const steps = await look(log.proof(4), SHOWN);
    assertValid(steps);
    assert.deepEqual(
        steps.filter(({ step }) => step === "shown").map(({ status }) => status),
        ["passed"],
    );
    const others = {
        eventId: "x",
        seq: 5,
        kind: "holdChanged",
        version: 3,
        ordinal: 2,
        count: 2,
        at: "2027-01-15T08:00:04.000001Z",
    };
    for (const [name, value] of Object.entries(others)) {
        const differing = await look(log.proof(4), { ...SHOWN, [name]: value });
        assert.equal(failureOf(differing), "shown shown.differs", name);
        assert.ok(differing.find(({ status }) => status === "failed")?.detail.includes(name));
        assert.equal(verdictOf(differing), "invalid");
    }
    for (const at of ["", 7, null, "2027-01-15T09:00:04+01:00"])
        assert.equal(failureOf(await look(log.proof(4), { ...SHOWN, at })), "shown shown.differs");
});
