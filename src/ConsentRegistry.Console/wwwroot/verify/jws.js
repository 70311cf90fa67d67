/** Compact JWS (RFC 7515) with ES256: receipts, and the statements of bundles. */

import { hasMembers, isObject, readCanonical } from "./canonical-json.js";
import { concat, fromBase64Url, fromUtf8, utf8 } from "./encoding.js";
import { JWS_BYTES } from "./limits.js";
import { accept, cannotJudge, refuse } from "./outcome.js";

/**
 * Verifies a JWS and reads what was signed.
 *
 * @param {unknown} text
 * @param {string} type the member `typ` of its header
 * @param {readonly import("./keys.js").ReceiptKey[]} keys
 * @returns {Promise<import("./outcome.js").Outcome<import("./canonical-json.js").JsonObject>>}
 */
export async function verifyJws(text, type, keys) {
    if (typeof text !== "string") return refuse("jws.form");
    if (text.length > JWS_BYTES) return refuse("jws.tooLong", { limit: JWS_BYTES });
    const [first, second, third, ...others] = text.split(".");
    const header = readPart(first);
    const payload = readPart(second);
    const signature = fromBase64Url(third);
    if (!header || !payload || signature?.length !== 64 || others.length > 0) return refuse("jws.form");
    if (!hasMembers(header, ["alg", "kid", "typ"]) || header.alg !== "ES256" || header.typ !== type) {
        return refuse("jws.header");
    }
    const key = keys.find(({ kid }) => kid === header.kid);
    if (!key) return keys.length === 0 ? cannotJudge("key.none") : refuse("jws.unknownKey");
    let isSigned;
    try {
        const publicKey = await crypto.subtle.importKey(
            "jwk",
            { kty: "EC", crv: "P-256", x: key.x, y: key.y },
            { name: "ECDSA", namedCurve: "P-256" },
            false,
            ["verify"],
        );
        isSigned = await crypto.subtle.verify(
            { name: "ECDSA", hash: "SHA-256" },
            publicKey,
            signature,
            concat(utf8(`${first}.${second}`)),
        );
    } catch (error) {
        // A point that is not on the curve is a DataError.
        return error instanceof DOMException && error.name === "DataError"
            ? refuse("jws.key")
            : cannotJudge("crypto.noP256");
    }
    return isSigned ? accept(payload) : refuse("jws.signature");
}

/** @param {string | undefined} part */
function readPart(part) {
    const bytes = fromBase64Url(part);
    const text = bytes && fromUtf8(bytes);
    const read = text === undefined ? undefined : readCanonical(text);
    return read?.ok && isObject(read.value) ? read.value : undefined;
}
