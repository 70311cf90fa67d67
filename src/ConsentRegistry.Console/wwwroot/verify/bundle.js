/** Verifies a creator's bundle: the entries of one stream, each with a proof, and where the stream ends. */

import { hasMembers, isInteger } from "./canonical-json.js";
import { readCheckpoint, rootText, verifyCheckpoint } from "./checkpoint.js";
import { fromBase64UrlOf } from "./encoding.js";
import { readEntry } from "./entry.js";
import { Erasures } from "./erasures.js";
import { EventIds } from "./fingerprints.js";
import { verifyJws } from "./jws.js";
import { PROOF_HASHES } from "./limits.js";
import { leafHash, verifyInclusion } from "./merkle.js";
import { breaks, cannotJudge, refuse } from "./outcome.js";
import { checkVersion, readKeyLine, readPart } from "./part.js";
import { Replay } from "./replay/replay.js";
import { failed, fault, passed, skipped } from "./steps.js";
import { advance, follows, isWhole, placeAfter, START } from "./stream-chain.js";
import { keyStep, witnessStep } from "./trust-steps.js";

/**
 * @typedef {import("./canonical-json.js").JsonObject} JsonObject
 * @typedef {import("./checkpoint.js").Checkpoint} Checkpoint
 * @typedef {import("./part.js").Problem} Problem
 * @typedef {import("./log-export.js").ExportOptions} ExportOptions
 */

const STEPS = [
    "lines",
    "header",
    "leaves",
    "bodies",
    "inclusion",
    "versions",
    "erasures",
    "meaning",
    "signatures",
    "statement",
    "whole",
];
const STATEMENT = "consent-stream+jws";

class Bundle {
    origin = "";
    creator = "";
    entries = 0;
    bodies = 0;
    #ids = new EventIds();
    erasures = new Erasures(this.#ids);
    /** What other streams say of this one is not judged. @type {Replay | undefined} */
    #replay;
    /** @type {Checkpoint | undefined} */
    checkpoint;
    /** @type {import("./checkpoint.js").Signed} */
    signed = { signers: [], witnesses: [] };
    /** @type {import("./keys.js").ReceiptKey[]} */
    receiptKeys = [];
    hasStatement = false;
    place = START;
    #options;
    #line = 0;
    #lastSeq = -1;
    /** Where the stream was before its missing bodies. @type {import("./stream-chain.js").Place | undefined} */
    #beforeMissing;
    /** @type {readonly import("./keys.js").Verifier[]} */
    #verifiers = [];

    /** @param {ExportOptions} options */
    constructor(options) {
        this.#options = options;
        this.#replay = options.replays === false ? undefined : new Replay(false);
    }

    /** @param {import("./lines.js").Bytes} source @returns {Promise<Problem>} */
    async read(source) {
        const problem = await readPart(source, (line) => this.#handle(line), this.#options.signal);
        if (problem) return problem;
        if (this.#line < 3) return fault("header", refuse("header.form"));
        const uncovered = this.erasures.firstUncovered();
        if (uncovered !== undefined) return fault("erasures", refuse("erasure.missing"), { entry: uncovered });
        return this.hasStatement ? undefined : fault("statement", refuse("statement.missing"));
    }

    /** @param {JsonObject} line @returns {Problem | Promise<Problem>} */
    #handle(line) {
        this.#line++;
        if (this.#line === 1) return this.#readHeader(line);
        if (this.#line === 2) return this.#readKeys(line);
        if (this.#line === 3) return this.#readCheckpoint(line);
        if (this.hasStatement) return fault("lines", refuse("line.kind"));
        if (line.kind === "entry") return this.#readEntry(line);
        if (line.kind === "statement") return this.#readStatement(line);
        return fault("lines", refuse("line.kind"));
    }

    /** @param {JsonObject} line @returns {Problem} */
    #readHeader(line) {
        const { creatorId, origin } = line;
        const version = checkVersion(line);
        if (!version.ok) return fault("header", version);
        const isForm =
            line.kind === "creator" &&
            hasMembers(line, ["creatorId", "kind", "origin", "v"]) &&
            typeof origin === "string" &&
            typeof creatorId === "string" &&
            creatorId !== "";
        if (!isForm) return fault("header", cannotJudge("header.form"));
        this.origin = origin;
        this.creator = creatorId;
        return undefined;
    }

    /** @param {JsonObject} line @returns {Promise<Problem>} */
    async #readKeys(line) {
        const keys = await readKeyLine(line, this.#options);
        if (keys.problem) return keys.problem;
        this.#verifiers = keys.verifiers;
        this.receiptKeys = keys.receiptKeys;
        return undefined;
    }

    /** @param {JsonObject} line @returns {Promise<Problem>} */
    async #readCheckpoint(line) {
        if (line.kind !== "checkpoint" || !hasMembers(line, ["kind", "note"]))
            return fault("header", refuse("header.form"));
        const read = readCheckpoint(line.note);
        if (!read.ok) return fault("signatures", read);
        if (read.value.origin !== this.origin) {
            return fault("header", refuse("header.otherOrigin", { origin: this.origin, other: read.value.origin }));
        }
        const signed = await verifyCheckpoint(read.value, this.#verifiers);
        if (!signed.ok) return fault("signatures", signed);
        this.checkpoint = read.value;
        this.signed = signed.value;
        return undefined;
    }

    /** @param {JsonObject} line @returns {Problem} */
    #readEntry(line) {
        const read = readEntry(line, ["proof"]);
        if (!read.ok) return read.fault;
        const { seq, leaf, body } = read.value;
        const where = { entry: seq };
        if (seq <= this.#lastSeq) return fault("leaves", refuse("entry.notLater"), where);
        this.#lastSeq = seq;
        if (!this.#isIncluded(seq, leaf, line.proof)) return fault("inclusion", refuse("inclusion.failed"), where);
        if (!this.#ids.add(leaf.eid, seq)) return fault("leaves", breaks("eventTwice"), where);
        const problem = body === null ? this.#addMissing(seq, leaf, where) : this.#addBody(seq, leaf, body, where);
        if (problem) return problem;
        // What follows on a missing body is not judged: that one is missing is what is wrong.
        const isJudged = !this.#beforeMissing || !body || leaf.erasure;
        const broken = isJudged ? this.#replay?.take(seq, leaf, body) : undefined;
        if (broken) return fault("meaning", broken, where);
        this.place = placeAfter(this.place, leaf, body !== null);
        this.entries++;
        if (this.entries % 1_000 === 0) this.#options.onProgress?.(this.entries);
        return undefined;
    }

    /**
     * @param {number} seq
     * @param {import("./leaf.js").Leaf} leaf
     * @param {{ entry: number }} where
     * @returns {Problem}
     */
    #addMissing(seq, leaf, where) {
        if (leaf.erasure) return fault("erasures", breaks("erasureCover", "erasure.noBody"), where);
        if (!follows(this.place, leaf))
            return fault("versions", refuse("chain.gap", { version: leaf.ver, n: leaf.n }), where);
        this.#beforeMissing ??= this.place;
        this.erasures.addMissing(seq, leaf);
        return undefined;
    }

    /**
     * @param {number} seq
     * @param {import("./leaf.js").Leaf} leaf
     * @param {import("./body.js").Body} body
     * @param {{ entry: number }} where
     * @returns {Problem}
     */
    #addBody(seq, leaf, body, where) {
        if (body.stream !== this.creator) return fault("bodies", refuse("bundle.otherStream"), where);
        const next = advance(this.place, leaf, body.prev);
        if (!next.ok) return fault("versions", next, where);
        this.bodies++;
        this.erasures.addPresent(seq, body.stream);
        if (!leaf.erasure) return undefined;
        const erased = this.erasures.erase(body.stream, this.#beforeMissing ?? this.place, seq, leaf, body.prev);
        return erased.ok ? undefined : fault("erasures", erased, where);
    }

    /**
     * @param {number} index
     * @param {import("./leaf.js").Leaf} leaf
     * @param {unknown} encoded
     */
    #isIncluded(index, leaf, encoded) {
        if (!this.checkpoint || !Array.isArray(encoded) || encoded.length > PROOF_HASHES) return false;
        const { size, root } = this.checkpoint;
        const proof = encoded.flatMap((hash) => fromBase64UrlOf(hash, 32) ?? []);
        return (
            proof.length === encoded.length && verifyInclusion({ hash: leafHash(leaf.bytes), index, size, root, proof })
        );
    }

    /** @param {JsonObject} line @returns {Promise<Problem>} */
    async #readStatement(line) {
        if (!hasMembers(line, ["jws", "kind"])) return fault("lines", refuse("line.form"));
        const verified = await verifyJws(line.jws, STATEMENT, this.receiptKeys);
        if (!verified.ok) return fault("statement", verified);
        const { creatorId, head, origin, treeSize, v, version } = verified.value;
        const isForm =
            hasMembers(verified.value, ["creatorId", "head", "origin", "treeSize", "v", "version"]) &&
            isInteger(version);
        const isOf =
            creatorId === this.creator && origin === this.origin && treeSize === this.checkpoint?.size && v === 1;
        if (!isForm || !isOf) return fault("statement", refuse("statement.other"));
        if (!isWhole(this.place) || version !== this.place.ver || head !== this.place.head) {
            return fault("statement", refuse("statement.withheld", { stated: version, found: this.place.ver }));
        }
        this.hasStatement = true;
        return undefined;
    }
}

/**
 * @param {import("./lines.js").Bytes} source
 * @param {ExportOptions} options
 * @returns {AsyncGenerator<import("./steps.js").Step, import("./log-export.js").ExportFacts | undefined>}
 */
export async function* verifyBundle(source, options) {
    const bundle = new Bundle(options);
    const problem = await bundle.read(source);
    if (problem) {
        for (const step of STEPS) yield step === problem.step ? failed(step, problem.reason) : skipped(step, "stopped");
        return undefined;
    }
    const { checkpoint, erasures, entries, creator } = bundle;
    if (!checkpoint) return undefined;
    yield passed("lines", "lines.passed", { parts: 1 });
    yield passed("header", "header.creator", { creator, origin: bundle.origin });
    yield passed("leaves", "leaves.passed", { count: entries });
    yield passed("bodies", "bodies.passed", { count: bundle.bodies });
    yield passed("inclusion", "inclusion.all", { count: entries, size: checkpoint.size, root: rootText(checkpoint) });
    yield passed("versions", "versions.creator", { version: bundle.place.ver });
    yield erasures.covered === 0
        ? passed("erasures", "erasures.none")
        : passed("erasures", "erasures.passed", { count: erasures.covered });
    yield options.replays === false ? skipped("meaning", "meaning.left") : passed("meaning", "meaning.ofStream");
    yield passed("signatures", "signatures.passed", { count: 1 });
    yield passed("statement", "statement.passed", { version: bundle.place.ver });
    yield passed("whole", "whole.passed");
    yield keyStep(options.trust.source);
    yield witnessStep(options.witnesses ?? [], bundle.signed.witnesses.length);
    const { signed, receiptKeys } = bundle;
    return { checkpoint, signers: signed.signers, receiptKeys, roots: new Map(), times: new Map() };
}
