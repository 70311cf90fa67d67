/** Moments as records write them: RFC 3339 in UTC with six decimals. Texts of this form compare as the moments do. */

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** The first 23 characters are what `Date` writes of a moment: up to the millisecond. */
const MILLISECONDS = 23;

/**
 * @param {unknown} value
 * @returns {value is string}
 */
export function isMoment(value) {
    if (typeof value !== "string" || !FORM.test(value) || value.startsWith("0000")) return false;
    const date = dateOf(value);
    // A day that its month does not have becomes another day.
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value.slice(0, MILLISECONDS));
}

/**
 * The moment of a leaf.
 *
 * @param {number} tx microseconds since 1970, not negative
 */
export const momentOf = (tx) =>
    `${new Date(Math.floor(tx / 1_000)).toISOString().slice(0, MILLISECONDS)}${String(tx % 1_000).padStart(3, "0")}Z`;

/**
 * The time between two moments, in microseconds; negative if the first is the earlier one. It is exact below 2^53.
 *
 * @param {string} later
 * @param {string} earlier
 */
export const between = (later, earlier) => Number(microsecondsOf(later) - microsecondsOf(earlier));

/** @param {string} moment since 1970 */
const microsecondsOf = (moment) =>
    BigInt(dateOf(moment).getTime()) * 1_000n + BigInt(moment.slice(MILLISECONDS, MILLISECONDS + 3));

/** @param {string} moment */
const dateOf = (moment) => new Date(`${moment.slice(0, MILLISECONDS)}Z`);
