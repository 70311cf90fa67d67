/** What a verification shows, step by step. */

import { say } from "./texts.js";

/**
 * @typedef {import("./outcome.js").Reason} Reason
 * @typedef {import("./outcome.js").Values} Values
 * @typedef {"passed" | "failed" | "skipped"} Status `skipped`: it could not be tried, and nothing is shown
 *
 * @typedef {object} Step
 * @property {string} step its name; `step.<name>` is its text's key
 * @property {Status} status
 * @property {string} text key of what is said about it
 * @property {Values} values values of that text; `line` and `part` say where
 * @property {string} detail the same in English
 * @property {boolean} unjudged whether it failed because it could not be judged, not because something is wrong
 *
 * @typedef {{ step: string, reason: Reason }} Fault
 */

/**
 * @param {string} step
 * @param {Status} status
 * @param {string} text
 * @param {Values} [values]
 * @returns {Step}
 */
export const makeStep = (step, status, text, values = {}) => ({
    step,
    status,
    text,
    values,
    detail: say(text, values),
    unjudged: false,
});

/**
 * @param {string} step
 * @param {string} text
 * @param {Values} [values]
 */
export const passed = (step, text, values) => makeStep(step, "passed", text, values);

/**
 * @param {string} step
 * @param {string} text
 * @param {Values} [values]
 */
export const skipped = (step, text, values) => makeStep(step, "skipped", text, values);

/**
 * @param {string} step
 * @param {Reason} reason
 * @returns {Step}
 */
export const failed = (step, reason) => ({
    ...makeStep(step, "failed", reason.key, reason.values),
    unjudged: reason.unjudged,
});

/**
 * @param {string} step
 * @param {{ ok: false, reason: Reason }} refusal
 * @param {Values} [where]
 * @returns {Fault}
 */
export const fault = (step, { reason }, where) => ({
    step,
    reason: where ? { ...reason, values: { ...where, ...reason.values } } : reason,
});

/**
 * The verdict over all steps: `valid` needs at least one step that passed and none that failed.
 *
 * @param {readonly Step[]} steps
 * @returns {"valid" | "invalid" | "unjudged"}
 */
export function verdictOf(steps) {
    const wrong = steps.filter(({ status }) => status === "failed");
    if (wrong.some(({ unjudged }) => !unjudged)) return "invalid";
    return wrong.length === 0 && steps.some(({ status }) => status === "passed") ? "valid" : "unjudged";
}
