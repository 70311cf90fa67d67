import assert from "node:assert/strict";
import { test } from "node:test";
import { GrowingTree, leafHash, verifyConsistency, verifyInclusion } from "../verify/merkle.js";
import { numbers } from "./support/random.js";
import { leafHashOf, ReferenceTree } from "./support/tree.js";

const LARGEST = 300;
const hashes = Array.from({ length: LARGEST }, (_, i) => leafHashOf(Buffer.from(`leaf ${i}`)));
const random = numbers(20_261_129);

/** Every bit of a hash, one of which is another. @param {Uint8Array} hash @param {number} bit */
function flipped(hash, bit) {
    const other = Uint8Array.from(hash);
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return other;
}

/** @param {readonly Uint8Array[]} list @param {number} at @param {number} bit */
const withFlipped = (list, at, bit) => list.map((hash, i) => (i === at ? flipped(hash, bit) : hash));

const reference = new ReferenceTree(hashes);

/** @param {number} size */
const root = (size) => reference.root(size);
/** @param {number} index */
const hash = (index) => /** @type {Uint8Array} */ (hashes[index]);

test("a growing tree has the root of the definition at each size", () => {
    const tree = new GrowingTree();
    for (let size = 0; size <= LARGEST; size++) {
        assert.deepEqual(Buffer.from(tree.root()), Buffer.from(root(size)));
        assert.equal(tree.size, size);
        tree.append(leafHash(Buffer.from(`leaf ${size}`)));
    }
});

/**
 * Whether what is wrong is tried as well: with all of small trees, and with some of the others.
 * @param {number} size
 */
const isTried = (size) => size <= 48 || random(100) === 0;

test("every inclusion proof of every tree is accepted, and no other place, size or root with it", () => {
    for (let size = 1; size <= LARGEST; size++) {
        for (let index = 0; index < size; index++) {
            const claim = { hash: hash(index), index, size, root: root(size), proof: reference.path(index, size) };
            assert.ok(verifyInclusion(claim), `${index} of ${size}`);
            if (!isTried(size)) continue;
            assert.ok(!verifyInclusion({ ...claim, index: index + 1 }), `${index} + 1 of ${size}`);
            assert.ok(!verifyInclusion({ ...claim, index: size }), `${index} beyond ${size}`);
            assert.ok(!verifyInclusion({ ...claim, root: root(size - 1) }), `${index} of ${size}, root of another`);
            assert.ok(!verifyInclusion({ ...claim, proof: [...claim.proof, hash(0)] }), `${index} of ${size}, longer`);
            if (size > 1)
                assert.ok(!verifyInclusion({ ...claim, proof: claim.proof.slice(1) }), `${index} of ${size}, shorter`);
        }
    }
});

test("every consistency proof between two trees is accepted, and no other root with it", () => {
    for (let to = 1; to <= LARGEST; to++) {
        for (let from = 1; from <= to; from++) {
            const claim = { from, fromRoot: root(from), to, toRoot: root(to), proof: reference.consistency(from, to) };
            assert.ok(verifyConsistency(claim), `${from} to ${to}`);
            if (!isTried(to)) continue;
            assert.ok(
                !verifyConsistency({ ...claim, fromRoot: root(from - 1) }),
                `${from} to ${to}, another first root`,
            );
            assert.ok(!verifyConsistency({ ...claim, toRoot: root(to - 1) }), `${from} to ${to}, another second root`);
            assert.ok(!verifyConsistency({ ...claim, proof: [...claim.proof, hash(0)] }), `${from} to ${to}, longer`);
            if (from < to) {
                assert.ok(!verifyConsistency({ ...claim, proof: claim.proof.slice(1) }), `${from} to ${to}, shorter`);
                assert.ok(!verifyConsistency({ ...claim, from: to, to: from }), `${to} to ${from}`);
            }
        }
    }
});

test("each bit of a proof, a leaf and a root counts", () => {
    for (const size of [2, 7, 8, 21, 64, 300]) {
        const index = random(size);
        const from = 1 + random(size - 1);
        const inclusion = { hash: hash(index), index, size, root: root(size), proof: reference.path(index, size) };
        const consistency = {
            from,
            fromRoot: root(from),
            to: size,
            toRoot: root(size),
            proof: reference.consistency(from, size),
        };
        for (let bit = 0; bit < 256; bit++) {
            assert.ok(!verifyInclusion({ ...inclusion, hash: flipped(inclusion.hash, bit) }));
            assert.ok(!verifyInclusion({ ...inclusion, root: flipped(inclusion.root, bit) }));
            assert.ok(!verifyConsistency({ ...consistency, fromRoot: flipped(consistency.fromRoot, bit) }));
            assert.ok(!verifyConsistency({ ...consistency, toRoot: flipped(consistency.toRoot, bit) }));
            for (const at of inclusion.proof.keys()) {
                assert.ok(!verifyInclusion({ ...inclusion, proof: withFlipped(inclusion.proof, at, bit) }));
            }
            for (const at of consistency.proof.keys()) {
                assert.ok(!verifyConsistency({ ...consistency, proof: withFlipped(consistency.proof, at, bit) }));
            }
        }
    }
});

test("sizes above 2^32 are counted, and numbers that are no sizes are refused", () => {
    const claim = { hash: hash(0), root: root(1), proof: /** @type {Uint8Array[]} */ ([]) };
    for (const size of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) assert.ok(!verifyInclusion({ ...claim, index: 0, size }));
    for (const index of [-1, 0.5, NaN, 1]) assert.ok(!verifyInclusion({ ...claim, index, size: 1 }));
    // A leaf that was appended to a whole tree of 2^40 leaves is below the root itself.
    const left = root(8);
    const size = 2 ** 40 + 1;
    const tree = hash(0);
    const pair = new GrowingTree();
    pair.append(left);
    pair.append(tree);
    assert.ok(verifyInclusion({ hash: hash(0), index: size - 1, size, root: pair.root(), proof: [left] }));
    assert.ok(!verifyInclusion({ hash: hash(0), index: size - 2, size, root: pair.root(), proof: [left] }));
    assert.ok(verifyConsistency({ from: size - 1, fromRoot: left, to: size, toRoot: pair.root(), proof: [tree] }));
});
