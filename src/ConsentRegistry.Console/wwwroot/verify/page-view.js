/** What the page shows: a list of steps, a verdict, an alarm. Every text is set as text, never as markup. */

import { say } from "./texts.js";

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./texts.js").Texts} Texts
 */

/** A status is told by its word and its shape. A style sheet may add a colour. */
const SHAPES = { passed: "\u2713", failed: "\u2717", skipped: "\u2013" };

export class PageView {
    /** @type {Texts} */
    texts = {};
    #root;

    /** @param {Element} root */
    constructor(root) {
        this.#root = root;
    }

    /** @param {string} name @returns {HTMLElement | null} */
    part(name) {
        return this.#root.querySelector(`[data-verify-${name}]`);
    }

    /** @param {string} key @param {import("./outcome.js").Values} [values] */
    say(key, values) {
        return say(key, values, this.texts);
    }

    /** @param {string} name @param {string} key @param {import("./outcome.js").Values} [values] */
    showText(name, key, values) {
        const part = this.part(name);
        if (part) part.textContent = this.say(key, values);
    }

    /** @param {string} name @param {boolean} isShown */
    show(name, isShown) {
        const part = this.part(name);
        if (part) part.hidden = !isShown;
    }

    /**
     * @param {"running" | "valid" | "invalid" | "unjudged" | "stopped" | "progress"} verdict
     * @param {import("./outcome.js").Values} [values]
     */
    showVerdict(verdict, values) {
        this.showText("summary", `verdict.${verdict}`, values);
        const summary = this.part("summary");
        if (summary) summary.dataset.verdict = verdict === "progress" ? "running" : verdict;
    }

    clear() {
        this.part("steps")?.replaceChildren();
    }

    /** @param {Step} step */
    addStep(step) {
        const item = document.createElement("li");
        item.dataset.status = step.status;
        item.dataset.step = step.step;
        const shape = element("span", SHAPES[step.status]);
        shape.setAttribute("aria-hidden", "true");
        item.append(
            shape,
            " ",
            element("strong", this.say(`status.${step.status}`)),
            " ",
            element("span", this.say(`step.${step.step}`)),
            ": ",
            element("span", this.say(step.text, step.values)),
        );
        this.part("steps")?.append(item);
    }

    /** @param {readonly import("./remembered.js").Alarm[]} alarms */
    showAlarms(alarms) {
        this.part("alarm-text")?.replaceChildren(
            ...alarms.flatMap(({ key, values, note }) => [element("p", this.say(key, values)), element("pre", note)]),
        );
        this.show("alarm", alarms.length > 0);
    }
}

/** @param {string} name @param {string} text */
function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
}
