/**
 * What is refused is a value. A reason is a key of `texts.js` with values for its text.
 *
 * @typedef {{ [name: string]: string | number }} Values
 * @typedef {{ key: string, values: Values, unjudged: boolean }} Reason `unjudged`: nothing was shown to be wrong, but
 * nothing could be shown to be right.
 */

/**
 * @template T
 * @typedef {{ ok: true, value: T } | { ok: false, reason: Reason }} Outcome
 */

/**
 * @template T
 * @param {T} value
 * @returns {{ ok: true, value: T }}
 */
export const accept = (value) => ({ ok: true, value });

/**
 * Something is wrong with what was given.
 *
 * @param {string} key
 * @param {Values} [values]
 * @returns {{ ok: false, reason: Reason }}
 */
export const refuse = (key, values = {}) => ({ ok: false, reason: { key, values, unjudged: false } });

/**
 * An event breaks a rule.
 *
 * @param {string} rule its code in docs/reference/replay-rules.md
 * @param {string} [key] what is said about it, if that is not the rule's own text
 * @param {Values} [values]
 */
export const breaks = (rule, key = `rule.${rule}`, values = {}) => refuse(key, { ...values, rule });

/**
 * What was given cannot be judged, for example because it is cut short or because this program cannot verify it.
 *
 * @param {string} key
 * @param {Values} [values]
 * @returns {{ ok: false, reason: Reason }}
 */
export const cannotJudge = (key, values = {}) => ({ ok: false, reason: { key, values, unjudged: true } });
