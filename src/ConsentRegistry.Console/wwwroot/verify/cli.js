#!/usr/bin/env node
/**
 * Verifies files of the log in Node, with no code of the registry: docs/how-to/verify-the-log.md.
 *
 *   node cli.js <file>... [--keys keys.json] [--key <verifier key>]... [--checkpoint kept.txt]... [--receipt file]...
 *                         [--clock-tolerance <seconds>] [--no-replay]
 *
 * Several files are the parts of one export, in their order. The exit code is 0 for valid, 1 for not valid, and 2 for
 * what cannot be judged.
 */

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readCheckpoint } from "./checkpoint.js";
import { readKeySet, readPinned, TRUST_FILE, trustOf } from "./keys.js";
import { NOTE_BYTES } from "./limits.js";
import { readReceipts } from "./receipt.js";
import { verdictOf } from "./steps.js";
import { ENGLISH, say } from "./texts.js";
import { verifyFile } from "./verify.js";
import { COSIGNATURE, ED25519 } from "./verifier-key.js";

const EXIT = { valid: 0, invalid: 1, unjudged: 2 };
const MARK = { passed: "ok", failed: "FAILED", skipped: "-" };

/** What the arguments or the files they name are not. */
class InputError extends Error {}

/**
 * @template T
 * @param {string} name
 * @param {import("./outcome.js").Outcome<T>} read
 */
function valueOf(name, read) {
    if (!read.ok) throw new InputError(`${name}: ${say(read.reason.key, read.reason.values)}`);
    return read.value;
}

/** @param {string} file */
async function readSmall(file) {
    if ((await stat(file)).size > NOTE_BYTES) throw new InputError(`${file}: more than ${NOTE_BYTES} bytes`);
    return readFile(file, "utf8");
}

/** @param {string[]} args */
function readArguments(args) {
    const many = /** @type {const} */ ({ type: "string", multiple: true, default: /** @type {string[]} */ ([]) });
    try {
        return parseArgs({
            args,
            allowPositionals: true,
            options: {
                keys: { type: "string" },
                key: many,
                checkpoint: many,
                receipt: many,
                "clock-tolerance": { type: "string", default: "600" },
                "no-replay": { type: "boolean", default: false },
            },
        });
    } catch (error) {
        throw new InputError(error instanceof Error ? error.message : String(error));
    }
}

/** @param {string[]} args */
async function run(args) {
    const { values, positionals } = readArguments(args);
    if (positionals.length === 0) throw new InputError("Name the files to verify.");
    const tolerance = Number(values["clock-tolerance"]);
    if (!(tolerance >= 0 && tolerance <= Number.MAX_SAFE_INTEGER / 1e6))
        throw new InputError("--clock-tolerance takes seconds.");
    const keys = values.keys === undefined ? null : valueOf(values.keys, readKeySet(await readSmall(values.keys)));
    const named = values.key.flatMap((key) => valueOf("--key", readPinned(key)));
    const logKeys = named.filter(({ algorithm }) => algorithm === ED25519);
    const pinned = [...(keys?.verifiers ?? []), ...logKeys];
    /** @type {import("./keys.js").Trust} */
    const trust =
        keys === null && logKeys.length === 0
            ? TRUST_FILE
            : { ...trustOf(pinned, keys), receiptSource: keys ? "pinned" : "file" };
    const kept = [];
    for (const file of values.checkpoint) kept.push(valueOf(file, readCheckpoint(await readSmall(file))));
    const receipts = [];
    for (const file of values.receipt) receipts.push(...valueOf(file, await readReceipts(createReadStream(file))));

    const steps = [];
    const context = {
        trust,
        kept,
        receipts,
        witnesses: named.filter(({ algorithm }) => algorithm === COSIGNATURE),
        clockTolerance: tolerance * 1e6,
        replays: !values["no-replay"],
    };
    for await (const step of verifyFile(
        positionals.map((file) => createReadStream(file)),
        context,
    )) {
        console.log(`${MARK[step.status].padEnd(7)} ${say(`step.${step.step}`)}: ${step.detail}`);
        steps.push(step);
    }
    const verdict = verdictOf(steps);
    console.log(ENGLISH[`verdict.${verdict}`]);
    return EXIT[verdict];
}

try {
    process.exitCode = await run(process.argv.slice(2));
} catch (error) {
    // A file that is not there, or that a disk does not give.
    const isInput = error instanceof InputError || (error instanceof Error && "code" in error);
    if (!isInput) throw error;
    console.error(error.message);
    process.exitCode = EXIT.unjudged;
}
