/**
 * Bodies that are missing, and the erasures that have to cover them. An erasure comes later in the log than the entries
 * that it covers, so the missing ones are kept until then.
 */

import { accept, breaks, refuse } from "./outcome.js";
import { follows, headOf, isInTime, isWhole } from "./stream-chain.js";

/**
 * @typedef {import("./leaf.js").Leaf} Leaf
 * @typedef {import("./stream-chain.js").Place} Place
 * @typedef {{ seq: number, ver: number, n: number, of: number, tx: number, head: string }} Missing
 * @typedef {{ start: Place, ver: number, tx: number, prev: string | null, listed: Set<number>,
 * covered: Missing[] }} Open an erasure of several events; `listed` have bodies still
 */

export class Erasures {
    /** Entries without bodies that no erasure covers yet, by place in the log. @type {Map<number, Missing>} */
    #missing = new Map();
    #ids;
    /** Whose the entries with bodies are, by place in the log: an erasure lists no others. @type {string[]} */
    #owners = [];
    /** @type {Map<string, Open>} */
    #open = new Map();
    /** How many bodies erasures cover. */
    covered = 0;

    /** @param {import("./fingerprints.js").EventIds} ids those of all entries so far */
    constructor(ids) {
        this.#ids = ids;
    }

    /** @param {number} seq @param {Leaf} leaf */
    addMissing(seq, leaf) {
        this.#missing.set(seq, { seq, ver: leaf.ver, n: leaf.n, of: leaf.of, tx: leaf.tx, head: headOf(leaf) });
    }

    /** @param {number} seq @param {string} stream */
    addPresent(seq, stream) {
        this.#owners[seq] = stream;
    }

    /**
     * Reads one event of an erasure. With the last event of its version, the entries without a body that it covers have
     * to
     * be all that is missing of the stream.
     *
     * @param {string} stream
     * @param {Place} place where the stream was
     * @param {number} seq
     * @param {Leaf} leaf
     * @param {string | null} prev
     * @returns {import("./outcome.js").Outcome<readonly Missing[]>} the entries without bodies that turned out to be of
     * the stream, with the last event
     */
    erase(stream, place, seq, leaf, prev) {
        const { ranges, eids } = leaf.erasure ?? { ranges: [], eids: [] };
        const open =
            leaf.n === 1
                ? { start: place, ver: leaf.ver, tx: leaf.tx, prev, listed: new Set(), covered: [] }
                : this.#open.get(stream);
        if (!open) return refuse("chain.version", { expected: leaf.ver, expectedN: 1, version: leaf.ver, n: leaf.n });
        this.#open.set(stream, open);
        for (const [first, last] of ranges) {
            if (last >= seq) return breaks("erasureCover", "erasure.range");
            // What is listed is of the stream, or was not covered before: no entry is passed over twice.
            for (let i = first; i <= last; i++)
                if (!this.#list(i, stream, open)) return breaks("erasureCover", "erasure.others");
        }
        for (const eid of eids) {
            const at = this.#ids.find(eid);
            if (at === undefined || !this.#list(at, stream, open)) return breaks("erasureCover", "erasure.others");
        }
        if (leaf.n < leaf.of) return accept([]);
        this.#open.delete(stream);
        // Entries of the stream that were exported before they were erased have their bodies still, and are covered
        // too.
        if (open.listed.size !== open.start.bodies) return breaks("erasureCover", "erasure.others");
        return this.#isWhole(open) ? accept(open.covered) : breaks("erasureCover", "erasure.stream");
    }

    /** The first entry whose body is missing although no erasure covers it. */
    firstUncovered() {
        for (const seq of this.#missing.keys()) return seq;
        return undefined;
    }

    /** @param {Open} open */
    #isWhole({ start, ver, tx, prev, covered }) {
        /** @type {{ ver: number, n: number, of: number, tx: number, head: string | null }} */
        let place = start;
        for (const entry of covered.sort((a, b) => a.seq - b.seq)) {
            if (!follows(place, entry) || !isInTime(place, entry)) return false;
            place = entry;
        }
        return isWhole(place) && ver === place.ver + 1 && tx > place.tx && prev === place.head;
    }

    /**
     * @param {number} seq
     * @param {string} stream
     * @param {Open} open
     * @returns {boolean} false if the entry is not of the stream, or was listed before
     */
    #list(seq, stream, open) {
        if (this.#owners[seq] !== stream) return this.#cover(seq, open);
        if (open.listed.has(seq)) return false;
        open.listed.add(seq);
        return true;
    }

    /** @param {number} seq @param {Open} open */
    #cover(seq, open) {
        const entry = this.#missing.get(seq);
        if (!entry) return false;
        this.#missing.delete(seq);
        this.covered++;
        open.covered.push(entry);
        return true;
    }
}
