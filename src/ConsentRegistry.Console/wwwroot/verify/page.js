/**
 * Verifies the log on a page. The page is complete without it; this module shows the controls and makes them work.
 * It needs no inline script or style, and runs under `default-src 'self'`. Texts come from the page, or are English.
 *
 * The page loads it with `<script type="module" src="/verify/page.js"></script>` and has this markup. Labels are the
 * page's own, in its language. Parts may be left out, but not the verifier itself and the list of steps.
 *
 *   <section data-log-verifier            one for each page; `data-permanent` keeps Blazor from replacing it
 *            data-checkpoint="/log/checkpoint"
 *            data-keys="/v1/log/keys"
 *            data-consistency="/v1/log/consistency"
 *            data-proof="/v1/log/proof/"  the address of an event's proof, without the event's id
 *            data-texts="/texts.json">    optional: an object of texts by key, as in texts.js
 *     <div data-verify-controls hidden>
 *       <div role="alert" data-verify-alarm hidden>
 *         <div data-verify-alarm-text></div>
 *         <button type="button" data-verify-dismiss>…</button>
 *       </div>
 *       <label>… <textarea data-verify-pin></textarea></label>    verifier keys, one on each line; also of witnesses
 *       <button type="button" data-verify-pin-save>…</button>     an empty field forgets the pinned keys
 *       <p data-verify-pin-state role="status"></p>
 *       <div data-verify-drop>
 *         <label>… <input type="file" data-verify-file></label>
 *       </div>
 *       <button type="button" data-verify-newest>…</button>       verifies the newest checkpoint
 *       <button type="button" data-verify-stop hidden>…</button>
 *       <button type="button" data-verify-forget>…</button>       forgets all checkpoints and alarms
 *       <p data-verify-summary role="status" aria-live="polite"></p>
 *       <ol data-verify-steps aria-live="polite"></ol>
 *     </div>
 *   </section>
 *
 *   <button type="button" data-verify-entry="#event-1">…</button> anywhere on the page, for each entry of a history
 *   <script type="application/json" id="event-1">{…}</script>     an item of a history, or an answer of /v1/log/proof/…
 *
 * `data-verify-entry` may also be the address of the proof. An item of a history is compared with the leaf, so that the
 * page cannot show something else than the log has.
 */

import { isObject } from "./canonical-json.js";
import { readPinned, TRUST_FILE, trustOf } from "./keys.js";
import { bytesOf } from "./lines.js";
import { openStore } from "./local-store.js";
import { cannotJudge, refuse } from "./outcome.js";
import { PageView } from "./page-view.js";
import { fetchText, openRegistry } from "./registry.js";
import { RememberedCheckpoints } from "./remembered.js";
import { failed, verdictOf } from "./steps.js";
import { COSIGNATURE, ED25519 } from "./verifier-key.js";
import { verifyEntry, verifyFile, verifyNewest } from "./verify.js";

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./verify.js").Context} Context
 * @typedef {Context & { registry: import("./registry.js").Registry }} PageContext
 * @typedef {(context: PageContext) => AsyncIterable<Step>} Verification
 */

const PIN = "consent-log-pin";
const SHOWN = ["eventId", "seq", "kind", "version", "ordinal", "count", "at"];

class LogVerifierPage {
    #root;
    #view;
    #store = openStore();
    #remembered = new RememberedCheckpoints(this.#store);
    /** @type {AbortController | undefined} */
    #running;

    /** @param {HTMLElement} root */
    constructor(root) {
        this.#root = root;
        this.#view = new PageView(root);
    }

    async start() {
        this.#view.texts = await this.#readTexts();
        const field = this.#pinField();
        if (field) field.value = this.#store.get(PIN) ?? "";
        this.#on("pin-save", () => this.#pin());
        this.#on("newest", () => this.#run(verifyNewest));
        this.#on("stop", () => this.#running?.abort());
        this.#on("dismiss", () => this.#remembered.dismiss());
        this.#on("forget", () => this.#remembered.forget());
        this.#listenForFiles();
        document.addEventListener("click", (event) => {
            // A page that was navigated away from has another verifier now.
            if (!this.#root.isConnected) return;
            const button = event.target instanceof Element ? event.target.closest("[data-verify-entry]") : null;
            const named = button?.getAttribute("data-verify-entry");
            if (named) this.#run((context) => this.#verifyEntry(named, context));
        });
        this.#view.showAlarms(this.#remembered.alarms());
        this.#view.show("controls", true);
        if (this.#root.dataset.checkpoint) await this.#run(verifyNewest);
    }

    /** @param {string} name @param {() => unknown} handle */
    #on(name, handle) {
        this.#view.part(name)?.addEventListener("click", () => {
            handle();
            this.#view.showAlarms(this.#remembered.alarms());
        });
    }

    #listenForFiles() {
        const input = this.#view.part("file");
        if (input instanceof HTMLInputElement) {
            input.addEventListener("change", () => {
                const [file] = input.files ?? [];
                if (file) this.#run((context) => verifyBlob(file, context));
                // The same file can be chosen again.
                input.value = "";
            });
        }
        const zone = this.#view.part("drop");
        zone?.addEventListener("dragover", (event) => {
            event.preventDefault();
            zone.dataset.over = "";
        });
        zone?.addEventListener("dragleave", () => delete zone.dataset.over);
        zone?.addEventListener("drop", (event) => {
            event.preventDefault();
            delete zone.dataset.over;
            const [file] = event.dataTransfer?.files ?? [];
            if (file) this.#run((context) => verifyBlob(file, context));
        });
    }

    /**
     * Runs one verification, and ends the one before.
     *
     * @param {Verification} verification
     */
    async #run(verification) {
        this.#running?.abort();
        const running = new AbortController();
        this.#running = running;
        this.#view.clear();
        this.#view.showVerdict("running");
        this.#view.show("stop", true);
        /** @type {Step[]} */
        const steps = [];
        const add = (/** @type {Step} */ step) => {
            steps.push(step);
            this.#view.addStep(step);
        };
        try {
            for await (const step of verification(await this.#context(running.signal))) {
                if (running.signal.aborted) break;
                add(step);
            }
        } catch (error) {
            // A file that changed or went away while it was read is no bug, and neither is a reader who ends this.
            if (!running.signal.aborted) add(failed("lines", cannotJudge("file.unreadable").reason));
            if (!(error instanceof DOMException)) throw error;
        } finally {
            if (this.#running === running) {
                this.#view.showVerdict(running.signal.aborted ? "stopped" : verdictOf(steps));
                this.#view.show("stop", false);
                this.#view.showAlarms(this.#remembered.alarms());
            }
        }
    }

    /** @param {AbortSignal} signal @returns {Promise<PageContext>} */
    async #context(signal) {
        const { checkpoint = "", keys = "", consistency = "" } = this.#root.dataset;
        const registry = openRegistry({
            checkpoint: absolute(checkpoint),
            keys: absolute(keys),
            consistency: absolute(consistency),
        });
        const pinned = readPinned(this.#store.get(PIN) ?? "");
        const named = pinned.ok ? pinned.value : [];
        const read = await registry.keys();
        const logKeys = named.filter(({ algorithm }) => algorithm === ED25519);
        // Where keys cannot be read nothing is believed: what a file brings itself is not enough on the registry's own
        // page.
        const trust =
            pinned.ok && (logKeys.length > 0 || read.ok)
                ? trustOf(logKeys, read.ok ? read.value : null)
                : { ...TRUST_FILE, verifiers: [], receiptKeys: [] };
        return {
            trust,
            registry,
            remembered: this.#remembered,
            signal,
            witnesses: named.filter(({ algorithm }) => algorithm === COSIGNATURE),
            onProgress: (count) => this.#view.showVerdict("progress", { count }),
        };
    }

    /** @param {string} named @param {PageContext} context @returns {AsyncGenerator<Step, void>} */
    async *#verifyEntry(named, context) {
        const given = named.startsWith("#")
            ? readJson(document.getElementById(named.slice(1))?.textContent ?? "")
            : undefined;
        const isItem = isObject(given) && typeof given.eventId === "string" && !Array.isArray(given.proof);
        const address = named.startsWith("#")
            ? `${this.#root.dataset.proof ?? ""}${isItem ? encodeURIComponent(String(given.eventId)) : ""}`
            : named;
        if (given !== undefined && !isItem) return yield* verifyEntry(given, context);
        if (named.startsWith("#") && !isItem) return yield failed("leaf", refuse("proof.form").reason);
        const proof = await context.registry.json(absolute(address));
        if (!proof.ok) return yield failed("leaf", proof.reason);
        if (!isItem) return yield* verifyEntry(proof.value, context);
        yield* verifyEntry(
            proof.value,
            context,
            Object.fromEntries(SHOWN.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]])),
        );
    }

    #pinField() {
        const field = this.#view.part("pin");
        return field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement ? field : null;
    }

    #pin() {
        const text = this.#pinField()?.value.trim() ?? "";
        const pinned = readPinned(text);
        if (!pinned.ok) return this.#view.showText("pin-state", pinned.reason.key, pinned.reason.values);
        if (text === "") this.#store.delete(PIN);
        else this.#store.set(PIN, text);
        this.#view.showText("pin-state", text === "" ? "pin.forgotten" : "pin.remembered");
    }

    async #readTexts() {
        const { texts = "" } = this.#root.dataset;
        const answer = texts === "" ? undefined : await fetchText(absolute(texts));
        const value = answer?.ok ? readJson(answer.value) : undefined;
        const entries = Object.entries(isObject(value) ? value : {}).filter(([, text]) => typeof text === "string");
        return /** @type {import("./texts.js").Texts} */ (Object.fromEntries(entries));
    }
}

/** @param {Blob} file @param {Context} context */
const verifyBlob = (file, context) => verifyFile([bytesOf(file.stream(), context.signal)], context);

/** @param {string} address */
const absolute = (address) => new URL(address, document.baseURI).href;

/** @param {string} text @returns {unknown} */
function readJson(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** @type {WeakSet<Element>} */
const started = new WeakSet();

function startPages() {
    for (const root of document.querySelectorAll("[data-log-verifier]")) {
        if (started.has(root) || !(root instanceof HTMLElement)) continue;
        started.add(root);
        void new LogVerifierPage(root).start();
    }
}

startPages();
// A page that is navigated without being loaded anew brings another verifier.
new MutationObserver(startPages).observe(document.documentElement, { childList: true, subtree: true });
