import assert from "node:assert/strict";
import { test } from "node:test";
import { Log, sampleLog, Signer, toFile } from "./support/log.js";
import { openBrowser, openPage, withoutBrowser } from "./support/page.js";

/** @typedef {import("playwright-core").Page} Page */

/** Waits for a verdict. @param {Page} page @param {string} verdict */
const verdict = (page, verdict) =>
    page.locator(`[data-verify-summary][data-verdict="${verdict}"]`).waitFor({ timeout: 60_000 });

/** The steps as `name status`. @param {Page} page */
const steps = (page) =>
    page
        .locator("[data-verify-steps] li")
        .evaluateAll((items) =>
            items.map((item) => `${item.getAttribute("data-step")} ${item.getAttribute("data-status")}`),
        );

/** @param {Page} page @param {string} step */
const text = (page, step) => page.locator(`[data-verify-steps] [data-step="${step}"]`).innerText();

/** @param {Page} page @param {string} name @param {Uint8Array | string} content */
const choose = (page, name, content) =>
    page
        .locator("[data-verify-file]")
        .setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });

/** @param {Page} page @param {Uint8Array} content */
async function drop(page, content) {
    const transfer = await page.evaluateHandle(
        (bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "export.ndjson"));
            return data;
        },
        [...content],
    );
    await page.locator("[data-verify-drop]").dispatchEvent("drop", { dataTransfer: transfer });
}

test("the page verifies in a browser", { skip: withoutBrowser }, async (suite) => {
    const browser = await openBrowser(suite);

    await suite.test("an export that is dropped, and an altered one", async (t) => {
        const log = sampleLog();
        const { page, problems } = await openPage(t, browser, log);
        await verdict(page, "valid");
        const file = toFile(log.lines());
        await drop(page, file);
        await page.locator('[data-step="roots"][data-status="passed"]').waitFor();
        await verdict(page, "valid");
        assert.match(await text(page, "key"), /This trusts the operator/);
        assert.match(await text(page, "bodies"), /^\u2713 Passed What the entries say: 11 bodies/);
        assert.deepEqual(await steps(page), [
            "lines passed",
            "header passed",
            "leaves passed",
            "bodies passed",
            "versions passed",
            "times passed",
            "erasures passed",
            "meaning passed",
            "roots passed",
            "signatures passed",
            "whole passed",
            "key skipped",
            "witnesses skipped",
            "remembered passed",
        ]);
        await drop(page, Buffer.from(file.toString().replace('\\"purposes\\":null', '\\"purposes\\":[]')));
        await verdict(page, "invalid");
        assert.match(
            await text(page, "bodies"),
            /^\u2717 FAILED What the entries say: Line 5: entry 2: The body is not the one/,
        );
        await choose(page, "broken", toFile(sampleLog(log.signer).add({ stream: "eve", body: { after: null } }).lines()));
        await verdict(page, "invalid");
        assert.match(
            await text(page, "meaning"),
            /^\u2717 FAILED What the entries mean: Line \d+: entry 15: recordUnchanged: It changes nothing\.$/,
        );
        await choose(page, "cut", file.subarray(0, 900));
        await verdict(page, "unjudged");
        await choose(page, "other", toFile(sampleLog(new Signer()).lines()));
        await verdict(page, "invalid");
        assert.match(await text(page, "signatures"), /No key that is believed has signed/);
        assert.deepEqual(problems, []);
    });

    await suite.test("a bundle, a receipt, a checkpoint and a proof", async (t) => {
        const log = sampleLog();
        const { page, problems } = await openPage(t, browser, log);
        await verdict(page, "valid");
        for (const [content, step] of /** @type {[Uint8Array | string, string][]} */ ([
            [toFile(log.bundle("ana")), "statement"],
            [log.receipt({}, 7), "root"],
            [JSON.stringify(log.proof(3)), "inclusion"],
            [log.note(9), "signature"],
        ])) {
            await choose(page, "file", content);
            await page.locator(`[data-step="${step}"][data-status="passed"]`).waitFor();
            await verdict(page, "valid");
        }
        await choose(page, "receipt", new Log(log.signer).add({ stream: "eve" }).receipt());
        await verdict(page, "invalid");
        assert.match(await text(page, "root"), /another root/);
        await choose(page, "picture", "GIF89a");
        await verdict(page, "unjudged");
        assert.deepEqual(problems, []);
    });

    await suite.test("entries of a history by their buttons, with the keyboard", async (t) => {
        const { page, problems } = await openPage(t, browser, sampleLog());
        await verdict(page, "valid");
        for (const [name, shown, body] of /** @type {[string, string, string][]} */ ([
            ["Verify version 2", "passed", "skipped"],
            ["Verify with the body", "skipped", "passed"],
            ["Verify by address", "skipped", "skipped"],
        ])) {
            await page.getByRole("button", { name }).press("Enter");
            await page.locator('[data-step="inclusion"][data-status="passed"]').waitFor();
            await verdict(page, "valid");
            assert.deepEqual((await steps(page)).slice(0, 3), ["leaf passed", `shown ${shown}`, `body ${body}`]);
        }
        await page.getByRole("button", { name: "Verify an altered entry" }).press("Space");
        await verdict(page, "invalid");
        assert.match(await text(page, "shown"), /version/);
        assert.deepEqual(problems, []);
    });

    await suite.test("a fork raises an alarm that stays until it is dismissed", async (t) => {
        const log = sampleLog();
        const { page, served, problems } = await openPage(t, browser, log);
        await verdict(page, "valid");
        served.log = sampleLog(log.signer).add({ stream: "ana" });
        await page.reload();
        await verdict(page, "valid");
        assert.match(await text(page, "remembered"), /before: 15, now: 16/);
        const fork = new Log(log.signer);
        for (let i = 0; i < 20; i++) fork.add({ stream: "eve" });
        served.log = fork;
        await page.reload();
        await verdict(page, "invalid");
        const alarm = page.getByRole("alert");
        assert.match(await alarm.innerText(), /THE LOG WAS REWRITTEN[^]*\n20\n/);
        served.log = sampleLog(log.signer).add({ stream: "ana" });
        await page.reload();
        await verdict(page, "invalid");
        assert.match(await alarm.innerText(), /THE LOG WAS REWRITTEN/);
        await page.getByRole("button", { name: "Dismiss the alarm" }).click();
        await alarm.waitFor({ state: "hidden" });
        await page.getByRole("button", { name: "Verify the newest checkpoint" }).click();
        await verdict(page, "valid");
        served.log = log;
        await page.getByRole("button", { name: "Verify the newest checkpoint" }).click();
        await verdict(page, "invalid");
        assert.match(await alarm.innerText(), /BECOME SMALLER/);
        assert.deepEqual(problems, []);
    });

    await suite.test("a pinned key is remembered, and no other is believed", async (t) => {
        const log = sampleLog();
        const { page, served, problems } = await openPage(t, browser, log);
        await verdict(page, "valid");
        const field = page.getByRole("textbox");
        const state = page.locator("[data-verify-pin-state]");
        await field.fill(log.signer.vkey.replace("log.", "lag."));
        await page.getByRole("button", { name: "Pin" }).click();
        assert.match(await state.innerText(), /another hash/);
        await field.fill(` ${log.signer.vkey}\n`);
        await page.getByRole("button", { name: "Pin" }).click();
        assert.match(await state.innerText(), /^Pinned/);
        await page.reload();
        await verdict(page, "valid");
        assert.equal(await field.inputValue(), log.signer.vkey);
        assert.match(await text(page, "key"), /a key that you pinned/);
        served.log = sampleLog(new Signer());
        await page.reload();
        await verdict(page, "invalid");
        assert.match(await text(page, "signature"), /No key that is believed/);
        await field.fill("");
        await page.getByRole("button", { name: "Pin" }).click();
        assert.match(await state.innerText(), /No key is pinned/);
        assert.deepEqual(problems, []);
    });

    await suite.test("a registry that does not answer verifies nothing", async (t) => {
        const log = sampleLog();
        const { page, served, problems } = await openPage(t, browser, log);
        await verdict(page, "valid");
        for (const address of ["/v1/log/keys", "/log/checkpoint"]) {
            served.breaks = new Set([address]);
            await page.reload();
            await verdict(page, "unjudged");
        }
        served.breaks = new Set(["/v1/log/keys"]);
        await choose(page, "export", toFile(log.lines()));
        await page.locator('[data-step="signatures"][data-status="failed"]').waitFor();
        await verdict(page, "unjudged");
        assert.deepEqual(problems, []);
    });

    await suite.test("a browser without Ed25519 says so, and verifies nothing", async (t) => {
        const log = sampleLog();
        const { page, problems } = await openPage(t, browser, log, {
            script: `const importKey = crypto.subtle.importKey.bind(crypto.subtle);
        crypto.subtle.importKey = (format, key, algorithm, ...rest) => algorithm.name === "Ed25519"
          ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")) : importKey(format, key, algorithm, ...rest);`,
        });
        await verdict(page, "unjudged");
        assert.match(await text(page, "signature"), /cannot verify Ed25519/);
        await choose(page, "export", toFile(log.lines()));
        await page.locator('[data-step="signatures"][data-status="failed"]').waitFor();
        await verdict(page, "unjudged");
        assert.deepEqual(problems, []);
    });

    await suite.test("a browser that stores nothing verifies all the same", async (t) => {
        const { page, problems } = await openPage(t, browser, sampleLog(), {
            script: 'Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });',
        });
        await verdict(page, "valid");
        assert.deepEqual(problems, []);
    });

    await suite.test("what is said is in the page's language, and is text", async (t) => {
        const signer = new Signer("<img/src=x>&amp;");
        const { page, problems } = await openPage(t, browser, sampleLog(signer), { texts: "/texts.json" });
        await verdict(page, "valid");
        assert.match(await text(page, "signature"), /^\u2713 Bestanden Signature: The log <img\/src=x>&amp; signed/);
        assert.equal(await page.locator("[data-verify-summary]").innerText(), "GÜLTIG <b>{size}</b>");
        assert.equal(await page.locator("[data-log-verifier] img, [data-log-verifier] b").count(), 0);
        assert.deepEqual(problems, []);
    });
});
