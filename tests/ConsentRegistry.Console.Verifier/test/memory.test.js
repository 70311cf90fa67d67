import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { TRUST_FILE } from "../verify/keys.js";
import { GrowingTree, leafHash } from "../verify/merkle.js";
import { verifyFile } from "../verify/verify.js";
import { momentOf, Signer } from "./support/log.js";
import { all, assertValid } from "./support/steps.js";

const ENTRIES = 200_000;
const STREAMS = 100;
const BATCH = 500;
const MEBIBYTE = 1 << 20;
/** Of each entry, at most. */
const BYTES = 100;

/** An export in pieces, each made when it is asked for. @param {number} entries */
function* generate(entries) {
    const signer = new Signer();
    const tree = new GrowingTree();
    const hash = createHash("sha256");
    const heads = Array.from({ length: STREAMS }, () => /** @type {string | null} */ (null));
    const salt = Buffer.alloc(32, 7);
    /** @param {string} text */
    const hashed = (text) => {
        hash.update(text);
        return Buffer.from(text);
    };
    yield hashed(
        `{"from":0,"kind":"log","origin":"${signer.origin}","to":${entries},"v":1}\n{"keys":${JSON.stringify(signer.keys)},"kind":"keys"}\n`,
    );
    for (let seq = 0; seq < entries;) {
        let text = "";
        for (let i = 0; i < BATCH && seq < entries; i++, seq++) {
            const at = seq % STREAMS;
            const prev = heads[at] === null ? "null" : `"${heads[at]}"`;
            const [ver, tx] = [Math.floor(seq / STREAMS) + 1, 1_800_000_000_000_000 + seq];
            // A lockdown is set and lifted by turns.
            const stop = `{"changedAt":"${momentOf(ver % 2 ? tx : tx - STREAMS)}","purposes":null,"version":${ver % 2 ? ver : ver - 1}}`;
            const body = `{"after":${ver % 2 ? stop : null},"before":${ver % 2 ? null : stop},"by":{"client":"app","onBehalfOf":null,"reason":null,"subject":null},"key":{},"prev":${prev},"stream":"s${at}"}`;
            const commit = createHmac("sha256", salt).update(body).digest("base64url");
            const eid = `00000000-0000-7000-8000-${String(seq).padStart(12, "0")}`;
            const leaf = `{"commit":"${commit}","eid":"${eid}","n":1,"of":1,"tx":${tx},"type":"lockdownChanged","v":1,"ver":${ver}}`;
            heads[at] = createHash("sha256").update(leaf).digest("base64url");
            tree.append(leafHash(Buffer.from(leaf)));
            text += `{"body":${JSON.stringify(body)},"kind":"entry","leaf":${JSON.stringify(leaf)},"salt":"${salt.toString("base64url")}","seq":${seq}}\n`;
        }
        yield hashed(`${text}{"kind":"checkpoint","note":${JSON.stringify(signer.note(seq, tree.root()))}}\n`);
    }
    yield Buffer.from(`{"kind":"end","sha256":"${hash.digest("base64url")}"}\n`);
}

/** The bytes that are in use after all else was collected. @returns {number} */
function used() {
    const { gc } = globalThis;
    assert.ok(gc, "the tests run with --expose-gc");
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
}

test(`an export of ${ENTRIES} entries needs little memory for each`, async () => {
    /** @type {number[]} */
    const uses = [];
    let seen = 0;
    const steps = await all(
        verifyFile([generate(ENTRIES)], {
            trust: TRUST_FILE,
            onProgress: (entries) => {
                seen = entries;
                if (entries % 20_000 === 0) uses.push(used());
            },
        }),
    );
    assertValid(steps);
    assert.equal(seen, ENTRIES);
    const [first = 0, ...later] = uses;
    assert.equal(uses.length, 10);
    // A piece that is being read is in it or not. Of each entry are kept a fingerprint of its id, and its stream.
    assert.ok(Math.max(...later) - first < ENTRIES * BYTES + 4 * MEBIBYTE, uses.join());
});
