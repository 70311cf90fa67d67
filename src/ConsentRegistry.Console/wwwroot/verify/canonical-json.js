/** Canonical JSON (RFC 8785) of null, booleans, strings, integers, lists and objects. Other numbers are refused. */

import { JSON_DEPTH } from "./limits.js";
import { accept, refuse } from "./outcome.js";

/** @typedef {{ [name: string]: unknown }} JsonObject */

/**
 * @param {unknown} value
 * @returns {value is JsonObject}
 */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Whether an object has exactly these members, or some of the optional ones as well.
 *
 * @param {JsonObject} value
 * @param {readonly string[]} names
 * @param {readonly string[]} [optional]
 */
export function hasMembers(value, names, optional = []) {
    const found = Object.keys(value);
    return (
        names.every((name) => Object.hasOwn(value, name)) &&
        found.every((name) => names.includes(name) || optional.includes(name))
    );
}

/**
 * @param {unknown} value
 * @param {number} [least]
 * @returns {value is number}
 */
export const isInteger = (value, least = 0) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= least && !Object.is(value, -0);

/**
 * Writes a value. The order of members is that of UTF-16 code units, which is JavaScript's own.
 *
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {string | undefined} undefined if the value has no canonical form here
 */
export function canonical(value, depth = 0) {
    if (value === null || typeof value === "boolean") return String(value);
    if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
    if (typeof value === "string") return value.isWellFormed() ? JSON.stringify(value) : undefined;
    if (typeof value !== "object" || depth >= JSON_DEPTH) return undefined;
    return Array.isArray(value)
        ? canonicalList(value, depth + 1)
        : canonicalObject(/** @type {JsonObject} */ (value), depth + 1);
}

/** @param {readonly unknown[]} list @param {number} depth */
function canonicalList(list, depth) {
    let text = "[";
    for (const value of list) {
        const written = canonical(value, depth);
        if (written === undefined) return undefined;
        text += text === "[" ? written : `,${written}`;
    }
    return `${text}]`;
}

/** @param {JsonObject} object @param {number} depth */
function canonicalObject(object, depth) {
    let text = "{";
    for (const key of Object.keys(object).sort()) {
        const written = canonical(object[key], depth);
        const name = canonical(key);
        if (written === undefined || name === undefined) return undefined;
        text += text === "{" ? `${name}:${written}` : `,${name}:${written}`;
    }
    return `${text}}`;
}

/**
 * Reads canonical JSON. It is written again and compared, which finds spaces, another order, a member that is there
 * twice, and a second spelling of a text or a number.
 *
 * @param {string} text
 * @returns {import("./outcome.js").Outcome<unknown>}
 */
export function readCanonical(text) {
    let value;
    try {
        value = JSON.parse(text);
    } catch {
        return refuse("json.invalid");
    }
    return canonical(value) === text ? accept(value) : refuse("json.notCanonical");
}
