/** Says whose keys were believed, and what witnesses add. */

import { passed, skipped } from "./steps.js";

/** @param {import("./keys.js").KeySource} source */
export function keyStep(source) {
    if (source === "pinned") return passed("key", "key.pinned");
    return skipped("key", source === "registry" ? "key.registry" : "key.file");
}

/**
 * @param {readonly import("./keys.js").Verifier[]} witnesses
 * @param {number} cosigned
 */
export function witnessStep(witnesses, cosigned) {
    if (witnesses.length === 0) return skipped("witnesses", "witnesses.unknown");
    return cosigned === 0
        ? skipped("witnesses", "witnesses.none")
        : passed("witnesses", "witnesses.passed", { count: cosigned });
}
