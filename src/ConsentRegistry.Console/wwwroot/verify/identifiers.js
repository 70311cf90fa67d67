/** Identifiers of videos, in their normal forms: docs/reference/identifiers.md. */

/** The schemes, in the order in which identifiers are listed. */
export const SCHEMES = ["url", "sha256", "iscc", "c2pa", "platform"];

/** Characters of a value. */
const LENGTH = 2_048;

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** A claim generator or a vendor: visible ASCII without a colon. */
const NAME = "[!-9;-~]";

const SHA256 = /^[0-9a-f]{64}$/;
const C2PA = new RegExp(`^urn:c2pa:${UUID}(?::${NAME}{0,32}(?::\\d{1,10}_\\d{1,10})?)?$`);
const C2PA_BEFORE = new RegExp(`^(?:${NAME}{1,32}:)?urn:uuid:${UUID}$`);
const PLATFORM = /^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?:(?!\.{1,2}$)[A-Za-z0-9._~:@-]{1,128}$/;

/**
 * @param {string} scheme
 * @param {string} value
 */
export function isIdentifier(scheme, value) {
    if (value.length > LENGTH) return false;
    switch (scheme) {
        case "url":
            return isUrl(value);
        case "sha256":
            return SHA256.test(value);
        case "iscc":
            return isIscc(value);
        case "c2pa":
            return C2PA.test(value) || C2PA_BEFORE.test(value);
        case "platform":
            return PLATFORM.test(value);
        default:
            return false;
    }
}

const URL_PARTS = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([1-9]\d{0,4}))?(\/[^?#]*)(?:\?([^#]*))?$/;
const PATH = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})*$/;
const QUERY = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})*$/;
/** Percent-encodings of unreserved characters, which the normal form does not have. */
const NEEDLESS = /%(?:2D|2E|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/;
const DEFAULT_PORTS = { http: "80", https: "443" };
const PORTS = 65_535;

/** @param {string} value */
function isUrl(value) {
    const [, scheme, host = "", port, path = "", query = ""] = URL_PARTS.exec(value) ?? [];
    return (
        scheme !== undefined &&
        isHost(host) &&
        (port === undefined || (Number(port) <= PORTS && port !== DEFAULT_PORTS[/** @type {"http"} */ (scheme)])) &&
        PATH.test(path) &&
        QUERY.test(query) &&
        !NEEDLESS.test(path + query) &&
        !path.split("/").some((segment) => segment === "." || segment === "..")
    );
}

/** Characters of the name of a host, and of a label of it. */
const HOST_LENGTH = 253;
const LABEL = /^[a-z0-9_-]{1,63}$/;

/** @param {string} host in lower case */
function isHost(host) {
    if (host.startsWith("[")) return isAddress(host);
    // A name may end with the root's empty label.
    const name = host.endsWith(".") ? host.slice(0, -1) : host;
    return name.length <= HOST_LENGTH && name.split(".").every((label) => LABEL.test(label));
}

/** @param {string} host an address of IPv6 in brackets */
function isAddress(host) {
    try {
        return new URL(`http://${host}/`).hostname.startsWith("[");
    } catch {
        return false;
    }
}

const ISCC = /^ISCC:([A-Z2-7]+)$/;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Bytes of an ISCC: a header of two, and at most 256 bits. */
const HEADER = 2;
const ISCC_BYTES = HEADER + 32;

/** @param {string} value */
function isIscc(value) {
    const bytes = fromBase32(ISCC.exec(value)?.[1] ?? "");
    const [types = 0, form = 0] = bytes ?? [];
    return (
        bytes !== undefined &&
        bytes.length > HEADER &&
        bytes.length <= ISCC_BYTES &&
        (bytes.length - HEADER) * 8 === bitsOf(types >> 4, types & 15, form >> 4, form & 15)
    );
}

/**
 * The bits that follow a header of ISO 24138; undefined if no ISCC has that header. All numbers in use are one nibble.
 *
 * @param {number} main
 * @param {number} sub
 * @param {number} version
 * @param {number} length
 */
function bitsOf(main, sub, version, length) {
    if (length > 7) return undefined;
    // An ISCC-ID, which has a second version.
    if (main === 6 && version === 1) return sub <= 1 && length === 0 ? 64 : undefined;
    if (version !== 0) return undefined;
    const unit = (length + 1) * 32;
    switch (main) {
        // META, DATA and INSTANCE.
        case 0:
        case 3:
        case 4:
            return sub === 0 ? unit : undefined;
        // SEMANTIC and CONTENT, of text, image, audio, video and mixed.
        case 1:
        case 2:
            return sub <= 4 ? unit : undefined;
        // An ISCC-CODE: DATA and INSTANCE, and a unit for each bit of the length; or these two alone, in full width.
        case 5:
            if (sub === 7) return length === 0 ? 256 : undefined;
            return sub < 7 ? 128 + 64 * [1, 2, 4].filter((bit) => length & bit).length : undefined;
        case 6:
            return sub <= 3 && length <= 4 ? 64 + 8 * length : undefined;
        default:
            return undefined;
    }
}

/** Bits that are left over have to be zero, and fewer than a digit's. @param {string} digits */
function fromBase32(digits) {
    /** @type {number[]} */
    const bytes = [];
    let [left, bits] = [0, 0];
    for (const digit of digits) {
        left = (left << 5) | BASE32.indexOf(digit);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push(left >> bits);
        left &= (1 << bits) - 1;
    }
    return left === 0 && bits < 5 ? bytes : undefined;
}
