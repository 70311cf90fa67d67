import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { readCheckpoint } from "../verify/checkpoint.js";
import { readKeySet, trustOf } from "../verify/keys.js";
import { verdictOf } from "../verify/steps.js";
import { eidOf, Log, ORIGIN, sampleLog, Signer, toFile } from "./support/log.js";
import { numbers } from "./support/random.js";
import { golden, goldenFolder } from "./support/repository.js";
import { assertValid, failureOf, verify } from "./support/steps.js";

/** @typedef {import("./support/log.js").Line} Line */

/**
 * An export whose lines were altered, with the end that fits.
 * @param {(lines: Line[]) => Line[] | void} alter
 * @param {Log} [log]
 */
function altered(alter, log = sampleLog()) {
    const lines = log.lines();
    return toFile(alter(lines) ?? lines);
}

/** @param {readonly Line[]} lines @param {number} seq */
const entryOf = (lines, seq) => /** @type {{ [name: string]: string }} */ (lines.find((line) => line.seq === seq));

/** @param {Line[]} lines @param {number} seq @param {Line} members */
const change = (lines, seq, members) => lines.map((line) => (line.seq === seq ? { ...line, ...members } : line));

/** @param {string | undefined} json @param {object} members */
const rewritten = (json, members) => JSON.stringify({ ...JSON.parse(json ?? ""), ...members });

/** @param {Line[]} lines @param {number} a @param {number} b */
function swap(lines, a, b) {
    const [first, second] = [a, b].map((seq) => lines.findIndex((line) => line.seq === seq));
    return lines.map((line, i) =>
        i === first ? (lines[second ?? 0] ?? line) : i === second ? (lines[first ?? 0] ?? line) : line,
    );
}

test("the exports and bundles of every version are valid", async () => {
    // The bundle of a receipt is for `consent verify`.
    const names = readdirSync(goldenFolder).filter((name) => /(?<!\.receipt)\.ndjson$/.test(name));
    assert.ok(names.length >= 4);
    for (const name of names) {
        // What it says was made up before there were rules of replay: docs/explanation/event-formats.md.
        const replays = !name.startsWith("every-event");
        assertValid(await verify(golden(name), { replays }));
        if (!replays) assert.equal(failureOf(await verify(golden(name))), "meaning rule.settingRatchet");
    }
});

test("each line of the newest golden export counts", async () => {
    for (const name of ["every-event.ndjson", "every-event.ana.ndjson", "obeys-rules.ndjson", "obeys-rules.ana.ndjson"]) {
        const lines = golden(name).toString().trimEnd().split("\n");
        for (const [i, line] of lines.entries()) {
            const middle = line.length >> 1;
            const letter = line[middle] === "a" ? "b" : "a";
            const others = [
                [...lines.slice(0, i), ...lines.slice(i + 1)],
                [...lines.slice(0, i), line, ...lines.slice(i)],
                [...lines.slice(0, i), line.slice(0, middle) + letter + line.slice(middle + 1), ...lines.slice(i + 1)],
            ];
            for (const [how, other] of others.entries()) {
                assert.notEqual(
                    verdictOf(await verify(Buffer.from(`${other.join("\n")}\n`), { replays: false })),
                    "valid",
                    `${name}, line ${i + 1}, ${how}`,
                );
            }
        }
    }
});

test("random bytes of an export count", async () => {
    const file = golden("creators-by-id.ndjson");
    const random = numbers(11);
    for (let i = 0; i < 300; i++) {
        const other = Uint8Array.from(file);
        const at = random(other.length);
        other[at] = (other[at] ?? 0) ^ (1 << random(8));
        assert.notEqual(verdictOf(await verify(other)), "valid", `byte ${at}`);
    }
});

test("an export cut short anywhere is not valid, and nothing is called wrong in it", async () => {
    const file = toFile(sampleLog().lines());
    assertValid(await verify(file));
    for (let length = 0; length < file.length; length += 37) {
        assert.equal(verdictOf(await verify(file.subarray(0, length))), "unjudged", `${length} bytes`);
    }
    assert.equal(failureOf(await verify(file.subarray(0, -1))), "whole export.cut");
});

test("each alteration is found, with an end that fits", async () => {
    const log = sampleLog();
    const other = sampleLog(new Signer());
    /** @type {[string, (lines: Line[]) => Line[] | void][]} */
    const cases = [
        [
            "bodies body.commitment",
            (lines) => change(lines, 2, { body: rewritten(entryOf(lines, 2).body, { after: null }) }),
        ],
        ["bodies body.commitment", (lines) => change(lines, 2, { salt: entryOf(lines, 4).salt })],
        ["bodies body.salt", (lines) => change(lines, 2, { salt: "AAAA" })],
        ["bodies body.salt", (lines) => change(lines, 2, { salt: null })],
        ["bodies body.form", (lines) => change(lines, 2, { body: null })],
        ["erasures erasure.missing", (lines) => change(lines, 13, { body: null, salt: null })],
        ["erasures erasure.noBody", (lines) => change(lines, 12, { body: null, salt: null })],
        [
            "roots checkpoint.root",
            (lines) => change(lines, 3, { leaf: rewritten(entryOf(lines, 3).leaf, { tx: 1_800_000_003_000_001 }) }),
        ],
        [
            "roots checkpoint.root",
            (lines) => change(lines, 2, { leaf: rewritten(entryOf(lines, 2).leaf, { eid: eidOf(99) }) }),
        ],
        ["bodies body.commitment", (lines) => change(lines, 2, { leaf: entryOf(lines, 9).leaf })],
        ["leaves entry.order", (lines) => swap(lines, 13, 14)],
        ["leaves entry.order", (lines) => lines.filter(({ seq }) => seq !== 9)],
        ["leaves entry.order", (lines) => lines.flatMap((line) => (line.seq === 9 ? [line, line] : [line]))],
        ["leaves entry.order", (lines) => change(change(lines, 13, { seq: 14 }), 14, { seq: 13 })],
        ["leaves export.count", (lines) => lines.slice(0, -2)],
        ["leaves export.count", (lines) => change(lines, 14, { seq: 15 })],
        ["leaves entry.form", (lines) => change(lines, 2, { more: 1 })],
        ["leaves entry.form", (lines) => change(lines, 2, { seq: "2" })],
        ["leaves leaf.form", (lines) => change(lines, 2, { leaf: null })],
        ["leaves json.notCanonical", (lines) => change(lines, 2, { leaf: `${entryOf(lines, 2).leaf} ` })],
        [
            "header header.otherOrigin",
            (lines) => {
                lines[0] = { ...lines[0], origin: "log.example.org/other" };
            },
        ],
        [
            "header header.form",
            (lines) => {
                lines[0] = { ...lines[0], more: 1 };
            },
        ],
        [
            "header header.form",
            (lines) => {
                lines[0] = { ...lines[0], to: -1 };
            },
        ],
        [
            "header header.from",
            (lines) => {
                lines[0] = { ...lines[0], from: 1 };
            },
        ],
        [
            "header format.newer",
            (lines) => {
                lines[0] = { ...lines[0], v: 2 };
            },
        ],
        [
            "header keys.form",
            (lines) => {
                lines.splice(1, 1);
            },
        ],
        [
            "signatures keys.form",
            (lines) => {
                lines[1] = { keys: "none", kind: "keys" };
            },
        ],
        [
            "signatures keys.form",
            (lines) => {
                lines[1] = { keys: [], kind: "keys" };
            },
        ],
        [
            "signatures note.signature",
            (lines) => lines.map((line) => (line.kind === "checkpoint" ? { ...line, note: shifted(line) } : line)),
        ],
        [
            "signatures checkpoint.unsigned",
            (lines) => {
                lines[1] = { keys: other.signer.keys, kind: "keys" };
            },
        ],
        ["signatures export.noCheckpoint", (lines) => lines.filter(({ kind }) => kind !== "checkpoint")],
        ["roots export.uncovered", (lines) => lines.slice(0, -1)],
        [
            "roots checkpoint.place",
            (lines) => {
                lines.splice(3, 0, { kind: "checkpoint", note: log.note(3) });
            },
        ],
        [
            "roots checkpoint.root",
            (lines) => {
                lines[lines.length - 1] = { kind: "checkpoint", note: log.signer.note(15, log.root(14)) };
            },
        ],
        [
            "header header.otherOrigin",
            (lines) => {
                lines.push({ kind: "checkpoint", note: log.signer.note(15, log.root(), "log.example.org/other") });
            },
        ],
        [
            "signatures checkpoint.form",
            (lines) => {
                lines.push({ kind: "checkpoint", note: log.note().replace(/\n15\n/, "\n015\n") });
            },
        ],
        [
            "signatures note.form",
            (lines) => {
                lines.push({ kind: "checkpoint", note: 7 });
            },
        ],
        [
            "signatures keys.form",
            (lines) => {
                lines[1] = { keys: [...log.signer.keys, { kty: "RSA" }], kind: "keys" };
            },
        ],
        [
            "roots checkpoint.place",
            (lines) => {
                lines.push({ ...lines.at(-1) });
            },
        ],
        [
            "roots checkpoint.place",
            (lines) => {
                lines.splice(2, 0, { kind: "checkpoint", note: log.note(0) });
            },
        ],
        [
            "lines line.kind",
            (lines) => {
                lines.push({ kind: "note" });
            },
        ],
        [
            "lines line.kind",
            (lines) => {
                lines.push({ ...lines[0] });
            },
        ],
        ["header header.form", (lines) => lines.slice(0, 1)],
    ];
    for (const [expected, alter] of cases)
        assert.equal(failureOf(await verify(altered(alter, log))), expected, String(alter));
});

/** A checkpoint with one other letter in its signature. @param {Line} line */
const shifted = ({ note }) =>
    String(note).replace(/(.)(.{9})\n$/, (_, letter, rest) => `${letter === "A" ? "B" : "A"}${rest}\n`);

test("each fault that a dishonest operator could sign is found", async () => {
    const valid = () =>
        new Log().add({ stream: "ana" }).add({ stream: "ana", of: 2 }).add({ stream: "ana" }).add({ stream: "ben" });
    assertValid(await verify(toFile(valid().lines())));
    const missing = () =>
        new Log().add({ stream: "ben", erased: true }).add({ stream: "ben", erased: true }).add({ stream: "ana" });
    const erase = { stream: "ben", erase: { ranges: [[0, 1]], eids: [] } };
    assertValid(await verify(toFile(missing().add(erase).lines())));
    const later = 1_800_000_000_000_000 + 86_400_000_000;
    /** @type {[string, Log][]} */
    const cases = [
        ["versions chain.version", valid().add({ stream: "ana", ver: 4 })],
        ["versions chain.version", valid().add({ stream: "ana", ver: 2 })],
        ["versions chain.version", valid().add({ stream: "new", ver: 2 })],
        ["versions chain.prev", valid().add({ stream: "ana", prev: null })],
        ["versions chain.prev", valid().add({ stream: "new", prev: "A".repeat(43) })],
        ["versions chain.apart", valid().add({ stream: "ana", n: 2, of: 2 })],
        ["versions chain.apart", valid().add({ stream: "ana", of: 2 }).add({ stream: "ben" })],
        ["versions chain.apart", valid().add({ stream: "ana", of: 2 }).add({ stream: "ana", of: 3 })],
        ["versions chain.apart", valid().add({ stream: "ana", of: 2 }).add({ stream: "ana", tx: later })],
        ["versions chain.unfinished", valid().add({ stream: "ana", of: 2 })],
        ["bodies body.otherStream", valid().add({ stream: "$vocabulary" })],
        ["bodies body.otherStream", valid().add({ stream: "ana", type: "useRecorded" })],
        ["bodies body.otherStream", valid().add({ stream: "ana", type: "purposeRegistered" })],
        ["versions chain.afterErasure", missing().add(erase).add({ stream: "ben" })],
        [
            "versions chain.afterErasure",
            missing()
                .add(erase)
                .add({ ...erase, erase: { ranges: [[3, 3]], eids: [] } }),
        ],
        ["erasures erasure.others", missing().add({ ...erase, erase: { ranges: [[0, 2]], eids: [] } })],
        ["erasures erasure.others", missing().add({ ...erase, erase: { ranges: [[0, 1]], eids: [eidOf(99)] } })],
        // As many as are present, but another's: what is listed in its place is the event of ana.
        [
            "erasures erasure.others",
            new Log()
                .add({ stream: "ben" })
                .add({ stream: "ana" })
                .add({ stream: "ben", erased: true })
                .add({ stream: "ben", erase: { ranges: [[1, 2]], eids: [] } }),
        ],
        [
            "bodies body.kept",
            new Log().add({ stream: "$requester/studio", type: "useRecorded", erased: true }).add({
                stream: "ben",
                erase: { ranges: [[0, 0]], eids: [] },
            }),
        ],
        ["versions rule.streamTime", valid().add({ stream: "ana", tx: 1_800_000_000_000_000 })],
        ["times entry.time", valid().add({ stream: "cem", tx: later }).add({ stream: "dora" })],
        ["bodies body.form", valid().add({ stream: "ana", body: { more: 1 } })],
        ["bodies body.form", valid().add({ stream: "ana", body: { by: { client: null } } })],
        ["bodies body.form", valid().add({ stream: "", body: {} })],
        ["bodies body.record", valid().add({ stream: "ana", body: { before: 1 } })],
        ["leaves leaf.form", valid().add({ stream: "ana", leaf: { more: 1 } })],
        ["leaves leaf.form", valid().add({ stream: "ana", leaf: { eids: [], ranges: [] } })],
        ["leaves leaf.form", valid().add({ ...erase, erase: { ranges: [[1, 0]], eids: [] } })],
        ["leaves leaf.unknownType", valid().add({ stream: "ana", type: "setChanged" })],
        ["leaves format.newer", valid().add({ stream: "ana", leaf: { v: 2 } })],
        // A missing body is covered by the erasure of its own stream, which misses all of it.
        ["erasures erasure.missing", missing()],
        ["erasures erasure.stream", missing().add({ ...erase, erase: { ranges: [[0, 0]], eids: [] } })],
        ["erasures erasure.stream", missing().add({ ...erase, erase: { ranges: [], eids: [eidOf(1)] } })],
        ["erasures erasure.stream", missing().add({ ...erase, ver: 4 })],
        ["erasures erasure.stream", missing().add({ ...erase, prev: null })],
        ["erasures erasure.stream", missing().add({ ...erase, stream: "cem" })],
        ["erasures erasure.range", missing().add({ ...erase, erase: { ranges: [[0, 3]], eids: [] } })],
        ["erasures erasure.missing", missing().add({ stream: "cem", erased: true }).add(erase)],
    ];
    for (const [i, [expected, log]] of cases.entries())
        assert.equal(failureOf(await verify(toFile(log.lines()))), expected, `case ${i}`);
});

test("an export that was read while the erasure came has the first bodies still", async () => {
    const log = new Log()
        .add({ stream: "ben" })
        .add({ stream: "ben", erased: true })
        .add({ stream: "ben", erase: { ranges: [[0, 1]], eids: [] } });
    const steps = await verify(toFile(log.lines()));
    assertValid(steps);
    assert.match(steps.find(({ step }) => step === "erasures")?.detail ?? "", /^1 bodies are missing/);
});

test("clocks may be a little apart, and further if the reader says so", async () => {
    const at = 1_800_000_000_000_000;
    const log = new Log().add({ stream: "ana", tx: at }).add({ stream: "ben", tx: at - 600_000_000 });
    assertValid(await verify(toFile(log.lines())));
    log.add({ stream: "cem", tx: at - 600_000_001 });
    assert.equal(failureOf(await verify(toFile(log.lines()))), "times entry.time");
    assertValid(await verify(toFile(log.lines()), { clockTolerance: 600_000_001 }));
});

test("parts are verified in their order", async () => {
    const log = sampleLog();
    const parts = [
        [0, 6],
        [6, 6],
        [6, 9],
        [9, 15],
    ].map(([from = 0, to = 0]) => toFile(log.lines({ from, to })));
    assertValid(await verify(parts));
    const [first, empty, second, third] = /** @type {[Buffer, Buffer, Buffer, Buffer]} */ (parts);
    assert.equal(failureOf(await verify([first, third])), "header header.from");
    assert.equal(failureOf(await verify([second, first, third])), "header header.from");
    assert.equal(failureOf(await verify(third)), "header header.from");
    assert.equal(failureOf(await verify([first, empty, second.subarray(0, 200), third])), "whole export.cut");
    const other = sampleLog(new Signer("log.example.org/other"));
    assert.equal(failureOf(await verify([first, toFile(other.lines({ from: 6 }))])), "header header.otherOrigin");
    const cut = await verify([first, second.subarray(0, 200)]);
    assert.match(cut.find(({ status }) => status === "failed")?.detail ?? "", /^Part 2: Line /);
});

test("only pinned keys count where keys are pinned", async () => {
    const log = sampleLog();
    const keys = readKeySet(JSON.stringify({ keys: log.signer.keys }));
    const others = readKeySet(JSON.stringify({ keys: new Signer().keys }));
    assert.ok(keys.ok && others.ok);
    const file = toFile(log.lines());
    const pinned = await verify(file, { trust: trustOf(keys.value.verifiers, null) });
    assertValid(pinned);
    assert.equal(pinned.find(({ step }) => step === "key")?.status, "passed");
    assert.equal(
        failureOf(await verify(file, { trust: trustOf(others.value.verifiers, keys.value) })),
        "signatures checkpoint.unsigned",
    );
    const own = await verify(file, { trust: trustOf([], keys.value) });
    assertValid(own);
    assert.deepEqual(
        own.filter(({ step }) => step === "key").map(({ status, text }) => [status, text]),
        [["skipped", "key.registry"]],
    );
});

test("old keys hand over to new ones, and what others sign says nothing", async () => {
    const [old, newer, foreign] = [new Signer(), new Signer(), new Signer()];
    const log = sampleLog(newer);
    /** @param {Line[]} keys @param {Line[]} [lines] */
    const under = (keys, lines = log.lines()) =>
        toFile(lines.map((line) => (line.kind === "keys" ? { ...line, keys } : line)));
    /** @param {Signer[]} signers */
    const trusting = (...signers) => {
        const read = signers.map(({ keys }) => readKeySet(JSON.stringify({ keys })));
        return { trust: trustOf(read.flatMap((set) => (set.ok ? set.value.verifiers : [])), null) };
    };
    const firstOld = log.lines().map((line, i, lines) =>
        i === lines.findIndex(({ kind }) => kind === "checkpoint") ? { ...line, note: old.note(3, log.root(3)) } : line,
    );
    const handed = old.handOverTo(newer);

    assertValid(await verify(under(handed), trusting(old)));
    assertValid(await verify(under(handed, firstOld), trusting(old)));
    assertValid(await verify(under(handed, log.bundle("ana")), trusting(old)));
    // Who has the new key alone passes over what the old one signed.
    assertValid(await verify(under(handed, firstOld), trusting(newer)));
    const unsaid = [...newer.keys, ...old.keys];
    assert.equal(failureOf(await verify(under(unsaid), trusting(old))), "signatures checkpoint.unsigned");
    const part = await verify(under(unsaid, firstOld), trusting(old));
    assert.equal(failureOf(part), "signatures export.foreignKeys");
    assert.equal(verdictOf(part), "unjudged");
    // A hand-over by a key that nobody trusts, and one that the trusted key did not sign.
    const unknown = await verify(under(foreign.handOverTo(newer)), trusting(old));
    assert.equal(failureOf(unknown), "signatures checkpoint.unsigned");
    assert.equal(
        failureOf(await verify(under(old.handOverTo(newer, "another")), trusting(old))),
        "signatures keys.handover",
    );
    const malformed = handed.map((key) => ({ ...key, handover: { by: "a", signature: "b" } }));
    assert.equal(failureOf(await verify(under(malformed), trusting(old))), "signatures keys.form");
});

test("an export is compared with checkpoints that were kept", async () => {
    const log = sampleLog();
    const fork = new Log(log.signer).add({ stream: "eve" });
    /** @param {string} note */
    const kept = (note) => {
        const read = readCheckpoint(note);
        assert.ok(read.ok);
        return { kept: [read.value] };
    };
    const file = toFile(log.lines());
    for (const size of [0, 1, 8, 15]) assertValid(await verify(file, kept(log.note(size))));
    assert.equal(failureOf(await verify(file, kept(fork.note()))), "kept kept.fork");
    const further = sampleLog(log.signer).add({ stream: "ana" });
    const beyond = await verify(file, kept(further.note()));
    assert.equal(failureOf(beyond), "kept kept.beyond");
    assert.equal(verdictOf(beyond), "invalid");
    assert.equal(
        failureOf(await verify(file, kept(new Log().add({ stream: "ana" }).note()))),
        "kept checkpoint.unsigned",
    );
});

test("what is no export is no exception", async () => {
    const origin = JSON.stringify({ from: 0, kind: "log", origin: ORIGIN, to: 0, v: 1 });
    const files = [
        "",
        "\n",
        "{",
        "null\n",
        "[]\n",
        "{}\n",
        '{"kind":"log"}\n',
        '{"kind":"log"',
        `${origin}\n`,
        `${origin}\n${origin}\n`,
        "\u0000",
        "x".repeat(100_000),
        '{"kind":"creator"}\n',
        '{"kind":"end","sha256":"x"}\n',
        `${"{".repeat(100_000)}\n`,
        "a.b.c",
        "..",
        "a\n\n\u2014 b",
        '{"leaf":1}',
        "PK\u0003\u0004",
        '{"kind":"log","__proto__":1}\n',
        '{"keys":[],"kind":"keys"}\n',
    ];
    for (const file of files) {
        const steps = await verify(Buffer.from(file));
        assert.ok(
            steps.some(({ status }) => status === "failed"),
            file.slice(0, 40),
        );
    }
    assert.notEqual(verdictOf(await verify(Uint8Array.of(0xff, 0xfe, 0x00))), "valid");
    assert.notEqual(verdictOf(await verify([])), "valid");
    assert.equal(
        failureOf(await verify(Buffer.concat([toFile(sampleLog().lines()), Buffer.from("\n")]))),
        "whole export.afterEnd",
    );
    const file = toFile(sampleLog().lines());
    assert.equal(
        failureOf(await verify(Buffer.concat([file.subarray(0, 300), Buffer.of(0xff), file.subarray(300)]))),
        "lines line.utf8",
    );
});

test("random lines of exports, mixed, end with steps", async () => {
    const random = numbers(3);
    const log = sampleLog();
    const pool = [
        ...log.lines(),
        ...log.bundle("ana"),
        { kind: "end", sha256: "x" },
        { kind: "entry" },
        { kind: "checkpoint" },
        { kind: "statement" },
    ];
    for (let i = 0; i < 300; i++) {
        const lines = Array.from({ length: random(12) }, () => /** @type {Line} */ (pool[random(pool.length)]));
        lines.unshift(/** @type {Line} */ (random(2) ? log.lines()[0] : log.bundle("ana")[0]));
        assert.notEqual(verdictOf(await verify(toFile(lines))), "valid");
    }
});
