import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { canonical, readCanonical } from "../verify/canonical-json.js";
import { verifyEd25519 } from "../verify/ed25519.js";
import { GrowingTree, leafHash, verifyConsistency, verifyInclusion } from "../verify/merkle.js";
import { readNote, verifySignatures } from "../verify/signed-note.js";
import { isPublicKey, readVerifierKey } from "../verify/verifier-key.js";
import { vector, withoutVectors } from "./support/repository.js";

const skip = withoutVectors;

/** @param {string} text */
const base64 = (text) => new Uint8Array(Buffer.from(text, "base64"));
/** @param {string} text */
const hex = (text) => new Uint8Array(Buffer.from(text, "hex"));
/** @param {...string} path */
const json = (...path) => JSON.parse(readFileSync(vector(...path), "utf8"));

/** @param {string} kind */
function merkleCases(kind) {
    const folder = vector("transparency-dev-merkle/testdata", kind);
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".json"))
        .map((name) => ({ name, ...json("transparency-dev-merkle/testdata", kind, name) }));
}

test("inclusion proofs of transparency-dev are accepted and refused as they say", { skip }, () => {
    const cases = merkleCases("inclusion");
    assert.equal(cases.length, 98);
    for (const one of cases) {
        const isIncluded = verifyInclusion({
            hash: base64(one.leafHash),
            index: one.leafIdx,
            size: one.treeSize,
            root: base64(one.root),
            proof: (one.proof ?? []).map(base64),
        });
        assert.equal(isIncluded, !one.wantErr, one.name);
    }
});

test("consistency proofs of transparency-dev are accepted and refused as they say", { skip }, () => {
    const cases = merkleCases("consistency");
    assert.equal(cases.length, 98);
    for (const one of cases) {
        const isConsistent = verifyConsistency({
            from: one.size1,
            fromRoot: base64(one.root1),
            to: one.size2,
            toRoot: base64(one.root2),
            proof: (one.proof ?? []).map(base64),
        });
        assert.equal(isConsistent, !one.wantErr, one.name);
    }
});

test("the reference tree has its roots", { skip }, () => {
    const { leafInputsHex, rootHashesHexBySize } = json("transparency-dev-merkle/reference-roots.json");
    const tree = new GrowingTree();
    const roots = [tree.root()];
    for (const input of leafInputsHex) {
        tree.append(leafHash(hex(input)));
        roots.push(tree.root());
    }
    assert.deepEqual(
        roots.map((root) => Buffer.from(root).toString("hex")),
        rootHashesHexBySize,
    );
});

test("canonical JSON is written and read as RFC 8785 says, without fractions", { skip }, () => {
    const names = readdirSync(vector("jcs/testdata/input"));
    assert.equal(names.length, 6);
    for (const name of names) {
        const input = JSON.parse(readFileSync(vector("jcs/testdata/input", name), "utf8"));
        const output = readFileSync(vector("jcs/testdata/output", name), "utf8");
        const outhex = readFileSync(vector("jcs/testdata/outhex", name.replace(".json", ".txt")), "utf8").replaceAll(
            /\s/g,
            "",
        );
        assert.equal(Buffer.from(output).toString("hex"), outhex);
        const hasFractions = name === "values.json";
        assert.equal(canonical(input), hasFractions ? undefined : output, name);
        assert.equal(readCanonical(output).ok, !hasFractions, name);
    }
});

test("signed notes of other logs are verified", { skip }, async () => {
    const notes = /** @type {{ note: string, vkey: string }[]} */ (Object.values(json("signed-note/notes.json")));
    assert.equal(notes.length, 2);
    for (const { note, vkey } of notes) {
        const verifier = readVerifierKey(vkey);
        const read = readNote(note);
        assert.ok(verifier.ok && read.ok);
        const signers = await verifySignatures(read.value, [verifier.value]);
        assert.deepEqual(signers, { ok: true, value: [{ verifier: verifier.value, time: null }] });

        const altered = readNote(note.replace(/[a-z]/, "Q"));
        assert.ok(altered.ok);
        const refused = await verifySignatures(altered.value, [verifier.value]);
        assert.ok(!refused.ok && refused.reason.key === "note.signature");
    }
});

test("Ed25519 signatures of Wycheproof are accepted and refused as it says", { skip }, async () => {
    const { testGroups, numberOfTests } = json("wycheproof/ed25519_test.json");
    let count = 0;
    for (const group of testGroups) {
        const key = hex(group.publicKey.pk);
        assert.ok(isPublicKey(key));
        for (const { msg, sig, result, tcId } of group.tests) {
            count++;
            assert.deepEqual(
                await verifyEd25519(key, hex(sig), hex(msg)),
                { ok: true, value: result === "valid" },
                `test ${tcId}`,
            );
        }
    }
    assert.equal(count, numberOfTests);
});
