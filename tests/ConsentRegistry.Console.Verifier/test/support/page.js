/** Serves the sample page and a registry beside it, and opens it in a browser. */

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { chromium } from "playwright-core";

/** Debian's browser, or the one that is named. */
const browserPath = process.env["CONSENT_CHROMIUM"] ?? "/usr/bin/chromium";

/** Why tests in a browser are skipped, or false. */
export const withoutBrowser = existsSync(browserPath)
    ? false
    : `THERE IS NO CHROMIUM AT ${browserPath}. CONSENT_CHROMIUM names another.`;

const TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
};
const here = new URL("./", import.meta.url);

/**
 * @typedef {{ log: import("./log.js").Log, texts: string, breaks: Set<string> }} Served `breaks`: addresses that answer with 503
 */

/** @param {Served} served */
async function serve(served) {
    const server = createServer((request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
        const answer = served.breaks.has(pathname) ? undefined : answerTo(pathname, searchParams, served);
        response.statusCode = answer === undefined ? (served.breaks.has(pathname) ? 503 : 404) : 200;
        response.setHeader("content-security-policy", "default-src 'self'; img-src data:");
        response.setHeader(
            "content-type",
            TYPES[/** @type {".js"} */ (extname(pathname) || ".html")] ?? "application/json",
        );
        response.end(answer);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    return server;
}

/**
 * @param {string} path
 * @param {URLSearchParams} search
 * @param {Served} served
 * @returns {string | Buffer | undefined}
 */
function answerTo(path, search, { log, texts }) {
    if (path === "/") return samplePage(log, texts);
    if (/^\/verify\/[\w/-]+\.(js|css)$/.test(path)) return readFileSync(new URL(`../..${path}`, here));
    if (path === "/texts.json")
        return JSON.stringify({ "status.passed": "Bestanden", "verdict.valid": "GÜLTIG <b>{size}</b>" });
    if (path === "/log/checkpoint") return log.note();
    if (path === "/v1/log/keys") return JSON.stringify({ keys: log.signer.keys });
    if (path === "/v1/log/consistency")
        return JSON.stringify(log.consistency(Number(search.get("from")), Number(search.get("to"))));
    const seq = log.entries.findIndex(({ leaf }) => path === `/v1/log/proof/${JSON.parse(leaf).eid}`);
    return seq < 0 ? undefined : JSON.stringify(log.proof(seq));
}

/** @param {import("./log.js").Log} log @param {string} texts */
function samplePage(log, texts) {
    const eventId = (/** @type {number} */ seq) => JSON.parse(log.entries[seq]?.leaf ?? "").eid;
    const item = (/** @type {number} */ seq, /** @type {number} */ version) => ({
        eventId: eventId(seq),
        seq,
        sequenced: true,
        proof: `/v1/log/proof/${eventId(seq)}`,
        stream: "ana",
        version,
        ordinal: 1,
        count: 3,
        kind: "lockdownChanged",
        at: `2027-01-15T08:00:0${seq}.000000Z`,
    });
    const { body, salt } = log.entries[4] ?? {};
    /** @type {{ [name: string]: string }} */
    const filled = {
        TEXTS: texts,
        PROOF_ADDRESS: `/v1/log/proof/${eventId(4)}`,
        EVENT_4: script(item(4, 2)),
        EVENT_5: script(item(4, 7)),
        PROOF_4: script({ ...log.proof(4), body, salt }),
    };
    return readFileSync(new URL("sample.html", here), "utf8").replaceAll(
        /TEXTS|PROOF_ADDRESS|EVENT_\d|PROOF_\d/g,
        (name) => filled[name] ?? name,
    );
}

/** JSON as the content of a script element. @param {unknown} value */
const script = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");

/**
 * @param {import("node:test").TestContext} test
 * @param {import("playwright-core").Browser} browser
 * @param {import("./log.js").Log} log
 * @param {{ texts?: string, script?: string }} [options] `script` runs before the page's own
 */
export async function openPage(test, browser, log, options = {}) {
    /** @type {Served} */
    const served = { log, texts: options.texts ?? "", breaks: new Set() };
    const server = await serve(served);
    const address = server.address();
    const context = await browser.newContext();
    test.after(async () => {
        await context.close();
        server.closeAllConnections();
        server.close();
    });
    const page = await context.newPage();
    /** @type {string[]} */
    const problems = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
        // What does not answer is a message of the browser, and no fault of the page.
        if (message.type() === "error" && !/status of 503/.test(message.text())) problems.push(message.text());
    });
    if (options.script) await page.addInitScript(options.script);
    await page.goto(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`);
    return { page, served, problems };
}

/** @param {import("node:test").TestContext} test */
export async function openBrowser(test) {
    const browser = await chromium.launch({
        executablePath: browserPath,
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    });
    test.after(() => browser.close());
    return browser;
}
