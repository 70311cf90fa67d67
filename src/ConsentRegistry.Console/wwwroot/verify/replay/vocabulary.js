/** The vocabulary, and what was named before the log had it. */

import { between } from "../moments.js";
import { breaks } from "../outcome.js";
import { parentOf } from "../records.js";
import { TOLERANCE } from "./rules.js";

/**
 * @typedef {{ entry: number, at: string }[]} Named the first event that named something, and each that is dated before
 * all of these
 */

const PURPOSES = 256;

export class Vocabulary {
    /** The version that introduced each purpose. @type {Map<string, number>} */
    #introduced = new Map();
    #version = 0;
    /** @type {Map<string, Named>} */
    #unknown = new Map();
    /** @type {Map<number, Named>} */
    #later = new Map();

    /** @param {string} purpose @returns {number | undefined} the version that introduced it */
    introducedIn(purpose) {
        return this.#introduced.get(purpose);
    }

    /**
     * @param {import("../records.js").Purpose} after
     * @param {import("./rules.js").Place} place
     */
    register({ purpose, introducedIn }, place) {
        if (introducedIn !== place.ver) return breaks("recordStamp");
        const parent = parentOf(purpose);
        if (
            this.#introduced.has(purpose) ||
            (parent !== null && !this.#introduced.has(parent)) ||
            this.#introduced.size >= PURPOSES
        )
            return breaks("purposeEntry");
        this.#introduced.set(purpose, introducedIn);
        this.#version = place.ver;
        settle(this.#unknown, purpose, place.at);
        settle(this.#later, place.ver, place.at);
        return undefined;
    }

    /** An event names a purpose. @param {string} purpose @param {number} entry @param {string} at */
    name(purpose, entry, at) {
        if (!this.#introduced.has(purpose)) note(this.#unknown, purpose, entry, at);
    }

    /**
     * An event names a version of the vocabulary.
     *
     * @param {number} version
     * @param {number} entry
     * @param {string} at
     */
    nameVersion(version, entry, at) {
        if (version < 1) return breaks("vocabularyVersion");
        if (version > this.#version) note(this.#later, version, entry, at);
        return undefined;
    }

    /** What was named and was not there in time. */
    missing() {
        return [
            ...firstOf(this.#unknown).map((entry) => ({ entry, broken: breaks("purposeUnknown") })),
            ...firstOf(this.#later).map((entry) => ({ entry, broken: breaks("vocabularyVersion") })),
        ];
    }
}

/**
 * @template T
 * @param {Map<T, Named>} named
 * @param {T} what
 * @param {number} entry
 * @param {string} at
 */
function note(named, what, entry, at) {
    const before = named.get(what);
    if (!before) named.set(what, [{ entry, at }]);
    else if (at < (before.at(-1)?.at ?? "")) before.push({ entry, at });
}

/** @param {Map<unknown, Named>} named */
const firstOf = (named) => [...named.values()].flatMap(([first]) => (first ? [first.entry] : []));

/**
 * What is there now is no longer missing, if it came soon enough: a change takes its time before it reads the
 * vocabulary, so the log may have it first.
 *
 * @template T
 * @param {Map<T, Named>} named
 * @param {T} what
 * @param {string} at
 */
function settle(named, what, at) {
    const early = named.get(what)?.find((one) => between(at, one.at) > TOLERANCE);
    if (early) named.set(what, [early]);
    else named.delete(what);
}
