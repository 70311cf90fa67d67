/** Verifies one entry by the proof that the registry gives (`GET /v1/log/proof/{eventId}`). */

import { checkCommitment, readBody } from "./body.js";
import { hasMembers, isInteger, isObject } from "./canonical-json.js";
import { readCheckpoint, rootText, verifyCheckpoint } from "./checkpoint.js";
import { fromBase64, sameBytes } from "./encoding.js";
import { readLeaf } from "./leaf.js";
import { PROOF_HASHES } from "./limits.js";
import { leafHash, verifyInclusion } from "./merkle.js";
import { accept, cannotJudge, refuse } from "./outcome.js";
import { failed, passed, skipped } from "./steps.js";
import { keyStep, witnessStep } from "./trust-steps.js";

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./canonical-json.js").JsonObject} JsonObject
 * @typedef {object} Shown what a page shows of the event: members of an item of the history
 * @property {unknown} [eventId]
 * @property {unknown} [seq]
 * @property {unknown} [kind]
 * @property {unknown} [version]
 * @property {unknown} [ordinal]
 * @property {unknown} [count]
 * @property {unknown} [at]
 */

const STEPS = ["leaf", "shown", "body", "signature", "inclusion"];

/**
 * @param {unknown} given an answer of `/v1/log/proof/…`; `body` and `salt` may be in it as well, as an export has them
 * @param {object} options
 * @param {import("./keys.js").Trust} options.trust
 * @param {readonly import("./keys.js").Verifier[]} options.verifiers
 * @param {readonly import("./keys.js").Verifier[]} [options.witnesses]
 * @param {Shown} [options.shown]
 * @returns {AsyncGenerator<Step, import("./log-export.js").ExportFacts | undefined>}
 */
export async function* verifyProof(given, { trust, verifiers, witnesses = [], shown }) {
    /** @type {Step[]} */
    const steps = [];
    const refused = (
        /** @type {string} */ name,
        /** @type {{ ok: false, reason: import("./outcome.js").Reason }} */ { reason },
    ) => [...steps, failed(name, reason), ...STEPS.slice(steps.length + 1).map((step) => skipped(step, "stopped"))];

    const form = readForm(given);
    if (!form.ok) return yield* end(refused("leaf", form));
    const { proof, size, seq } = form.value;
    const leaf = readLeaf(form.value.leaf);
    if (!leaf.ok) return yield* end(refused("leaf", leaf));
    if (leaf.value.eid !== form.value.eventId) return yield* end(refused("leaf", refuse("proof.otherEvent")));
    steps.push(passed("leaf", "leaf.passed", { entry: seq, type: leaf.value.type }));

    const differs = shown ? differenceOf(shown, leaf.value, seq) : undefined;
    if (differs !== undefined) return yield* end(refused("shown", refuse("shown.differs", { member: differs })));
    steps.push(shown ? passed("shown", "shown.passed") : skipped("shown", "shown.nothing"));

    const { body, salt } = form.value;
    const said = typeof body === "string" ? checkCommitment(leaf.value.commit, body, salt) : undefined;
    if (said && !said.ok) return yield* end(refused("body", said));
    const readable = typeof body === "string" ? readBody(leaf.value.type, body) : undefined;
    if (readable && !readable.ok) return yield* end(refused("body", readable));
    steps.push(said ? passed("body", "body.passed") : skipped("body", "body.notGiven"));

    const read =
        form.value.checkpoint === null
            ? cannotJudge("proof.noCheckpoint", { size })
            : readCheckpoint(form.value.checkpoint);
    const checkpoint = read.ok ? read.value : undefined;
    const signed = checkpoint ? await verifyCheckpoint(checkpoint, verifiers.concat(witnesses)) : undefined;
    if (!read.ok) return yield* end(refused("signature", read));
    if (!checkpoint || !signed) return undefined;
    if (!signed.ok) return yield* end(refused("signature", signed));
    steps.push(passed("signature", "signature.passed", { size: checkpoint.size, origin: checkpoint.origin }));

    const isIncluded =
        checkpoint.size === size &&
        sameBytes(form.value.root, checkpoint.root) &&
        verifyInclusion({ hash: leafHash(leaf.value.bytes), index: seq, size, root: checkpoint.root, proof });
    if (!isIncluded) return yield* end(refused("inclusion", refuse("inclusion.failed", { entry: seq })));
    yield* steps;
    yield passed("inclusion", "inclusion.passed", { entry: seq, size, root: rootText(checkpoint) });
    yield keyStep(trust.source);
    yield witnessStep(witnesses, signed.value.witnesses.length);
    return { checkpoint, signers: signed.value.signers, receiptKeys: [], roots: new Map(), times: new Map() };
}

/** @param {readonly Step[]} steps @returns {Generator<Step, undefined>} */
function* end(steps) {
    yield* steps;
}

/**
 * @param {unknown} given
 * @returns {import("./outcome.js").Outcome<{ eventId: unknown, seq: number, size: number, leaf: unknown, root:
 * Uint8Array,
 *   proof: Uint8Array[], checkpoint: unknown, body: unknown, salt: unknown }>}
 */
function readForm(given) {
    if (!isObject(given)) return cannotJudge("proof.form");
    const isForm = hasMembers(
        given,
        ["checkpoint", "eventId", "leaf", "proof", "root", "seq", "size"],
        ["body", "salt"],
    );
    if (!isForm) return cannotJudge("proof.form");
    const { eventId, seq, size, leaf, checkpoint, body = null, salt = null } = given;
    const root = fromBase64(given.root);
    const encoded = Array.isArray(given.proof) ? given.proof : undefined;
    const hasBody = (body === null && salt === null) || typeof body === "string";
    if (
        !isInteger(seq) ||
        !isInteger(size) ||
        root?.length !== 32 ||
        !hasBody ||
        !encoded ||
        encoded.length > PROOF_HASHES
    )
        return refuse("proof.form");
    const proof = encoded.flatMap((hash) => fromBase64(hash) ?? []);
    if (proof.length !== encoded.length) return refuse("proof.form");
    return accept({ eventId, seq, size, leaf, root, proof, checkpoint, body, salt });
}

/**
 * Whether what a page shows is what the leaf says. A member that the page does not show is not compared.
 *
 * @param {Shown} shown
 * @param {import("./leaf.js").Leaf} leaf
 * @param {number} seq
 */
function differenceOf(shown, leaf, seq) {
    const leafs = { eventId: leaf.eid, seq, kind: leaf.type, version: leaf.ver, ordinal: leaf.n, count: leaf.of };
    const differs = Object.entries(leafs).find(([name, value]) => {
        const seen = shown[/** @type {keyof Shown} */ (name)];
        return seen !== undefined && seen !== value;
    });
    if (differs) return differs[0];
    return shown.at === undefined || microsecondsOf(shown.at) === leaf.tx ? undefined : "at";
}

/** @param {unknown} moment RFC 3339, in UTC */
function microsecondsOf(moment) {
    const parts =
        typeof moment === "string" ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(moment) : null;
    return parts ? Date.parse(`${parts[1]}Z`) * 1_000 + Number((parts[2] ?? "").padEnd(6, "0")) : undefined;
}
