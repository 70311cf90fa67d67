/**
 * Remembers the last checkpoint that was seen of a log, one for each key that signed. What contradicts it raises an
 * alarm, which stands until the reader dismisses it. A checkpoint is replaced only by one that was shown to go on from
 * it.
 */

import { isObject } from "./canonical-json.js";
import { readCheckpoint, verifyCheckpoint } from "./checkpoint.js";
import { sameBytes } from "./encoding.js";
import { REMEMBERED } from "./limits.js";
import { verifyConsistency } from "./merkle.js";
import { accept, cannotJudge, refuse } from "./outcome.js";
import { failed, passed, skipped } from "./steps.js";
import { readVerifierKey } from "./verifier-key.js";

/**
 * @typedef {import("./checkpoint.js").Checkpoint} Checkpoint
 * @typedef {import("./outcome.js").Outcome<undefined>} Compared
 *
 * @typedef {object} Store texts by name, such as a Map. Any operation may throw.
 * @property {(name: string) => string | null | undefined} get
 * @property {(name: string, value: string) => unknown} set
 * @property {(name: string) => unknown} delete
 * @property {() => Iterable<string>} keys
 *
 * @typedef {(from: number, to: number) => Promise<import("./outcome.js").Outcome<Uint8Array[]>>} FetchConsistency
 *
 * @typedef {object} Alarm
 * @property {string} key of its text
 * @property {import("./outcome.js").Values} values
 * @property {string} note the checkpoint that contradicts the remembered one: the evidence
 *
 * @typedef {{ name: string, text: string, checkpoint: Checkpoint, vkey: string, alarm: Alarm | null }} Memory
 *
 * @typedef {object} Seen a checkpoint whose signatures were verified
 * @property {Checkpoint} checkpoint
 * @property {readonly import("./checkpoint.js").Signer[]} signers
 * @property {boolean} isNewest whether the log gave it as its newest one now: then it may not be smaller
 * @property {ReadonlyMap<number, Uint8Array>} [roots] of earlier sizes, recomputed from leaves
 */

const PREFIX = "consent-log:";
const STEP = "remembered";

export class RememberedCheckpoints {
    #store;

    /** @param {Store} store */
    constructor(store) {
        this.#store = store;
    }

    /**
     * Compares a checkpoint with those that are remembered of its log, and remembers it.
     *
     * @param {Seen} seen
     * @param {FetchConsistency | null} fetchConsistency null without a registry
     * @returns {Promise<import("./steps.js").Step>}
     */
    async observe(seen, fetchConsistency) {
        try {
            return await this.#observe(seen, fetchConsistency);
        } catch {
            // A browser may refuse to store anything.
            return skipped(STEP, "remembered.unavailable");
        }
    }

    /** The sizes that are remembered of all logs: their roots are worth recomputing. */
    sizes() {
        /** @type {Set<number>} */
        const sizes = new Set();
        for (const memory of this.#memories()) if (memory) sizes.add(memory.checkpoint.size);
        return sizes;
    }

    /** The alarms that stand. @returns {Alarm[]} */
    alarms() {
        return this.#memories().flatMap((memory) => memory?.alarm ?? []);
    }

    /** Ends all alarms. The checkpoints stay remembered, so that an alarm comes back while its cause is there. */
    dismiss() {
        for (const memory of this.#memories()) if (memory?.alarm) this.#write({ ...memory, alarm: null });
    }

    /** Forgets every checkpoint, and every alarm. */
    forget() {
        for (const name of this.#names()) this.#store.delete(name);
    }

    /** @param {Seen} seen @param {FetchConsistency | null} fetchConsistency */
    async #observe(seen, fetchConsistency) {
        const { checkpoint, signers } = seen;
        const prefix = nameOf(checkpoint.origin, "");
        const names = this.#names().filter((name) => name.startsWith(prefix));
        if (names.length > REMEMBERED)
            return failed(STEP, cannotJudge("remembered.tooMany", { limit: REMEMBERED }).reason);
        /** @type {Memory[]} */
        const memories = [];
        for (const name of names) {
            const memory = this.#read(name);
            if (!memory || !(await isGenuine(memory))) return failed(STEP, cannotJudge("remembered.broken").reason);
            memories.push(memory);
        }
        for (const memory of memories) {
            const compared = await compare(memory.checkpoint, seen, fetchConsistency);
            if (compared.ok) continue;
            if (!compared.reason.unjudged) {
                const { key, values } = compared.reason;
                for (const one of memories)
                    this.#write({ ...one, alarm: one.alarm ?? { key, values, note: checkpoint.note } });
            }
            return failed(STEP, compared.reason);
        }
        const standing = memories.find(({ alarm }) => alarm !== null);
        if (standing) return failed(STEP, refuse("remembered.alarm").reason);
        const isNewKey = this.#remember(seen, memories);
        const size = Math.max(0, ...memories.map((memory) => memory.checkpoint.size));
        if (memories.length === 0)
            return checkpoint.size > 0
                ? passed(STEP, "remembered.first", { size: checkpoint.size })
                : skipped(STEP, "nothing");
        return passed(STEP, isNewKey ? "remembered.newKey" : "remembered.consistent", {
            before: size,
            size: checkpoint.size,
            signers: signers.length,
        });
    }

    /**
     * @param {Seen} seen
     * @param {readonly Memory[]} memories
     */
    #remember({ checkpoint, signers }, memories) {
        let isNewKey = false;
        if (checkpoint.size === 0) return isNewKey;
        for (const { verifier } of signers) {
            const name = nameOf(checkpoint.origin, verifier.vkey);
            const before = memories.find((memory) => memory.name === name);
            isNewKey ||= before === undefined;
            if (before && before.checkpoint.size >= checkpoint.size) continue;
            // Another page may have remembered something else since.
            if ((this.#store.get(name) ?? undefined) !== before?.text) continue;
            this.#write({ name, checkpoint, vkey: verifier.vkey, alarm: null });
        }
        return isNewKey;
    }

    #names() {
        return [...this.#store.keys()].filter((name) => name.startsWith(PREFIX));
    }

    #memories() {
        return this.#names().map((name) => this.#read(name));
    }

    /**
     * @param {string} name
     * @returns {Memory | undefined}
     */
    #read(name) {
        const text = this.#store.get(name);
        if (typeof text !== "string") return undefined;
        let value;
        try {
            value = JSON.parse(text);
        } catch {
            return undefined;
        }
        if (!isObject(value) || typeof value.vkey !== "string") return undefined;
        const checkpoint = readCheckpoint(value.note);
        const alarm = value.alarm === null ? null : readAlarm(value.alarm);
        if (!checkpoint.ok || alarm === undefined || nameOf(checkpoint.value.origin, value.vkey) !== name)
            return undefined;
        return { name, text, checkpoint: checkpoint.value, vkey: value.vkey, alarm };
    }

    /** @param {Omit<Memory, "text">} memory */
    #write({ name, checkpoint, vkey, alarm }) {
        this.#store.set(name, JSON.stringify({ vkey, note: checkpoint.note, alarm }));
    }
}

/**
 * @param {string} origin
 * @param {string} vkey
 */
const nameOf = (origin, vkey) => `${PREFIX}${origin} ${vkey}`;

/**
 * @param {unknown} value
 * @returns {Alarm | undefined}
 */
function readAlarm(value) {
    if (!isObject(value) || typeof value.key !== "string" || typeof value.note !== "string" || !isObject(value.values))
        return undefined;
    return { key: value.key, note: value.note, values: /** @type {import("./outcome.js").Values} */ (value.values) };
}

/** Whether what is remembered was signed by the key it is remembered for. @param {Memory} memory */
async function isGenuine({ checkpoint, vkey }) {
    const verifier = readVerifierKey(vkey);
    return verifier.ok && (await verifyCheckpoint(checkpoint, [verifier.value])).ok;
}

/**
 * @param {Checkpoint} remembered
 * @param {Seen} seen
 * @param {FetchConsistency | null} fetchConsistency
 * @returns {Promise<Compared>}
 */
async function compare(remembered, { checkpoint, isNewest, roots }, fetchConsistency) {
    const values = { before: remembered.size, size: checkpoint.size };
    const known = checkpoint.size === remembered.size ? checkpoint.root : roots?.get(remembered.size);
    if (known) return sameBytes(known, remembered.root) ? accept(undefined) : refuse("remembered.fork", values);
    if (checkpoint.size < remembered.size && isNewest) return refuse("remembered.smaller", values);
    const [first, second] = checkpoint.size < remembered.size ? [checkpoint, remembered] : [remembered, checkpoint];
    // Every tree begins with the one that has no leaves.
    if (first.size === 0) return accept(undefined);
    if (!fetchConsistency) return cannotJudge("remembered.noProof", values);
    const proof = await fetchConsistency(first.size, second.size);
    if (!proof.ok) return cannotJudge("remembered.noProof", values);
    const isConsistent = verifyConsistency({
        from: first.size,
        fromRoot: first.root,
        to: second.size,
        toRoot: second.root,
        proof: proof.value,
    });
    return isConsistent ? accept(undefined) : refuse("remembered.fork", values);
}
