/** Writes logs, bundles and receipts as the documents say, with keys of its own: what is altered is signed as well. */

import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { leafHashOf, ReferenceTree } from "./tree.js";

/**
 * @typedef {{ [name: string]: unknown }} Line
 * @typedef {{ stream: string, type?: string, ver?: number, n?: number, of?: number, tx?: number, prev?: string | null,
 *   eid?: string, erase?: { ranges: number[][], eids: string[] }, erased?: boolean, leaf?: Line, body?: Line }} Event
 * what
 *   is not given is as it should be
 * @typedef {{ seq: number, leaf: string, body: string | null, salt: string | null }} Written
 */

export const ORIGIN = "log.example.org/test";

/** @param {string | Uint8Array} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

/** @param {unknown} value @returns {string} canonical JSON, written without the code that is tested */
export function canonicalText(value) {
    if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${canonicalText(one)}`).join()}}`;
}

export class Signer {
    /** @param {string} [origin] */
    constructor(origin = ORIGIN) {
        this.origin = origin;
        const log = generateKeyPairSync("ed25519");
        const receipts = generateKeyPairSync("ec", { namedCurve: "P-256" });
        this.logKey = log.privateKey;
        this.receiptKey = receipts.privateKey;
        const { x = "" } = log.publicKey.export({ format: "jwk" });
        const point = receipts.publicKey.export({ format: "jwk" });
        const key = Buffer.concat([Buffer.of(1), Buffer.from(x, "base64url")]);
        this.hash = sha256(Buffer.concat([Buffer.from(`${origin}\n`), key])).subarray(0, 4);
        this.vkey = `${origin}+${this.hash.toString("hex")}+${key.toString("base64")}`;
        /** @param {object} members */
        const thumbprint = (members) => sha256(JSON.stringify(members)).toString("base64url");
        this.receiptKid = thumbprint({ crv: "P-256", kty: "EC", x: point.x, y: point.y });
        this.keys = [
            {
                alg: "EdDSA",
                crv: "Ed25519",
                kid: thumbprint({ crv: "Ed25519", kty: "OKP", x }),
                kty: "OKP",
                use: "sig",
                vkey: this.vkey,
                x,
            },
            { alg: "ES256", crv: "P-256", kid: this.receiptKid, kty: "EC", use: "sig", x: point.x, y: point.y },
        ];
    }

    /** @param {number} size @param {Uint8Array} root @param {string} [origin] */
    note(size, root, origin = this.origin) {
        const text = `${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`;
        const signature = Buffer.concat([this.hash, sign(null, Buffer.from(text), this.logKey)]);
        return `${text}\n\u2014 ${this.origin} ${signature.toString("base64")}\n`;
    }

    /**
     * The keys of a registry after a rotation: the newer ones, to which this one hands over, and its own.
     *
     * @param {Signer} newer
     * @param {string} [kid] for whom the hand-over is signed, where that is another
     */
    handOverTo(newer, kid) {
        const by = this.keys[0]?.kid ?? "";
        const handed = newer.keys.map((key) => {
            const text = `consent-registry key hand-over v1\n${by}\n${kid ?? key.kid}\n`;
            const signature = sign(null, Buffer.from(text), this.logKey).toString("base64url");
            return { ...key, handover: { by, signature } };
        });
        return [...handed, ...this.keys];
    }

    /** @param {string} typ @param {object} payload */
    jws(typ, payload) {
        const header = { alg: "ES256", kid: this.receiptKid, typ };
        const signed = [header, payload]
            .map((part) => Buffer.from(canonicalText(part)).toString("base64url"))
            .join(".");
        const signature = sign("sha256", Buffer.from(signed), { key: this.receiptKey, dsaEncoding: "ieee-p1363" });
        return `${signed}.${signature.toString("base64url")}`;
    }
}

export class Log {
    /** @type {Written[]} */
    entries = [];
    /** @type {Uint8Array[]} */
    hashes = [];
    tree = new ReferenceTree(this.hashes);
    /** @type {Map<string, { ver: number, n: number, of: number, head: string | null, tx: number }>} */
    #streams = new Map();
    /** What events that are not given their records left. @type {Map<string, object | null>} */
    #left = new Map();

    /** @param {Signer} [signer] */
    constructor(signer = new Signer()) {
        this.signer = signer;
    }

    /**
     * The version and the time of the next version of a stream.
     *
     * @param {string} stream
     * @param {number} tx
     */
    next(stream, tx) {
        return { version: (this.#streams.get(stream)?.ver ?? 0) + 1, changedAt: momentOf(tx) };
    }

    /** @param {Event} event */
    add(event) {
        const seq = this.entries.length;
        const place = this.#streams.get(event.stream) ?? { ver: 0, n: 0, of: 0, head: null, tx: 0 };
        const isNew = place.n === place.of;
        const { stream, type = event.erase ? "creatorErased" : "lockdownChanged", prev = place.head } = event;
        const ver = event.ver ?? (isNew ? place.ver + 1 : place.ver);
        const n = event.n ?? (isNew ? 1 : place.n + 1);
        const of = event.of ?? (isNew ? 1 : place.of);
        const tx = event.tx ?? (isNew ? 1_800_000_000_000_000 + seq * 1_000_000 : place.tx);
        const body = canonicalText({
            ...this.#recordsOf(type, stream, ver, tx, seq),
            by: { client: "app", onBehalfOf: null, reason: null, subject: stream },
            prev,
            stream,
            ...event.body,
        });
        const salt = sha256(`salt ${seq}`);
        const leaf = canonicalText({
            commit: createHmac("sha256", salt).update(body).digest("base64url"),
            eid: event.eid ?? eidOf(seq),
            n,
            of,
            tx,
            type,
            v: 1,
            ver,
            ...event.erase,
            ...event.leaf,
        });
        this.#streams.set(stream, { ver, n, of, tx, head: sha256(leaf).toString("base64url") });
        this.hashes.push(leafHashOf(Buffer.from(leaf)));
        this.entries.push(
            event.erased
                ? { seq, leaf, body: null, salt: null }
                : { seq, leaf, body, salt: salt.toString("base64url") },
        );
        return this;
    }

    /**
     * Records that an honest registry could have written: a lockdown is set and lifted by turns.
     *
     * @param {string} type @param {string} stream @param {number} ver @param {number} tx @param {number} seq
     */
    #recordsOf(type, stream, ver, tx, seq) {
        const stamp = { version: ver, changedAt: momentOf(tx) };
        if (type === "creatorErased") return { key: {}, before: null, after: { erasedAt: stamp.changedAt } };
        if (type === "purposeRegistered") {
            const purpose = `purpose${seq}`;
            const more = { description: "A purpose.", introducedIn: ver, parent: null, usesLikeness: false };
            return { key: { purpose }, before: null, after: { purpose, ...more } };
        }
        if (type === "useRecorded") {
            const video = { video: { creatorId: "ana", videoId: "clip" }, reason: "unknownPurpose", spent: [] };
            const use = { requester: stream.slice("$requester/".length), purpose: "none", made: null };
            const videos = [{ ...video, reliedOn: null }];
            return {
                key: { use: eidOf(seq) },
                before: null,
                after: { ...stamp, ...use, videos, usedAt: stamp.changedAt },
            };
        }
        const name = `${stream} ${type}`;
        const before = this.#left.get(name) ?? null;
        const after = before ? null : { ...stamp, purposes: null };
        this.#left.set(name, after);
        return { key: {}, before, after };
    }

    /** @param {number} [size] */
    root(size = this.hashes.length) {
        return this.tree.root(size);
    }

    /** @param {number} [size] */
    note(size = this.hashes.length) {
        return this.signer.note(size, this.root(size));
    }

    /**
     * @param {{ from?: number, to?: number, every?: number }} [range] `every`: entries between two checkpoints
     * @returns {Line[]}
     */
    lines({ from = 0, to = this.entries.length, every = 3 } = {}) {
        /** @type {Line[]} */
        const lines = [
            { from, kind: "log", origin: this.signer.origin, to, v: 1 },
            { keys: this.signer.keys, kind: "keys" },
        ];
        for (const entry of this.entries.slice(from, to)) {
            lines.push({ kind: "entry", ...entry });
            const size = entry.seq + 1;
            if (size % every === 0 || size === to) lines.push({ kind: "checkpoint", note: this.note(size) });
        }
        return lines;
    }

    /** @param {string} creatorId @returns {Line[]} */
    bundle(creatorId) {
        const size = this.entries.length;
        const own = this.entries.filter(({ seq }) => this.#streamAt[seq] === creatorId);
        const { ver = 0, head = null } = this.#streams.get(creatorId) ?? {};
        const statement = { creatorId, head, origin: this.signer.origin, treeSize: size, v: 1, version: ver };
        return [
            { creatorId, kind: "creator", origin: this.signer.origin, v: 1 },
            { keys: this.signer.keys, kind: "keys" },
            { kind: "checkpoint", note: this.note() },
            ...own.map((entry) => ({
                kind: "entry",
                ...entry,
                proof: this.tree.path(entry.seq, size).map((hash) => Buffer.from(hash).toString("base64url")),
            })),
            { jws: this.signer.jws("consent-stream+jws", statement), kind: "statement" },
        ];
    }

    /** @param {object} [more] @param {number} [size] */
    receipt(more = {}, size = this.entries.length) {
        return this.signer.jws("consent-receipt+jws", {
            at: "2027-01-15T08:43:00.000000Z",
            decision: { allowed: false, effect: "deny", reason: "noConsent" },
            log: { origin: this.signer.origin, root: Buffer.from(this.root(size)).toString("base64url"), size },
            request: { creatorId: "ana", purpose: "remix", requester: "studio", videoId: "clip" },
            v: 1,
            versions: { ana: this.#streams.get("ana")?.ver ?? 0 },
            ...more,
        });
    }

    /** An answer of /v1/log/proof. @param {number} seq @param {number} [size] */
    proof(seq, size = this.entries.length) {
        const { leaf = "" } = this.entries[seq] ?? {};
        return {
            eventId: JSON.parse(leaf).eid,
            seq,
            size,
            leaf,
            proof: this.tree.path(seq, size).map(base64),
            root: base64(this.root(size)),
            checkpoint: this.note(size),
        };
    }

    /** An answer of /v1/log/consistency. @param {number} from @param {number} to */
    consistency(from, to) {
        return {
            from,
            to,
            proof: this.tree.consistency(from, to).map(base64),
            fromRoot: base64(this.root(from)),
            toRoot: base64(this.root(to)),
        };
    }

    get #streamAt() {
        const streams = this.entries.map(({ body }) => (body === null ? undefined : JSON.parse(body).stream));
        // What has no body is of the stream whose erasure names it.
        for (const { seq, leaf, body } of this.entries) {
            const { ranges = [], eids = [] } = JSON.parse(leaf);
            for (const entry of this.entries.slice(0, seq)) {
                const isNamed =
                    ranges.some(
                        (/** @type {number[]} */ [first = 0, last = 0]) => first <= entry.seq && entry.seq <= last,
                    ) || eids.includes(JSON.parse(entry.leaf).eid);
                if (isNamed && body !== null) streams[entry.seq] = JSON.parse(body).stream;
            }
        }
        return streams;
    }
}

/** @param {Uint8Array} bytes */
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** @param {number} tx microseconds since 1970 */
export const momentOf = (tx) =>
    `${new Date(Math.trunc(tx / 1_000)).toISOString().slice(0, -1)}${String(tx % 1_000).padStart(3, "0")}Z`;

/** @param {number} seq */
export const eidOf = (seq) => `00000000-0000-7000-8000-${String(seq).padStart(12, "0")}`;

/** Lines with the end that they should have. @param {readonly Line[]} lines */
export function toFile(lines) {
    const text = lines.map((line) => `${canonicalText(line)}\n`).join("");
    return Buffer.from(`${text}${canonicalText({ kind: "end", sha256: sha256(text).toString("base64url") })}\n`);
}

/** A log with several streams, a version of three events and an erased creator. @param {Signer} [signer] */
export function sampleLog(signer) {
    const log = new Log(signer);
    log.add({ stream: "$vocabulary", type: "purposeRegistered", of: 2 }).add({
        stream: "$vocabulary",
        type: "purposeRegistered",
    });
    log.add({ stream: "ana" }).add({ stream: "ben", erased: true });
    log.add({ stream: "ana", of: 3 }).add({ stream: "ana" }).add({ stream: "ana" });
    log.add({ stream: "ben", erased: true, of: 2 }).add({ stream: "ben", erased: true });
    log.add({ stream: "cem" }).add({ stream: "ben", erased: true });
    log.add({
        stream: "ben",
        erase: {
            ranges: [
                [3, 3],
                [7, 8],
            ],
            eids: [],
        },
        of: 2,
    });
    log.add({ stream: "ben", erase: { ranges: [], eids: [eidOf(10)] } });
    return log.add({ stream: "ana" }).add({ stream: "cem", type: "lockdownChanged" });
}
