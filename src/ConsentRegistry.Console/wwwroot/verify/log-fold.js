/**
 * Everything that the entries of a log have to be, one after the other. In memory are one hash for each binary digit of
 * the size, the place of each stream, and the entries whose bodies are missing. Of each entry it keeps a fingerprint of
 * its id, and its stream; of each record a fingerprint.
 */

import { Erasures } from "./erasures.js";
import { EventIds } from "./fingerprints.js";
import { CLOCK_TOLERANCE } from "./limits.js";
import { GrowingTree, leafHash } from "./merkle.js";
import { accept, breaks, refuse } from "./outcome.js";
import { Replay } from "./replay/replay.js";
import { fault } from "./steps.js";
import { advance, placeAfter, START } from "./stream-chain.js";

/**
 * @typedef {import("./entry.js").Entry} Entry
 * @typedef {import("./leaf.js").Leaf} Leaf
 */

export class LogFold {
    tree = new GrowingTree();
    bodies = 0;
    /** The least and the greatest time of a change, in microseconds since 1970. */
    earliest = Infinity;
    latest = -Infinity;
    /** @type {Map<string, import("./stream-chain.js").Place>} */
    #streams = new Map();
    #ids = new EventIds();
    #erasures = new Erasures(this.#ids);
    /** @type {Replay | undefined} */
    #replay;
    /** @type {Leaf | undefined} */
    #before;
    #tolerance;
    #wanted;
    /** The times of versions that are wanted. @type {Map<string, number>} */
    times = new Map();

    /**
     * @param {number} [tolerance] microseconds by which an entry may be dated before one that precedes it
     * @param {ReadonlySet<string>} [wanted] versions whose times are wanted, by `versionKey`
     * @param {boolean} [replays] whether each event is judged by those before it
     */
    constructor(tolerance = CLOCK_TOLERANCE, wanted = new Set(), replays = true) {
        this.#replay = replays ? new Replay(true) : undefined;
        this.#tolerance = tolerance;
        this.#wanted = wanted;
    }

    get streams() {
        return this.#streams.size;
    }

    get erased() {
        return this.#erasures.covered;
    }

    /**
     * @param {Entry} entry
     * @returns {import("./part.js").Problem}
     */
    add({ seq, leaf, body }) {
        const where = { entry: seq };
        if (seq !== this.tree.size) return fault("leaves", refuse("entry.order", { expected: this.tree.size }), where);
        const together = checkTogether(this.#before, leaf);
        if (!together.ok) return fault("versions", together, where);
        if (leaf.tx < this.latest - this.#tolerance) return fault("times", refuse("entry.time"), where);
        if (!this.#ids.add(leaf.eid, seq)) return fault("leaves", breaks("eventTwice"), where);
        if (body === null) {
            if (leaf.erasure) return fault("erasures", breaks("erasureCover", "erasure.noBody"), where);
            this.#erasures.addMissing(seq, leaf);
        } else {
            const place = this.#streams.get(body.stream) ?? START;
            this.#erasures.addPresent(seq, body.stream);
            // What precedes an erasure has no bodies that would say whose it is: the erasure says it.
            if (!leaf.erasure || leaf.n > 1 || place.isErased) {
                const next = advance(place, leaf, body.prev);
                if (!next.ok) return fault("versions", next, where);
            }
            if (leaf.erasure) {
                const erased = this.#erasures.erase(body.stream, place, seq, leaf, body.prev);
                if (!erased.ok) return fault("erasures", erased, where);
                // An erasure takes what an event said, and not when it was.
                for (const entry of erased.value) this.#keepTime(body.stream, entry);
            }
            this.#keepTime(body.stream, leaf);
            this.#streams.set(body.stream, placeAfter(place, leaf, true));
            this.bodies++;
        }
        const broken = this.#replay?.take(seq, leaf, body);
        if (broken) return fault("meaning", broken, where);
        this.#before = leaf;
        this.earliest = Math.min(this.earliest, leaf.tx);
        this.latest = Math.max(this.latest, leaf.tx);
        this.tree.append(leafHash(leaf.bytes));
        return undefined;
    }

    /** @param {string} stream @param {{ ver: number, tx: number }} event */
    #keepTime(stream, { ver, tx }) {
        const key = versionKey(stream, ver);
        if (this.#wanted.has(key)) this.times.set(key, tx);
    }

    /** @returns {import("./part.js").Problem} what is missing at the end */
    finish() {
        const uncovered = this.#erasures.firstUncovered();
        if (uncovered !== undefined) return fault("erasures", refuse("erasure.missing"), { entry: uncovered });
        const last = this.#before;
        if (last && last.n < last.of) return fault("versions", refuse("chain.unfinished", { n: last.n, of: last.of }));
        return undefined;
    }

    /** @returns {import("./part.js").Problem} what the whole log does not bear out */
    finishReplay() {
        const late = this.#replay?.finish();
        return late && fault("meaning", late.broken, { entry: late.entry });
    }
}

/** @param {string} stream @param {number} version */
export const versionKey = (stream, version) => `${version} ${stream}`;

/**
 * The events of a version stand together, whole, and have one time.
 *
 * @param {Leaf | undefined} before
 * @param {Leaf} leaf
 * @returns {import("./outcome.js").Outcome<undefined>}
 */
function checkTogether(before, leaf) {
    const isFirst = before === undefined || before.n === before.of;
    const isNext = isFirst
        ? leaf.n === 1
        : leaf.n === before.n + 1 && leaf.of === before.of && leaf.ver === before.ver && leaf.tx === before.tx;
    return isNext ? accept(undefined) : refuse("chain.apart", { version: leaf.ver, n: leaf.n });
}
