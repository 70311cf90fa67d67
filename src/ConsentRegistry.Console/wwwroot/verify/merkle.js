/** The Merkle tree of RFC 6962 with SHA-256, and its proofs as RFC 9162 verifies them (2.1.3.2 and 2.1.4.2). */

import { sameBytes } from "./encoding.js";
import { sha256 } from "./hash.js";
import { PROOF_HASHES } from "./limits.js";

const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root of a tree without leaves. */
export const EMPTY_ROOT = sha256();

/** @param {Uint8Array} leaf */
export const leafHash = (leaf) => sha256(LEAF, leaf);

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export const nodeHash = (left, right) => sha256(NODE, left, right);

/** A tree that leaves are appended to. It keeps one hash for each binary digit of its size. */
export class GrowingTree {
    size = 0;
    /** Roots of whole subtrees of 1, 2, 4 … leaves. @type {(Uint8Array | undefined)[]} */
    #whole = [];

    /** @param {Uint8Array} hash a leaf's hash */
    append(hash) {
        let level = 0;
        for (let left = this.#whole[0]; left !== undefined; left = this.#whole[++level]) {
            hash = nodeHash(left, hash);
            this.#whole[level] = undefined;
        }
        this.#whole[level] = hash;
        this.size++;
    }

    root() {
        /** @type {Uint8Array | undefined} */
        let root;
        for (const left of this.#whole) {
            if (left !== undefined) root = root === undefined ? left : nodeHash(left, root);
        }
        return root ?? EMPTY_ROOT;
    }
}

/** @param {number} n */
const isOdd = (n) => n % 2 === 1;

// Sizes may be above 2^32, where the operators on bits end.
/** @param {number} n */
const half = (n) => Math.floor(n / 2);

/** @param {readonly Uint8Array[]} proof */
const isProof = (proof) => proof.length <= PROOF_HASHES && proof.every((hash) => hash.length === HASH_BYTES);

/** @param {number} n */
const isCount = (n) => Number.isSafeInteger(n) && n >= 0;

/**
 * Whether a leaf is at this place of the tree with this size and root.
 *
 * @param {{ hash: Uint8Array, index: number, size: number, root: Uint8Array, proof: readonly Uint8Array[] }} claim
 */
export function verifyInclusion({ hash, index, size, root, proof }) {
    if (!isCount(index) || !isCount(size) || index >= size || hash.length !== HASH_BYTES || !isProof(proof))
        return false;
    let place = index;
    let last = size - 1;
    let computed = hash;
    for (const other of proof) {
        if (last === 0) return false;
        if (isOdd(place) || place === last) {
            computed = nodeHash(other, computed);
            while (!isOdd(place) && place !== 0) {
                place = half(place);
                last = half(last);
            }
        } else {
            computed = nodeHash(computed, other);
        }
        place = half(place);
        last = half(last);
    }
    return last === 0 && sameBytes(computed, root);
}

/**
 * Whether the second tree begins with the first one. A proof from a tree without leaves would show nothing, and is
 * refused.
 *
 * @param {{ from: number, fromRoot: Uint8Array, to: number, toRoot: Uint8Array, proof: readonly Uint8Array[] }} claim
 */
export function verifyConsistency({ from, fromRoot, to, toRoot, proof }) {
    if (!isCount(from) || !isCount(to) || from > to || !isProof(proof)) return false;
    if (from === to) {
        return proof.length === 0 && sameBytes(fromRoot, toRoot) && (from > 0 || sameBytes(fromRoot, EMPTY_ROOT));
    }
    if (from === 0 || proof.length === 0) return false;
    let place = from - 1;
    let last = to - 1;
    while (isOdd(place)) {
        place = half(place);
        last = half(last);
    }
    // A tree whose size is a power of two is a node of the later tree, and the proof leaves it out.
    const [start, ...rest] = place === 0 ? [fromRoot, ...proof] : proof;
    let first = /** @type {Uint8Array} */ (start);
    let second = first;
    for (const other of rest) {
        if (last === 0) return false;
        if (isOdd(place) || place === last) {
            first = nodeHash(other, first);
            second = nodeHash(other, second);
            while (!isOdd(place) && place !== 0) {
                place = half(place);
                last = half(last);
            }
        } else {
            second = nodeHash(second, other);
        }
        place = half(place);
        last = half(last);
    }
    return last === 0 && sameBytes(first, fromRoot) && sameBytes(second, toRoot);
}
