/** What is fetched from a registry. Anybody may read it, so no credentials are sent. */

import { isObject } from "./canonical-json.js";
import { concat, fromBase64, fromUtf8 } from "./encoding.js";
import { readKeySet } from "./keys.js";
import { ANSWER_BYTES, ANSWER_MILLISECONDS, PROOF_HASHES } from "./limits.js";
import { bytesOf } from "./lines.js";
import { accept, cannotJudge } from "./outcome.js";

/**
 * @template T
 * @typedef {import("./outcome.js").Outcome<T>} Outcome
 */

/**
 * @typedef {object} Addresses
 * @property {string} checkpoint
 * @property {string} keys
 * @property {string} consistency `from` and `to` are added to it
 *
 * @typedef {object} Registry
 * @property {() => Promise<Outcome<string>>} checkpoint
 * @property {() => Promise<Outcome<import("./keys.js").LogKeys>>} keys
 * @property {(address: string) => Promise<Outcome<unknown>>} json
 * @property {import("./remembered.js").FetchConsistency} consistency
 */

/**
 * @param {Addresses} addresses absolute
 * @param {typeof fetch} [fetchIt]
 * @returns {Registry}
 */
export function openRegistry(addresses, fetchIt = fetch) {
    const text = (/** @type {string} */ address) => fetchText(address, fetchIt);
    const json = async (/** @type {string} */ address) => {
        const answer = await text(address);
        if (!answer.ok) return answer;
        try {
            return accept(/** @type {unknown} */ (JSON.parse(answer.value)));
        } catch {
            return cannotJudge("fetch.answer", { address });
        }
    };
    return {
        json,
        checkpoint: () => text(addresses.checkpoint),
        keys: async () => {
            const answer = await text(addresses.keys);
            return answer.ok ? readKeySet(answer.value) : answer;
        },
        consistency: async (from, to) => {
            const address = new URL(addresses.consistency);
            address.searchParams.set("from", String(from));
            address.searchParams.set("to", String(to));
            const answer = await json(address.href);
            if (!answer.ok) return answer;
            const { value } = answer;
            const isAsked = isObject(value) && value.from === from && value.to === to && Array.isArray(value.proof);
            if (!isAsked || !Array.isArray(value.proof) || value.proof.length > PROOF_HASHES) {
                return cannotJudge("fetch.answer", { address: address.href });
            }
            const proof = value.proof.flatMap((hash) => fromBase64(hash) ?? []);
            return proof.length === value.proof.length
                ? accept(proof)
                : cannotJudge("fetch.answer", { address: address.href });
        },
    };
}

/**
 * @param {string} address
 * @param {typeof fetch} fetchIt
 * @returns {Promise<Outcome<string>>}
 */
export async function fetchText(address, fetchIt = fetch) {
    try {
        const answer = await fetchIt(address, {
            cache: "no-store",
            credentials: "omit",
            redirect: "error",
            signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
        });
        if (!answer.ok || !answer.body) return cannotJudge("fetch.status", { address, status: answer.status });
        /** @type {Uint8Array[]} */
        const pieces = [];
        let length = 0;
        for await (const piece of bytesOf(answer.body)) {
            length += piece.length;
            if (length > ANSWER_BYTES) return cannotJudge("fetch.tooLong", { address, limit: ANSWER_BYTES });
            pieces.push(piece);
        }
        const text = fromUtf8(concat(...pieces));
        return text === undefined ? cannotJudge("fetch.answer", { address }) : accept(text);
    } catch {
        return cannotJudge("fetch.failed", { address });
    }
}
