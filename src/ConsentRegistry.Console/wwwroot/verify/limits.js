/**
 * Whatever comes from outside is bounded. A real log stays far below each of these limits.
 */

/** Bytes of one line of an export. The longest are uses of 1,000 videos. */
export const LINE_BYTES = 16 << 20;

/** Bytes of a leaf: C2SP tlog-tiles writes its length in two bytes. */
export const LEAF_BYTES = 65_535;

/** Objects and lists inside each other, in canonical JSON. */
export const JSON_DEPTH = 64;

/** Bytes of a signed note. */
export const NOTE_BYTES = 64 << 10;

/** Signatures of a signed note, those of witnesses included. */
export const NOTE_SIGNATURES = 100;

/** Hashes of a proof. A tree of 2^53 leaves, the most that a JavaScript number counts, needs 54. */
export const PROOF_HASHES = 64;

/** Keys of a key set. */
export const KEYS = 64;

/** Verifier keys that a reader pins. */
export const PINNED_KEYS = 16;

/** Bytes of a receipt, or of the statement of a bundle. */
export const JWS_BYTES = 256 << 10;

/** Receipts of one file. */
export const RECEIPTS = 1_000;

/** Files that are the parts of one export. */
export const PARTS = 1_000;

/** Checkpoints that are remembered for one log: one for each key that signed. */
export const REMEMBERED = 16;

/** Bytes of an answer of the registry that is fetched: a checkpoint, keys, a proof, texts. */
export const ANSWER_BYTES = 1 << 20;

/** Milliseconds until such an answer has to be there. */
export const ANSWER_MILLISECONDS = 10_000;

/** Microseconds by which an entry may be dated before one that precedes it: 10 minutes. */
export const CLOCK_TOLERANCE = 600_000_000;
