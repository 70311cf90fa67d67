/** Signed notes of C2SP signed-note, with cosignatures of C2SP tlog-cosignature. */

import { concat, fromBase64, sameBytes, utf8 } from "./encoding.js";
import { verifyEd25519 } from "./ed25519.js";
import { NOTE_BYTES, NOTE_SIGNATURES } from "./limits.js";
import { accept, refuse } from "./outcome.js";
import { COSIGNATURE, ED25519 } from "./verifier-key.js";

/**
 * @typedef {import("./verifier-key.js").Verifier} Verifier
 * @typedef {{ name: string, hash: Uint8Array, signature: Uint8Array<ArrayBuffer> }} Signature
 * @typedef {{ text: string, signatures: readonly Signature[] }} Note
 * @typedef {{ verifier: Verifier, time: number | null }} Signer `time`: seconds since 1970 at which a witness cosigned
 */

/**
 * Splits a note into its text and its signatures.
 *
 * @param {unknown} note
 * @returns {import("./outcome.js").Outcome<Note>}
 */
export function readNote(note) {
    if (typeof note !== "string" || !note.isWellFormed()) return refuse("note.form");
    if (note.length > NOTE_BYTES || utf8(note).length > NOTE_BYTES)
        return refuse("note.tooLong", { limit: NOTE_BYTES });
    // Control characters other than the end of a line are no part of a note.
    if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) return refuse("note.form");
    const split = note.lastIndexOf("\n\n");
    if (split < 0 || !note.endsWith("\n")) return refuse("note.form");
    const lines = note.slice(split + 2, -1).split("\n");
    if (lines.length > NOTE_SIGNATURES) return refuse("note.tooManySignatures", { limit: NOTE_SIGNATURES });
    const signatures = [];
    for (const line of lines) {
        const parts = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
        const bytes = parts ? fromBase64(parts[2]) : undefined;
        if (!parts || !bytes || bytes.length < 5) return refuse("note.form");
        signatures.push({ name: parts[1] ?? "", hash: bytes.slice(0, 4), signature: bytes.slice(4) });
    }
    return accept({ text: note.slice(0, split + 1), signatures });
}

/**
 * Verifies the signatures of keys that are known. Those of other keys say nothing. One that does not verify spoils the
 * note.
 *
 * @param {Note} note
 * @param {readonly Verifier[]} verifiers
 * @returns {Promise<import("./outcome.js").Outcome<Signer[]>>} perhaps nobody
 */
export async function verifySignatures(note, verifiers) {
    /** @type {Signer[]} */
    const signers = [];
    for (const { name, hash, signature } of note.signatures) {
        for (const verifier of verifiers) {
            if (verifier.name !== name || !sameBytes(verifier.hash, hash)) continue;
            const signed = whatIsSigned(note.text, verifier.algorithm, signature);
            if (!signed) return refuse("note.signature", { name });
            const verified = await verifyEd25519(verifier.key, signed.signature, signed.message);
            if (!verified.ok) return verified;
            if (!verified.value) return refuse("note.signature", { name });
            if (!signers.some((one) => one.verifier.vkey === verifier.vkey))
                signers.push({ verifier, time: signed.time });
        }
    }
    return accept(signers);
}

/**
 * @param {string} text
 * @param {number} algorithm
 * @param {Uint8Array<ArrayBuffer>} signature
 * @returns {{ signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>, time: number | null } | undefined}
 */
function whatIsSigned(text, algorithm, signature) {
    if (algorithm === ED25519) return { signature, message: concat(utf8(text)), time: null };
    if (algorithm !== COSIGNATURE || signature.length !== 72) return undefined;
    const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
    const message = concat(utf8(`cosignature/v1\ntime ${time}\n${text}`));
    return { signature: signature.slice(8), message, time: Number(time) };
}
