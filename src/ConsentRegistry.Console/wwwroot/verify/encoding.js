/** Base64 with one spelling for each value, UTF-8, and comparison of bytes. */

const encoder = new TextEncoder();
// A byte order mark stays in the text, so that whoever hashes the text hashes it as well.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {string} text */
export const utf8 = (text) => encoder.encode(text);

/**
 * @param {Uint8Array} bytes
 * @returns {string | undefined} undefined if the bytes are not UTF-8
 */
export function fromUtf8(bytes) {
    try {
        return decoder.decode(bytes);
    } catch {
        return undefined;
    }
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
}

/** @param {Uint8Array} bytes */
export const toBase64Url = (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$/;
const BASE64_URL = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/;
// The bits of the last character that stand for no byte have to be zero. These characters have four, or two, such bits.
const LAST_OF_TWO = "AQgw";
const LAST_OF_THREE = "AEIMQUYcgkosw048";

/**
 * Decodes base64 with padding. Another spelling of the same bytes is refused.
 *
 * @param {unknown} text
 * @returns {Uint8Array<ArrayBuffer> | undefined}
 */
export function fromBase64(text) {
    if (typeof text !== "string" || !BASE64.test(text)) return undefined;
    const digits = text.endsWith("==") ? text.length - 2 : text.endsWith("=") ? text.length - 1 : text.length;
    return decode(text, digits);
}

/**
 * Decodes base64url without padding. Another spelling of the same bytes is refused.
 *
 * @param {unknown} text
 * @returns {Uint8Array<ArrayBuffer> | undefined}
 */
export function fromBase64Url(text) {
    if (typeof text !== "string" || !BASE64_URL.test(text)) return undefined;
    return decode(text.replaceAll("-", "+").replaceAll("_", "/"), text.length);
}

/**
 * @param {string} text base64, with padding or without
 * @param {number} digits characters before the padding
 */
function decode(text, digits) {
    const last = text[digits - 1] ?? "";
    if (digits % 4 === 2 && !LAST_OF_TWO.includes(last)) return undefined;
    if (digits % 4 === 3 && !LAST_OF_THREE.includes(last)) return undefined;
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
}

/**
 * @param {unknown} text base64url
 * @param {number} length
 */
export function fromBase64UrlOf(text, length) {
    const bytes = fromBase64Url(text);
    return bytes?.length === length ? bytes : undefined;
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function sameBytes(a, b) {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
}

/** @param {...Uint8Array} parts */
export function concat(...parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        whole.set(part, at);
        at += part.length;
    }
    return whole;
}
