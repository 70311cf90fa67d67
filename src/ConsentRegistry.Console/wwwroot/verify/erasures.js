/**
 * Bodies that are missing, and the erasures that have to cover them. An erasure comes later in the log than the entries
 * that it covers, so the missing ones are kept until then.
 */

import { accept, refuse } from "./outcome.js";
import { follows, headOf, isInTime, isWhole } from "./stream-chain.js";

/**
 * @typedef {import("./leaf.js").Leaf} Leaf
 * @typedef {import("./stream-chain.js").Place} Place
 * @typedef {{ seq: number, ver: number, n: number, of: number, tx: number, head: string }} Missing
 * @typedef {{ start: Place, ver: number, tx: number, prev: string | null, claimed: number, covered: Missing[]
 * }} Open an erasure of several events
 */

export class Erasures {
    /** Entries without bodies, by place in the log. @type {(Missing | undefined)[]} */
    #missing = [];
    /** For each of them, one at or after it that is not covered yet, so that no search passes over covered ones twice.
     * @type {number[]} */
    #next = [];
    /** @type {Map<string, number>} */
    #byEid = new Map();
    #uncovered = 0;
    /** @type {Map<string, Open>} */
    #open = new Map();
    /** How many bodies erasures cover. */
    covered = 0;

    /** @param {number} seq @param {Leaf} leaf */
    addMissing(seq, leaf) {
        this.#byEid.set(leaf.eid, this.#missing.length);
        this.#next.push(this.#missing.length);
        this.#missing.push({ seq, ver: leaf.ver, n: leaf.n, of: leaf.of, tx: leaf.tx, head: headOf(leaf) });
        this.#uncovered++;
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
     * @returns {import("./outcome.js").Outcome<undefined>}
     */
    erase(stream, place, seq, leaf, prev) {
        const { ranges, eids } = leaf.erasure ?? { ranges: [], eids: [] };
        const open =
            leaf.n === 1
                ? { start: place, ver: leaf.ver, tx: leaf.tx, prev, claimed: 0, covered: [] }
                : this.#open.get(stream);
        if (!open) return refuse("chain.version", { expected: leaf.ver, expectedN: 1, version: leaf.ver, n: leaf.n });
        this.#open.set(stream, open);
        for (const [first, last] of ranges) {
            if (last >= seq) return refuse("erasure.range");
            open.claimed += last - first + 1;
            for (
                let i = this.#at(first);
                i < this.#missing.length && /** @type {Missing} */ (this.#missing[i]).seq <= last;
                i = this.#find(i)
            )
                this.#cover(i, open);
        }
        open.claimed += eids.length;
        for (const eid of eids) {
            const i = this.#byEid.get(eid);
            if (i !== undefined) this.#cover(i, open);
        }
        if (leaf.n < leaf.of) return accept(undefined);
        this.#open.delete(stream);
        // Entries of the stream that were exported before they were erased have their bodies still, and are covered
        // too.
        if (open.claimed !== open.covered.length + open.start.bodies) return refuse("erasure.others");
        return this.#isWhole(open) ? accept(undefined) : refuse("erasure.stream");
    }

    /** The first entry whose body is missing although no erasure covers it. */
    firstUncovered() {
        const i = this.#find(0);
        return this.#uncovered === 0 ? undefined : this.#missing[i]?.seq;
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

    /** @param {number} i @param {Open} open */
    #cover(i, open) {
        const entry = this.#missing[i];
        if (!entry || this.#find(i) !== i) return;
        this.#next[i] = i + 1;
        this.#uncovered--;
        this.covered++;
        open.covered.push(entry);
    }

    /** The first missing entry at or after a place of the log that is not covered. @param {number} seq */
    #at(seq) {
        let low = 0;
        let high = this.#missing.length;
        while (low < high) {
            const middle = (low + high) >>> 1;
            if (/** @type {Missing} */ (this.#missing[middle]).seq < seq) low = middle + 1;
            else high = middle;
        }
        return this.#find(low);
    }

    /** @param {number} i */
    #find(i) {
        let end = i;
        for (let next = this.#next[end]; next !== undefined && next !== end; next = this.#next[end]) end = next;
        // What was passed over once leads straight to the end from now on.
        for (let next = this.#next[i]; next !== undefined && next < end; next = this.#next[i]) {
            this.#next[i] = end;
            i = next;
        }
        return end;
    }
}
