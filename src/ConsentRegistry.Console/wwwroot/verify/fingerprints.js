/**
 * Maps of as many texts as a log has events. A `Map` ends at 2^24 members, and needs several times this memory.
 */

import { utf8 } from "./encoding.js";
import { sha256 } from "./hash.js";

/** Words of 32 bits of a fingerprint. */
const WORDS = 4;
const FIRST_CAPACITY = 1_024;
/** More than so many members of 4 slots, and the map grows. */
const FULL = 3;

/**
 * @typedef {Uint32Array} Fingerprint 128 bits of SHA-256 under a key of this run. So nobody can prepare two texts that
 * have the same one.
 */

export class Fingerprints {
    #key = crypto.getRandomValues(new Uint8Array(32));

    /**
     * @param {string} text
     * @returns {Fingerprint}
     */
    of(text) {
        const hash = sha256(this.#key, utf8(text));
        return new Uint32Array(hash.slice(0, WORDS * Uint32Array.BYTES_PER_ELEMENT).buffer);
    }
}

/** A map from fingerprints to some words. */
export class FingerprintMap {
    size = 0;
    #valueWords;
    #slots;
    #capacity = FIRST_CAPACITY;

    /** @param {number} valueWords words of 32 bits of a value */
    constructor(valueWords) {
        this.#valueWords = valueWords;
        this.#slots = new Uint32Array(FIRST_CAPACITY * this.#stride);
    }

    /**
     * The value, which stays valid until something is set; undefined if there is none.
     *
     * @param {Fingerprint} key
     */
    get(key) {
        const at = this.#find(this.#slots, this.#capacity, key);
        return this.#isEmpty(this.#slots, at)
            ? undefined
            : this.#slots.subarray(at + WORDS, at + WORDS + this.#valueWords);
    }

    /**
     * @param {Fingerprint} key
     * @param {ArrayLike<number>} value
     */
    set(key, value) {
        const at = this.#find(this.#slots, this.#capacity, key);
        if (this.#isEmpty(this.#slots, at)) this.size++;
        this.#slots.set(key, at);
        this.#slots.set(value, at + WORDS);
        if (this.size * 4 > this.#capacity * FULL) this.#grow();
    }

    get #stride() {
        return WORDS + this.#valueWords;
    }

    #grow() {
        const capacity = this.#capacity * 2;
        const slots = new Uint32Array(capacity * this.#stride);
        for (let at = 0; at < this.#slots.length; at += this.#stride) {
            if (this.#isEmpty(this.#slots, at)) continue;
            const slot = this.#slots.subarray(at, at + this.#stride);
            slots.set(slot, this.#find(slots, capacity, slot));
        }
        this.#slots = slots;
        this.#capacity = capacity;
    }

    /**
     * Where a member is, or the empty slot where it would be. A fingerprint is as good as random, so its first word
     * says where to begin.
     *
     * @param {Uint32Array} slots
     * @param {number} capacity a power of 2
     * @param {ArrayLike<number>} key
     */
    #find(slots, capacity, key) {
        for (let slot = (key[0] ?? 0) & (capacity - 1); ; slot = (slot + 1) & (capacity - 1)) {
            const at = slot * this.#stride;
            if (this.#isEmpty(slots, at) || isAt(slots, at, key)) return at;
        }
    }

    /** No fingerprint is zero. @param {Uint32Array} slots @param {number} at */
    #isEmpty(slots, at) {
        return isAt(slots, at, NOTHING);
    }
}

/** What stands for nothing, where a value is a fingerprint. @type {Fingerprint} */
export const NOTHING = new Uint32Array(WORDS);

/**
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
export const sameFingerprint = (one, other) => isAt(one, 0, other);

/**
 * @param {ArrayLike<number>} words
 * @param {number} at
 * @param {ArrayLike<number>} key
 */
function isAt(words, at, key) {
    for (let i = 0; i < WORDS; i++) if (words[at + i] !== key[i]) return false;
    return true;
}

/** Ids of events, and where in the log they are. */
export class EventIds {
    #fingerprints = new Fingerprints();
    #places = new FingerprintMap(2);

    /**
     * @param {string} eid
     * @param {number} seq
     * @returns {boolean} false if another event has this id
     */
    add(eid, seq) {
        const key = this.#fingerprints.of(eid);
        if (this.#places.get(key)) return false;
        this.#places.set(key, [seq % 2 ** 32, Math.floor(seq / 2 ** 32)]);
        return true;
    }

    /** @param {string} eid @returns {number | undefined} its place in the log */
    find(eid) {
        const [low, high] = this.#places.get(this.#fingerprints.of(eid)) ?? [];
        return low === undefined || high === undefined ? undefined : high * 2 ** 32 + low;
    }
}
