import assert from "node:assert/strict";
import { test } from "node:test";
import { trustOf } from "../verify/keys.js";
import { accept, cannotJudge } from "../verify/outcome.js";
import { RememberedCheckpoints } from "../verify/remembered.js";
import { verifyNewest } from "../verify/verify.js";
import { Log, sampleLog, Signer, toFile } from "./support/log.js";
import { registryOf } from "./support/registry.js";
import { all, assertValid, failureOf, verify } from "./support/steps.js";

/** @param {import("../verify/registry.js").Registry} registry @param {RememberedCheckpoints} remembered */
async function contextOf(registry, remembered) {
    const keys = await registry.keys();
    assert.ok(keys.ok);
    return { trust: trustOf([], keys.value), registry, remembered };
}

/** What is said about the newest checkpoint of a log. @param {Log} log @param {RememberedCheckpoints} remembered */
async function look(log, remembered, changes = {}) {
    const steps = await all(verifyNewest(await contextOf({ ...registryOf(() => log), ...changes }, remembered)));
    const step = steps.find(({ step: name }) => name === "remembered");
    return `${step?.status} ${step?.text}`;
}

/** @param {Signer} signer @param {number} length @param {string} [stream] */
function logOf(signer, length, stream = "ana") {
    const log = new Log(signer);
    for (let i = 0; i < length; i++) log.add({ stream });
    return log;
}

test("a log that goes on is remembered further", async () => {
    const store = new Map();
    const signer = new Signer();
    const remembered = new RememberedCheckpoints(store);
    assert.equal(await look(logOf(signer, 0), remembered), "skipped nothing");
    assert.equal(await look(logOf(signer, 3), remembered), "passed remembered.first");
    for (const size of [3, 4, 7, 8, 30])
        assert.equal(await look(logOf(signer, size), new RememberedCheckpoints(store)), "passed remembered.consistent");
    assert.equal(store.size, 1);
    assert.deepEqual([...remembered.sizes()], [30]);
});

test("a fork and a smaller log raise an alarm that stands until it is dismissed", async () => {
    for (const [other, alarm] of /** @type {[number, string][]} */ ([
        [8, "fork"],
        [5, "fork"],
        [9, "fork"],
        [4, "smaller"],
        [0, "smaller"],
    ])) {
        const store = new Map();
        const signer = new Signer();
        const remembered = new RememberedCheckpoints(store);
        await look(logOf(signer, 5), remembered);
        const before = JSON.parse([...store.values()][0]).note;
        assert.equal(await look(logOf(signer, other, "eve"), remembered), `failed remembered.${alarm}`, `${other}`);
        assert.equal(JSON.parse([...store.values()][0]).note, before, "the evidence is kept");
        assert.deepEqual(
            remembered.alarms().map(({ key }) => key),
            [`remembered.${alarm}`],
        );
        // The first history again does not end the alarm, nor does another page.
        assert.equal(await look(logOf(signer, 6), new RememberedCheckpoints(store)), "failed remembered.alarm");
        assert.equal(JSON.parse([...store.values()][0]).note, before);
        remembered.dismiss();
        assert.deepEqual(remembered.alarms(), []);
        assert.equal(await look(logOf(signer, 6), remembered), "passed remembered.consistent");
        assert.equal(await look(logOf(signer, 12, "eve"), remembered), "failed remembered.fork");
        remembered.forget();
        assert.equal(await look(logOf(signer, 12, "eve"), remembered), "passed remembered.first");
    }
});

test("nothing is replaced where the log does not prove that it goes on", async () => {
    const signer = new Signer();
    const store = new Map();
    const remembered = new RememberedCheckpoints(store);
    await look(logOf(signer, 5), remembered);
    const before = [...store];
    const failing = { consistency: async () => cannotJudge("fetch.failed", { address: "x" }) };
    assert.equal(await look(logOf(signer, 9), remembered, failing), "failed remembered.noProof");
    assert.deepEqual([...store], before);
    const lying = { consistency: async () => accept([new Uint8Array(32)]) };
    assert.equal(await look(logOf(signer, 9), remembered, lying), "failed remembered.fork");
});

test("another key of the same log has to continue the same history", async () => {
    const store = new Map();
    const remembered = new RememberedCheckpoints(store);
    const [old, next] = [new Signer(), new Signer()];
    await look(logOf(old, 5), remembered);
    assert.equal(await look(logOf(next, 9, "eve"), remembered), "failed remembered.fork");
    remembered.dismiss();
    assert.equal(await look(logOf(next, 9), remembered), "passed remembered.newKey");
    assert.equal(store.size, 2);
    assert.equal(await look(logOf(next, 11), remembered), "passed remembered.consistent");
    const other = new Signer("log.example.org/other");
    assert.equal(await look(logOf(other, 2), remembered), "passed remembered.first");
});

test("an older export is no alarm, and one of another history is", async () => {
    const signer = new Signer();
    const remembered = new RememberedCheckpoints(new Map());
    const now = logOf(signer, 20);
    await look(now, remembered);
    const context = await contextOf(
        registryOf(() => now),
        remembered,
    );
    assertValid(await verify(toFile(logOf(signer, 7).lines()), context));
    assertValid(await verify(Buffer.from(logOf(signer, 7).note()), context));
    assertValid(await verify(toFile(logOf(signer, 20).bundle("ana")), context));
    // A longer export has the root itself, and needs no proof of the registry.
    const silent = { ...context, registry: null };
    assertValid(await verify(toFile(logOf(signer, 21).lines()), silent));
    assert.equal(failureOf(await verify(toFile(logOf(signer, 7).lines()), silent)), "remembered remembered.noProof");
    assert.equal(
        failureOf(await verify(toFile(logOf(signer, 25, "eve").lines()), silent)),
        "remembered remembered.fork",
    );
    assert.deepEqual(
        remembered.alarms().map(({ key }) => key),
        ["remembered.fork"],
    );
});

test("a file with keys of its own contradicts nothing", async () => {
    const signer = new Signer();
    const remembered = new RememberedCheckpoints(new Map());
    await look(logOf(signer, 5), remembered);
    const steps = await verify(toFile(logOf(new Signer(), 9, "eve").lines()), { remembered });
    assertValid(steps);
    assert.ok(!steps.some(({ step }) => step === "remembered"));
    assert.deepEqual(remembered.alarms(), []);
});

test("what is remembered is not believed after somebody altered it", async () => {
    const signer = new Signer();
    const store = new Map();
    const remembered = new RememberedCheckpoints(store);
    await look(logOf(signer, 5), remembered);
    const [[name, value] = ["", ""]] = store;
    const others = [
        "",
        "{}",
        "null",
        "[]",
        "x",
        value.replace("alarm", "alert"),
        value.replace("\\n5\\n", "\\n4\\n"),
        value.replace(signer.vkey, new Signer().vkey),
    ];
    for (const other of others) {
        store.set(name, other);
        assert.equal(await look(logOf(signer, 6), remembered), "failed remembered.broken", other);
        assert.equal(store.get(name), other);
        assert.doesNotThrow(() => [remembered.sizes(), remembered.alarms(), remembered.dismiss()]);
    }
    store.set(name, value);
    for (let i = 0; i < 20; i++) store.set(`consent-log:${signer.origin} ${i}`, "{}");
    assert.equal(await look(logOf(signer, 6), remembered), "failed remembered.tooMany");
});

test("a browser that stores nothing says so", async () => {
    const denied = () => {
        throw new DOMException("denied", "SecurityError");
    };
    const remembered = new RememberedCheckpoints({ get: denied, set: denied, delete: denied, keys: denied });
    assert.equal(await look(sampleLog(), remembered), "skipped remembered.unavailable");
});

test("what another page remembered in the meantime stays", async () => {
    const signer = new Signer();
    const store = new Map();
    const remembered = new RememberedCheckpoints(store);
    await look(logOf(signer, 5), remembered);
    const [name] = store.keys();
    const later = JSON.stringify({ vkey: signer.vkey, note: logOf(signer, 30).note(), alarm: null });
    const log = logOf(signer, 9);
    const consistency = async (/** @type {number} */ from, /** @type {number} */ to) => {
        store.set(name, later);
        return registryOf(() => log).consistency(from, to);
    };
    assert.equal(await look(log, remembered, { consistency }), "passed remembered.consistent");
    assert.equal(store.get(name), later);
});
