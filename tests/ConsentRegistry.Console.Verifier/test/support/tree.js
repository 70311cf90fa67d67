/** The tree of RFC 6962 word by word: recursive, and without anything of the code that is tested. */

import { createHash } from "node:crypto";

/** @param {...Uint8Array} parts */
const sha256 = (...parts) => new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());

/** @param {Uint8Array} leaf */
export const leafHashOf = (leaf) => sha256(Uint8Array.of(0), leaf);

/** The largest power of two below n. @param {number} n */
const splitOf = (n) => 2 ** Math.ceil(Math.log2(n) - 1);

/** The tree over a list of leaves' hashes, which may grow. */
export class ReferenceTree {
    #hashes;
    /** Roots of ranges that are known. @type {Map<string, Uint8Array>} */
    #known = new Map();

    /** @param {readonly Uint8Array[]} hashes */
    constructor(hashes) {
        this.#hashes = hashes;
    }

    /** MTH(D[from:to]) of section 2.1. @param {number} to @param {number} [from] @returns {Uint8Array} */
    root(to, from = 0) {
        const name = `${from} ${to}`;
        const known = this.#known.get(name);
        if (known) return known;
        const k = splitOf(to - from);
        const root =
            to === from
                ? sha256()
                : to === from + 1
                  ? /** @type {Uint8Array} */ (this.#hashes[from])
                  : sha256(Uint8Array.of(1), this.root(from + k, from), this.root(to, from + k));
        this.#known.set(name, root);
        return root;
    }

    /**
     * PATH(m, D[from:to]) of section 2.1.1.
     * @param {number} m
     * @param {number} to
     * @param {number} [from]
     * @returns {Uint8Array[]}
     */
    path(m, to, from = 0) {
        if (to - from <= 1) return [];
        const k = splitOf(to - from);
        return m < k
            ? [...this.path(m, from + k, from), this.root(to, from + k)]
            : [...this.path(m - k, to, from + k), this.root(from + k, from)];
    }

    /** PROOF(m, D[0:to]) of section 2.1.2. @param {number} m @param {number} to */
    consistency(m, to) {
        return m === to ? [] : this.#subproof(m, to, 0, true);
    }

    /** @param {number} m @param {number} to @param {number} from @param {boolean} isWhole @returns {Uint8Array[]} */
    #subproof(m, to, from, isWhole) {
        if (m === to - from) return isWhole ? [] : [this.root(to, from)];
        const k = splitOf(to - from);
        return m <= k
            ? [...this.#subproof(m, from + k, from, isWhole), this.root(to, from + k)]
            : [...this.#subproof(m - k, to, from + k, false), this.root(from + k, from)];
    }
}
