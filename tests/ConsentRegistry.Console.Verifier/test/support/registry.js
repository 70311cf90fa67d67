import { accept } from "../../verify/outcome.js";
import { readKeySet } from "../../verify/keys.js";

/**
 * The registry of a log, without a network.
 *
 * @param {() => import("./log.js").Log} log
 * @returns {import("../../verify/registry.js").Registry}
 */
export const registryOf = (log) => ({
    json: async () => accept(log().proof(0)),
    checkpoint: async () => accept(log().note()),
    keys: async () => readKeySet(JSON.stringify({ keys: log().signer.keys })),
    consistency: async (from, to) =>
        accept(
            log()
                .consistency(from, to)
                .proof.map((hash) => new Uint8Array(Buffer.from(hash, "base64"))),
        ),
});
