/** A log whose bodies are altered, and then sealed, chained and signed again. */

import { createHash, createHmac } from "node:crypto";
import { canonicalText, Signer, toFile } from "./log.js";
import { leafHashOf, ReferenceTree } from "./tree.js";

/**
 * @typedef {{ seq: number, leaf: { [name: string]: any }, body: { [name: string]: any } | null }} Entry
 * @typedef {{ at: number, root: string, path: string[], value: unknown, member: string }} Member one value in a record;
 * `member` names it with its type, and each item of a list as `#`
 */

export class Resealed {
    /** @type {Entry[]} */
    #entries;
    /** The streams of entries without bodies. @type {Map<number, string>} */
    #erased = new Map();
    #signer = new Signer();

    /** @param {Buffer} exported */
    constructor(exported) {
        this.#entries = exported
            .toString()
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line))
            .filter(({ kind }) => kind === "entry")
            .map(({ seq, leaf, body }) => ({ seq, leaf: JSON.parse(leaf), body: body && JSON.parse(body) }));
        for (const { leaf, body } of this.#entries) {
            if (!leaf.ranges) continue;
            for (const { seq, leaf: other } of this.#entries) {
                const isListed = leaf.ranges.some(
                    (/** @type {number[]} */ [first = 0, last = 0]) => first <= seq && seq <= last,
                );
                if (isListed || leaf.eids.includes(other.eid)) this.#erased.set(seq, body?.stream);
            }
        }
    }

    /** Each value in each record. @returns {Generator<Member>} */
    *members() {
        for (const [at, { leaf, body }] of this.#entries.entries()) {
            for (const root of ["key", "before", "after"]) {
                for (const [path, value] of valuesIn(body?.[root] ?? null, [])) {
                    const names = path.map((name) => (/^\d+$/.test(name) ? "#" : name));
                    yield { at, root, path, value, member: `${leaf.type} ${[root, ...names].join(".")}` };
                }
            }
        }
    }

    /**
     * The export, with one value of one body altered.
     *
     * @param {number} [altered] the entry
     * @param {readonly string[]} [path]
     * @param {unknown} [other] undefined takes the member away
     */
    file(altered, path = [], other) {
        /** @type {Map<string, string>} */
        const heads = new Map();
        const hashes = [];
        const lines = [];
        for (const [at, entry] of this.#entries.entries()) {
            const { seq } = entry;
            const stream = entry.body?.stream ?? this.#erased.get(seq) ?? "";
            const salt = createHash("sha256").update(`salt ${seq}`).digest();
            const content = entry.body && at === altered ? replaced(entry.body, path, other) : entry.body;
            const body = content && canonicalText({ ...content, prev: heads.get(stream) ?? null });
            const commit = body && createHmac("sha256", salt).update(body).digest("base64url");
            const leaf = canonicalText(commit ? { ...entry.leaf, commit } : entry.leaf);
            heads.set(stream, createHash("sha256").update(leaf).digest("base64url"));
            hashes.push(leafHashOf(Buffer.from(leaf)));
            lines.push({ body, kind: "entry", leaf, salt: body && salt.toString("base64url"), seq });
        }
        const to = lines.length;
        const note = this.#signer.note(to, new ReferenceTree(hashes).root(to));
        return toFile([
            { from: 0, kind: "log", origin: this.#signer.origin, to, v: 1 },
            { keys: this.#signer.keys, kind: "keys" },
            ...lines,
            { kind: "checkpoint", note },
        ]);
    }
}

/** @param {any} value @param {string[]} path @returns {Generator<[string[], unknown]>} */
function* valuesIn(value, path) {
    if (path.length > 0) yield [path, value];
    if (typeof value !== "object" || value === null) return;
    for (const name of Object.keys(value)) yield* valuesIn(value[name], [...path, name]);
}

/** @param {object} body @param {readonly string[]} path @param {unknown} other */
function replaced(body, path, other) {
    const copy = structuredClone(body);
    const name = path.at(-1) ?? "";
    const parent = path.slice(0, -1).reduce((/** @type {any} */ at, member) => at[member], copy);
    if (other === undefined) delete parent[name];
    else parent[name] = other;
    return copy;
}
