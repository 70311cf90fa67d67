/** Verifies an export of the whole log, in one part or several. */

import { hasMembers, isInteger } from "./canonical-json.js";
import { readCheckpoint, rootText, verifyCheckpoint } from "./checkpoint.js";
import { sameBytes, toBase64 } from "./encoding.js";
import { readEntry } from "./entry.js";
import { PARTS } from "./limits.js";
import { LogFold } from "./log-fold.js";
import { cannotJudge, refuse } from "./outcome.js";
import { checkVersion, readKeyLine, readPart } from "./part.js";
import { failed, fault, passed, skipped } from "./steps.js";
import { keyStep, witnessStep } from "./trust-steps.js";

/**
 * @typedef {import("./canonical-json.js").JsonObject} JsonObject
 * @typedef {import("./checkpoint.js").Checkpoint} Checkpoint
 * @typedef {import("./part.js").Problem} Problem
 * @typedef {import("./steps.js").Step} Step
 *
 * @typedef {object} ExportOptions
 * @property {import("./keys.js").Trust} trust
 * @property {readonly import("./keys.js").Verifier[]} [witnesses]
 * @property {ReadonlySet<number>} [sizes] of trees whose roots are wanted
 * @property {ReadonlySet<string>} [versions] whose times are wanted
 * @property {number} [clockTolerance] microseconds
 * @property {boolean} [replays] whether each event is judged by those before it; without this it is
 * @property {AbortSignal} [signal]
 * @property {(entries: number) => void} [onProgress]
 *
 * @typedef {object} ExportFacts what an export shows once all its steps passed
 * @property {Checkpoint} checkpoint the last one
 * @property {readonly import("./checkpoint.js").Signer[]} signers
 * @property {readonly import("./keys.js").ReceiptKey[]} receiptKeys
 * @property {ReadonlyMap<number, Uint8Array>} roots those that were wanted
 * @property {ReadonlyMap<string, number>} times those of versions that were wanted
 */

const STEPS = [
    "lines",
    "header",
    "leaves",
    "bodies",
    "versions",
    "times",
    "erasures",
    "meaning",
    "roots",
    "signatures",
    "whole",
];

/** Entries between two words of progress. */
const PROGRESS_EVERY = 1_000;

class LogExport {
    /** @type {string | undefined} */
    origin;
    fold;
    checkpoints = 0;
    witnessed = 0;
    /** @type {Checkpoint | undefined} */
    last;
    /** @type {import("./checkpoint.js").Signer[]} */
    signers = [];
    /** @type {import("./keys.js").ReceiptKey[]} */
    receiptKeys = [];
    /** @type {Map<number, Uint8Array>} */
    roots = new Map();
    #options;
    #line = 0;
    #to = 0;
    /** The size of the last checkpoint, whoever signed it. */
    #compared = 0;
    /** Why the first checkpoint that no trusted key signed says nothing. @type {Problem} */
    #foreign;
    /** @type {readonly import("./keys.js").Verifier[]} */
    #verifiers = [];

    /** @param {ExportOptions} options */
    constructor(options) {
        this.#options = options;
        this.fold = new LogFold(options.clockTolerance, options.versions, options.replays);
        this.#keepRoot();
    }

    /** @param {import("./lines.js").Bytes} source @returns {Promise<Problem>} */
    async read(source) {
        this.#line = 0;
        const problem = await readPart(source, (line) => this.#handle(line), this.#options.signal);
        if (problem) return problem;
        if (this.#line < 2) return fault("header", refuse("header.form"));
        if (this.fold.tree.size !== this.#to) {
            return fault("leaves", refuse("export.count", { expected: this.#to, found: this.fold.tree.size }));
        }
        return undefined;
    }

    /** @returns {Problem} */
    finish() {
        const problem = this.fold.finish();
        if (problem) return problem;
        if (!this.last) return this.#foreign ?? fault("signatures", cannotJudge("export.noCheckpoint"));
        const size = this.fold.tree.size;
        if (this.last.size === size) return this.fold.finishReplay();
        const values = { from: this.last.size, to: size - 1 };
        return this.#compared === size
            ? fault("signatures", cannotJudge("export.foreignKeys", values))
            : fault("roots", cannotJudge("export.uncovered", values));
    }

    /** @param {JsonObject} line @returns {Problem | Promise<Problem>} */
    #handle(line) {
        this.#line++;
        if (this.#line === 1) return this.#readHeader(line);
        if (this.#line === 2) return this.#readKeys(line);
        if (line.kind === "entry") return this.#readEntry(line);
        if (line.kind === "checkpoint") return this.#readCheckpoint(line);
        return fault("lines", refuse("line.kind"));
    }

    /** @param {JsonObject} line @returns {Problem} */
    #readHeader(line) {
        const { origin, from, to } = line;
        const version = checkVersion(line);
        if (!version.ok) return fault("header", version);
        const isForm =
            line.kind === "log" &&
            hasMembers(line, ["from", "kind", "origin", "to", "v"]) &&
            typeof origin === "string" &&
            isInteger(from) &&
            isInteger(to) &&
            from <= to;
        if (!isForm) return fault("header", cannotJudge("header.form"));
        if (this.origin !== undefined && this.origin !== origin) {
            return fault("header", refuse("header.otherOrigin", { origin: this.origin, other: origin }));
        }
        const size = this.fold.tree.size;
        if (from !== size) return fault("header", cannotJudge("header.from", { from, expected: size }));
        this.origin = origin;
        this.#to = to;
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

    /** @param {JsonObject} line @returns {Problem} */
    #readEntry(line) {
        const entry = readEntry(line);
        if (!entry.ok) return entry.fault;
        if (entry.value.seq >= this.#to)
            return fault("leaves", refuse("export.count", { expected: this.#to, found: entry.value.seq + 1 }));
        const problem = this.fold.add(entry.value);
        if (problem) return problem;
        this.#keepRoot();
        const size = this.fold.tree.size;
        if (size % PROGRESS_EVERY === 0) this.#options.onProgress?.(size);
        return undefined;
    }

    /** @param {JsonObject} line @returns {Promise<Problem>} */
    async #readCheckpoint(line) {
        if (!hasMembers(line, ["kind", "note"])) return fault("lines", refuse("line.form"));
        const read = readCheckpoint(line.note);
        if (!read.ok) return fault("signatures", read);
        const checkpoint = read.value;
        if (checkpoint.origin !== this.origin) {
            return fault(
                "header",
                refuse("header.otherOrigin", { origin: this.origin ?? "", other: checkpoint.origin }),
            );
        }
        const size = this.fold.tree.size;
        if (checkpoint.size !== size || size === this.#compared)
            return fault("roots", refuse("checkpoint.place", { size: checkpoint.size, expected: size }));
        const root = this.fold.tree.root();
        if (!sameBytes(root, checkpoint.root)) {
            return fault(
                "roots",
                refuse("checkpoint.root", { size, stated: rootText(checkpoint), computed: toBase64(root) }),
            );
        }
        this.#compared = size;
        const signed = await verifyCheckpoint(checkpoint, this.#verifiers);
        // Keys are rotated: what one of another time signed says nothing, and spoils nothing.
        if (!signed.ok && signed.reason.key === "checkpoint.unsigned" && this.#options.trust.verifiers) {
            this.#foreign ??= fault("signatures", signed);
            return undefined;
        }
        if (!signed.ok) return fault("signatures", signed);
        this.checkpoints++;
        this.witnessed += signed.value.witnesses.length;
        this.signers = signed.value.signers;
        this.last = checkpoint;
        return undefined;
    }

    #keepRoot() {
        const size = this.fold.tree.size;
        if (this.#options.sizes?.has(size)) this.roots.set(size, this.fold.tree.root());
    }
}

/**
 * @param {readonly import("./lines.js").Bytes[]} parts
 * @param {ExportOptions} options
 * @returns {AsyncGenerator<Step, ExportFacts | undefined>}
 */
export async function* verifyLogExport(parts, options) {
    const log = new LogExport(options);
    /** @type {Problem} */
    let problem = parts.length > PARTS ? fault("header", refuse("export.tooManyParts", { limit: PARTS })) : undefined;
    for (const [i, part] of parts.entries()) {
        problem ??= await log.read(part);
        if (problem && parts.length > 1) problem.reason.values = { part: i + 1, ...problem.reason.values };
        if (problem) break;
    }
    problem ??= log.finish();
    if (problem) {
        yield* stepsUntil(problem);
        return undefined;
    }
    const { fold, origin = "", last, checkpoints } = log;
    if (!last) return undefined;
    const entries = fold.tree.size;
    yield passed("lines", "lines.passed", { parts: parts.length });
    yield passed("header", "header.log", { origin, to: entries });
    yield passed("leaves", "leaves.passed", { count: entries });
    yield passed("bodies", "bodies.passed", { count: fold.bodies });
    yield passed("versions", "versions.passed", { streams: fold.streams });
    yield entries === 0
        ? skipped("times", "nothing")
        : passed("times", "times.passed", { from: moment(fold.earliest), to: moment(fold.latest) });
    yield fold.erased === 0
        ? passed("erasures", "erasures.none")
        : passed("erasures", "erasures.passed", { count: fold.erased });
    yield options.replays === false ? skipped("meaning", "meaning.left") : passed("meaning", "meaning.passed");
    yield passed("roots", "roots.passed", { count: checkpoints, size: last.size, root: rootText(last) });
    yield passed("signatures", "signatures.passed", { count: checkpoints });
    yield passed("whole", "whole.passed");
    yield keyStep(options.trust.source);
    yield witnessStep(options.witnesses ?? [], log.witnessed);
    const { signers, receiptKeys, roots } = log;
    return { checkpoint: last, signers, receiptKeys, roots, times: fold.times };
}

/**
 * Nothing is said about steps beside one that failed: they were not tried to the end.
 *
 * @param {import("./steps.js").Fault} problem
 * @returns {Generator<Step, void>}
 */
function* stepsUntil(problem) {
    for (const step of STEPS) yield step === problem.step ? failed(step, problem.reason) : skipped(step, "stopped");
}

/** @param {number} microseconds since 1970 */
const moment = (microseconds) =>
    isFinite(microseconds) && Math.abs(microseconds) < 8.64e18
        ? new Date(microseconds / 1_000).toISOString()
        : String(microseconds);
