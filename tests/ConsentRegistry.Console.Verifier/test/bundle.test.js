import assert from "node:assert/strict";
import { test } from "node:test";
import { Log, sampleLog, Signer, toFile } from "./support/log.js";
import { assertValid, failureOf, verify } from "./support/steps.js";

/** @typedef {import("./support/log.js").Line} Line */

/** @param {(lines: Line[]) => Line[] | void} alter @param {Log} log */
function altered(alter, log, creator = "ana") {
    const lines = log.bundle(creator);
    return toFile(alter(lines) ?? lines);
}

const HEADER = 0;
const KEYS = 1;
const CHECKPOINT = 2;

test("bundles of every stream are valid, an erased one too", async () => {
    const log = sampleLog();
    for (const creator of ["ana", "ben", "cem", "$vocabulary"]) assertValid(await verify(toFile(log.bundle(creator))));
});

test("each alteration of a bundle is found, with an end that fits", async () => {
    const log = sampleLog();
    /** @param {object} members */
    const statement = (members) => ({
        jws: log.signer.jws("consent-stream+jws", {
            creatorId: "ana",
            head: JSON.parse(
                Buffer.from(String(log.bundle("ana").at(-1)?.jws).split(".")[1] ?? "", "base64url").toString(),
            ).head,
            origin: log.signer.origin,
            treeSize: 15,
            v: 1,
            version: 3,
            ...members,
        }),
        kind: "statement",
    });
    assertValid(await verify(altered((lines) => [...lines.slice(0, -1), statement({})], log)));
    /** @type {[string, (lines: Line[]) => Line[] | void, string?][]} */
    const cases = [
        ["statement statement.withheld", (lines) => lines.filter((_, i) => i !== lines.length - 2)],
        ["versions chain.version", (lines) => lines.filter((_, i) => i !== 4)],
        ["versions chain.version", (lines) => lines.filter((_, i) => i !== 3)],
        ["leaves entry.notLater", (lines) => lines.flatMap((line, i) => (i === 4 ? [line, line] : [line]))],
        [
            "versions chain.version",
            (lines) => {
                lines.splice(3, 2, lines[4] ?? {}, lines[3] ?? {});
            },
        ],
        [
            "inclusion inclusion.failed",
            (lines) => {
                lines[4] = { ...lines[4], seq: 5 };
            },
        ],
        [
            "inclusion inclusion.failed",
            (lines) => {
                lines[4] = { ...lines[4], proof: lines[5]?.proof };
            },
        ],
        [
            "inclusion inclusion.failed",
            (lines) => {
                lines[4] = { ...lines[4], proof: [] };
            },
        ],
        [
            "inclusion inclusion.failed",
            (lines) => {
                lines[4] = { ...lines[4], proof: "x" };
            },
        ],
        [
            "inclusion inclusion.failed",
            (lines) => {
                lines[4] = { ...lines[4], proof: Array.from({ length: 1_000 }, () => "A".repeat(43)) };
            },
        ],
        [
            "bodies body.commitment",
            (lines) => {
                lines[4] = { ...lines[4], body: lines[5]?.body };
            },
        ],
        [
            "bodies bundle.otherStream",
            (lines) => {
                lines.splice(4, 0, log.bundle("ben").find(({ seq }) => seq === 11) ?? {});
            },
            "ana",
        ],
        [
            "erasures erasure.missing",
            (lines) => {
                lines[4] = { ...lines[4], body: null, salt: null };
            },
        ],
        [
            "erasures erasure.missing",
            (lines) => lines.map((line) => (line.seq === 13 ? { ...line, body: null, salt: null } : line)),
        ],
        ["versions chain.gap", (lines) => lines.filter(({ seq }) => seq !== 8), "ben"],
        [
            "header header.form",
            (lines) => {
                lines[HEADER] = { ...lines[HEADER], creatorId: "" };
            },
        ],
        [
            "bodies bundle.otherStream",
            (lines) => {
                lines[HEADER] = { ...lines[HEADER], creatorId: "eve" };
            },
        ],
        [
            "header header.otherOrigin",
            (lines) => {
                lines[HEADER] = { ...lines[HEADER], origin: "log.example.org/other" };
            },
        ],
        [
            "header format.newer",
            (lines) => {
                lines[HEADER] = { ...lines[HEADER], v: 2 };
            },
        ],
        [
            "signatures checkpoint.unsigned",
            (lines) => {
                lines[KEYS] = { keys: new Signer().keys, kind: "keys" };
            },
        ],
        [
            "statement jws.unknownKey",
            (lines) => {
                lines[KEYS] = { keys: [log.signer.keys[0], new Signer().keys[1]], kind: "keys" };
            },
        ],
        [
            "inclusion inclusion.failed",
            (lines) => {
                lines[CHECKPOINT] = { kind: "checkpoint", note: log.note(14) };
            },
        ],
        [
            "header header.form",
            (lines) => {
                lines.splice(CHECKPOINT, 1);
            },
        ],
        ["statement statement.missing", (lines) => lines.slice(0, -1)],
        ["lines line.kind", (lines) => [...lines, ...lines.slice(-1)]],
        ["statement statement.withheld", (lines) => [...lines.slice(0, -1), statement({ version: 2 })]],
        ["statement statement.withheld", (lines) => [...lines.slice(0, -1), statement({ version: 4 })]],
        ["statement statement.withheld", (lines) => [...lines.slice(0, -1), statement({ head: "A".repeat(43) })]],
        ["statement statement.other", (lines) => [...lines.slice(0, -1), statement({ treeSize: 14 })]],
        ["statement statement.other", (lines) => [...lines.slice(0, -1), statement({ creatorId: "ben" })]],
        ["statement statement.other", (lines) => [...lines.slice(0, -1), statement({ origin: "x" })]],
        ["statement statement.other", (lines) => [...lines.slice(0, -1), statement({ more: 1 })]],
        ["statement jws.header", (lines) => [...lines.slice(0, -1), { jws: log.receipt(), kind: "statement" }]],
        ["statement jws.form", (lines) => [...lines.slice(0, -1), { jws: null, kind: "statement" }]],
        [
            "statement jws.signature",
            (lines) => [
                ...lines.slice(0, -1),
                { jws: String(lines.at(-1)?.jws).replace(/.{43}$/, "A".repeat(43)), kind: "statement" },
            ],
        ],
    ];
    for (const [expected, alter, creator] of cases) {
        assert.equal(failureOf(await verify(altered(alter, log, creator))), expected, String(alter));
    }
});

test("a bundle that withholds the events before an erasure is found", async () => {
    const log = new Log();
    log.add({ stream: "ben", erased: true })
        .add({ stream: "ben", erased: true })
        .add({ stream: "ben", erase: { ranges: [[0, 1]], eids: [] } });
    assertValid(await verify(toFile(log.bundle("ben"))));
    assert.equal(
        failureOf(await verify(altered((lines) => lines.filter(({ seq }) => seq !== 1), log, "ben"))),
        "versions chain.version",
    );
    const lacks = new Log();
    lacks
        .add({ stream: "ben", erased: true })
        .add({ stream: "ben", erased: true })
        .add({ stream: "ben", erase: { ranges: [[0, 0]], eids: [] } });
    assert.match(
        failureOf(await verify(toFile([...log.bundle("ben").slice(0, 2), ...lacks.bundle("ben").slice(2)]))),
        /^signatures /,
    );
});
