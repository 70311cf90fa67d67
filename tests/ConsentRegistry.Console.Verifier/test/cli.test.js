import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { sampleLog, toFile } from "./support/log.js";
import { golden, goldenFolder } from "./support/repository.js";

const program = fileURLToPath(new URL("../verify/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "verifier-"));
after(() => rmSync(folder, { recursive: true }));

/** @param {string} name @param {string | Uint8Array} content */
function file(name, content) {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
}

/** @param {...string} args */
function run(...args) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
    return { status, stdout, stderr };
}

const openssl = (/** @type {string} */ name) => join(goldenFolder, `signed-by-openssl.${name}`);

test("a valid export ends with 0, one altered with 1, and one cut short with 2", () => {
    const valid = run(openssl("ndjson"), "--keys", openssl("keys.json"), "--checkpoint", openssl("checkpoint"));
    assert.equal(valid.status, 0, valid.stdout + valid.stderr);
    assert.match(valid.stdout, /^ok +The checkpoint that you kept: /m);
    assert.match(valid.stdout, /^ok +Whose key it is: /m);
    const text = golden("signed-by-openssl.ndjson").toString();
    const altered = run(file("altered.ndjson", text.replace("Any AI remix", "Any AI Remix")));
    assert.equal(altered.status, 1);
    assert.match(
        altered.stdout,
        /^FAILED +What the entries say: Line 3: entry 0: The body is not the one that the leaf commits to\.$/m,
    );
    const cut = run(file("cut.ndjson", text.slice(0, 5_000)));
    assert.equal(cut.status, 2);
    assert.match(cut.stdout, /cannot be judged/);
});

test("the bundle of a receipt is not judged", () => {
    const { status, stdout } = run(join(goldenFolder, "with-identifiers.receipt.ndjson"));
    assert.equal(status, 2);
    assert.match(stdout, /This is no export, receipt, checkpoint or proof\./);
});

test("parts, receipts and witnesses are taken", () => {
    const log = sampleLog();
    const parts = [
        [0, 6],
        [6, 15],
    ].map(([from = 0, to = 0], i) => file(`part${i}.ndjson`, toFile(log.lines({ from, to }))));
    assert.equal(run(...parts, "--receipt", file("receipt.jws", log.receipt()), "--key", log.signer.vkey).status, 0);
    assert.equal(run(...parts.reverse()).status, 2);
    const witness = "witness.example.org+c3260802+BG/Eo/gyPQeYnrBEKrh3CL+wv5Pn3xmXCYdWV/7yFxFW";
    const cosigned = run(openssl("cosigned"), "--keys", openssl("keys.json"), "--key", witness);
    assert.equal(cosigned.status, 0, cosigned.stdout);
    assert.match(cosigned.stdout, /^ok +Witnesses: Verified cosignatures: 1\.$/m);
});

test("arguments that are wrong, and files that are not there, end with 2 and one line", () => {
    const many = [
        [],
        ["--nothing"],
        [join(folder, "none")],
        [openssl("ndjson"), "--keys", join(folder, "none")],
        [openssl("ndjson"), "--keys", openssl("checkpoint")],
        [openssl("ndjson"), "--key", "x"],
        [openssl("ndjson"), "--checkpoint", openssl("keys.json")],
        [openssl("ndjson"), "--clock-tolerance", "x"],
        [folder],
    ];
    for (const args of many) {
        const { status, stderr } = run(...args);
        assert.equal(status, 2, args.join(" "));
        assert.match(stderr, /^[^\n]+\n$/, args.join(" "));
    }
});
