/** Checkpoints of C2SP tlog-checkpoint: the log's origin, its size and its root, signed. */

import { fromBase64, toBase64 } from "./encoding.js";
import { accept, cannotJudge, refuse } from "./outcome.js";
import { readNote, verifySignatures } from "./signed-note.js";
import { COSIGNATURE, ED25519 } from "./verifier-key.js";

/**
 * @typedef {import("./verifier-key.js").Verifier} Verifier
 * @typedef {import("./signed-note.js").Signer} Signer
 *
 * @typedef {object} Checkpoint
 * @property {string} origin
 * @property {number} size
 * @property {Uint8Array} root
 * @property {string} note the signed note
 * @property {import("./signed-note.js").Note} parsed
 *
 * @typedef {{ signers: Signer[], witnesses: Signer[] }} Signed
 */

/**
 * @param {unknown} note
 * @returns {import("./outcome.js").Outcome<Checkpoint>} not verified
 */
export function readCheckpoint(note) {
    const parsed = readNote(note);
    if (!parsed.ok) return parsed;
    // Lines after the root are extensions, which that specification allows.
    const [origin = "", digits = "", encoded, ...others] = parsed.value.text.slice(0, -1).split("\n");
    const size = Number(digits);
    const root = fromBase64(encoded);
    if (
        origin === "" ||
        !/^(0|[1-9][0-9]*)$/.test(digits) ||
        !Number.isSafeInteger(size) ||
        root?.length !== 32 ||
        others.includes("")
    )
        return refuse("checkpoint.form");
    return accept({ origin, size, root, note: /** @type {string} */ (note), parsed: parsed.value });
}

/**
 * Verifies a checkpoint: at least one of the log's keys has signed it, under the log's name, and no signature of a key
 * that is known is wrong.
 *
 * @param {Checkpoint} checkpoint
 * @param {readonly Verifier[]} verifiers keys of the log, and of witnesses
 * @returns {Promise<import("./outcome.js").Outcome<Signed>>}
 */
export async function verifyCheckpoint(checkpoint, verifiers) {
    if (!verifiers.some(({ algorithm }) => algorithm === ED25519)) return cannotJudge("key.none");
    const verified = await verifySignatures(checkpoint.parsed, verifiers);
    if (!verified.ok) return verified;
    const signers = verified.value.filter(
        ({ verifier }) => verifier.algorithm === ED25519 && verifier.name === checkpoint.origin,
    );
    const witnesses = verified.value.filter(({ verifier }) => verifier.algorithm === COSIGNATURE);
    return signers.length > 0
        ? accept({ signers, witnesses })
        : refuse("checkpoint.unsigned", { origin: checkpoint.origin });
}

/** @param {Checkpoint} checkpoint */
export const rootText = (checkpoint) => toBase64(checkpoint.root);
