import assert from "node:assert/strict";
import { test } from "node:test";
import { readKeySet, trustOf } from "../verify/keys.js";
import { accept, cannotJudge } from "../verify/outcome.js";
import { verdictOf } from "../verify/steps.js";
import { Log, sampleLog, Signer, toFile } from "./support/log.js";
import { registryOf } from "./support/registry.js";
import { golden } from "./support/repository.js";
import { assertValid, failureOf, verify } from "./support/steps.js";

/** @param {Signer} signer */
function keysOf(signer) {
    const keys = readKeySet(JSON.stringify({ keys: signer.keys }));
    assert.ok(keys.ok);
    return keys.value;
}

test("receipts of every version are found in the log, and are not decided again", async () => {
    const receipts = golden("every-event.receipts").toString().trim().split("\n");
    const steps = await verify(golden("every-event.ndjson"), { receipts, replays: false });
    assertValid(steps);
    assert.deepEqual(
        steps.filter(({ step }) => step === "root").map(({ text }) => text),
        receipts.map(() => "receipt.rootInExport"),
    );
    assert.deepEqual(
        steps.filter(({ step }) => step === "decision").map(({ status }) => status),
        receipts.map(() => "skipped"),
    );
});

test("each letter of a receipt counts", async () => {
    const log = sampleLog();
    const receipt = log.receipt();
    const context = { trust: trustOf([], keysOf(log.signer)), registry: registryOf(() => log) };
    assertValid(await verify(Buffer.from(receipt), context));
    assertValid(await verify(Buffer.from(`${receipt}\r\n\n${receipt}\n`), context));
    for (let i = 0; i < receipt.length; i++) {
        const other = receipt.slice(0, i) + (receipt[i] === "A" ? "B" : "A") + receipt.slice(i + 1);
        assert.notEqual(verdictOf(await verify(Buffer.from(other), context)), "valid", `at ${i}`);
    }
});

test("each alteration that could be signed is found", async () => {
    const log = sampleLog();
    const fork = new Log(log.signer).add({ stream: "eve" });
    const trust = trustOf([], keysOf(log.signer));
    const registry = registryOf(() => log);
    const head = { origin: log.signer.origin, root: "A".repeat(43), size: 15 };
    /** @type {[string, string][]} */
    const cases = [
        ["root receipt.otherRoot", fork.receipt()],
        ["root receipt.otherRoot", log.receipt({ log: head })],
        ["root receipt.rootUnknown", sampleLog(log.signer).add({ stream: "ana" }).receipt()],
        ["root header.otherOrigin", log.receipt({ log: { ...head, origin: "log.example.org/other" } })],
        ["signature receipt.form", log.receipt({ log: { ...head, root: "AAAA" } })],
        ["signature receipt.form", log.receipt({ log: { ...head, size: -1 } })],
        ["signature receipt.form", log.receipt({ log: { ...head, more: 1 } })],
        ["signature receipt.form", log.receipt({ more: 1 })],
        ["signature receipt.form", log.receipt({ versions: { ana: "1" } })],
        ["signature receipt.form", log.receipt({ decision: null })],
        ["signature receipt.form", log.receipt({ v: 0 })],
        ["signature format.newer", log.receipt({ v: 2 })],
        ["signature jws.unknownKey", sampleLog(new Signer()).receipt()],
        ["signature jws.header", log.signer.jws("consent-stream+jws", {})],
        ["lines file.unknown", `${log.receipt()}.x`],
        ["signature jws.form", log.receipt().replace(/\..*\./, ".AAAA.")],
        ["signature jws.tooLong", `${log.receipt()}\n${"A".repeat(300_000)}`],
    ];
    for (const [i, [expected, receipt]] of cases.entries()) {
        assert.equal(failureOf(await verify(Buffer.from(`${receipt}\n`), { trust, registry })), expected, `case ${i}`);
    }
});

test("without keys, or without a log, a receipt cannot be judged", async () => {
    const log = sampleLog();
    const trust = trustOf([], keysOf(log.signer));
    const unknown = await verify(Buffer.from(log.receipt()));
    assert.equal(failureOf(unknown), "signature key.none");
    assert.equal(verdictOf(unknown), "unjudged");
    assert.equal(failureOf(await verify(Buffer.from(log.receipt()), { trust })), "root receipt.rootUnknown");
    const broken = { ...registryOf(() => log), checkpoint: async () => cannotJudge("fetch.failed", { address: "x" }) };
    assert.equal(failureOf(await verify(Buffer.from(log.receipt()), { trust, registry: broken })), "root fetch.failed");
    const lying = { ...registryOf(() => log), consistency: async () => accept([new Uint8Array(32)]) };
    assert.equal(
        failureOf(await verify(Buffer.from(log.receipt({}, 3)), { trust, registry: lying })),
        "root receipt.otherRoot",
    );
    const unsigned = { ...registryOf(() => sampleLog(new Signer())) };
    assert.equal(
        failureOf(await verify(Buffer.from(log.receipt()), { trust, registry: unsigned })),
        "root checkpoint.unsigned",
    );
});

test("a pinned key of checkpoints says nothing about the key of receipts", async () => {
    const log = sampleLog();
    const keys = keysOf(log.signer);
    const trust = trustOf(keys.verifiers, keys);
    const steps = await verify(Buffer.from(log.receipt()), { trust, registry: registryOf(() => log) });
    assertValid(steps);
    assert.deepEqual(
        steps.filter(({ step }) => step === "key").map(({ text }) => text),
        ["key.registry"],
    );
});

test("a receipt of another time than its versions is not valid, also of an erased stream", async () => {
    const start = 1_800_000_000_000_000;
    const minutes = (/** @type {number} */ count) => start + count * 60_000_000;
    const log = new Log()
        .add({ stream: "ana", tx: minutes(0), erased: true })
        .add({ stream: "bea", tx: minutes(1) })
        .add({ stream: "ana", tx: minutes(10), erased: true })
        .add({ stream: "bea", tx: minutes(11) })
        .add({
            stream: "ana",
            tx: minutes(20),
            erase: {
                ranges: [
                    [0, 0],
                    [2, 2],
                ],
                eids: [],
            },
        });
    const file = toFile(log.lines());
    /** @param {number} minute @param {object} versions */
    const at = (minute, versions) => {
        const seconds = new Date(minutes(minute) / 1_000).toISOString().slice(0, 19);
        return log.receipt({ at: `${seconds}.000000Z`, versions });
    };
    /** @type {[string, string][]} */
    const cases = [
        ["", at(5, { ana: 1, bea: 1 })],
        ["", at(15, { ana: 2, bea: 2 })],
        ["", at(25, { ana: 3, bea: 2 })],
        ["time receipt.late", at(11.5, { ana: 1 })],
        ["time receipt.late", at(25, { ana: 2 })],
        ["time receipt.late", at(12.5, { bea: 1 })],
        ["time receipt.late", at(25, { carl: 0, bea: 0 })],
        ["time receipt.early", at(8, { ana: 2 })],
        ["time receipt.early", at(9, { bea: 2 })],
        ["time receipt.timeNotShown", at(10.5, { ana: 1 })],
        ["time receipt.timeNotShown", at(10.5, { bea: 2 })],
        ["time receipt.longer", at(25, { bea: 3 })],
        ["time receipt.longer", at(25, { carl: 1 })],
        ["signature receipt.form", log.receipt({ at: "yesterday" })],
    ];
    for (const [i, [expected, receipt]] of cases.entries()) {
        const steps = await verify(file, { receipts: [receipt] });
        if (expected === "") assertValid(steps);
        else assert.equal(failureOf(steps), expected, `case ${i}`);
        if (expected.endsWith("NotShown")) assert.equal(verdictOf(steps), "unjudged");
    }
});

test("a receipt of a tree that the export does not reach is not valid", async () => {
    const log = sampleLog();
    const file = toFile(log.lines());
    const beyond = sampleLog(log.signer).add({ stream: "ana" }).receipt();
    assert.equal(failureOf(await verify(file, { receipts: [beyond] })), "root receipt.rootUnknown");
    assert.equal(
        failureOf(
            await verify(file, {
                receipts: [log.receipt({ log: { origin: log.signer.origin, root: "A".repeat(43), size: 3 } })],
            }),
        ),
        "root receipt.otherRoot",
    );
    assert.equal(failureOf(await verify(file, { receipts: ["x"] })), "signature jws.form");
});
