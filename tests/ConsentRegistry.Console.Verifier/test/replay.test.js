import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { verdictOf } from "../verify/steps.js";
import { canonicalText, toFile } from "./support/log.js";
import { BROKEN, HONEST, MALFORMED } from "./support/replay-cases.js";
import { golden, repositoryFolder } from "./support/repository.js";
import { Resealed } from "./support/resealed.js";
import { assertValid, failureOf, verify } from "./support/steps.js";
import { MINUTE, Story, STUDIO } from "./support/story.js";

const folder = mkdtempSync(join(tmpdir(), "replay-"));
after(() => rmSync(folder, { recursive: true }));

/** @param {(story: Story) => unknown} tell */
function told(tell) {
    const story = new Story();
    tell(story);
    return story.log;
}

/** What failed, with its rule and its entry. @param {readonly import("../verify/steps.js").Step[]} steps */
function brokenIn(steps) {
    const failed = steps.find(({ status }) => status === "failed");
    return failed && { step: failed.step, rule: failed.values.rule, entry: failed.values.entry };
}

for (const { rule, name, tell, back = 0, step = "meaning" } of BROKEN) {
    test(`${rule}: ${name}`, async () => {
        const log = told(tell);
        const file = toFile(log.lines());
        assert.deepEqual(brokenIn(await verify(file)), { step, rule, entry: log.entries.length - 1 - back });
        if (step === "meaning") assertValid(await verify(file, { replays: false }));
    });
}

for (const { name, tell } of MALFORMED) {
    test(`malformed: ${name}`, async () => {
        const file = toFile(told(tell).lines());
        assert.equal(failureOf(await verify(file, { replays: false })), "bodies body.record");
    });
}

for (const { name, tell } of HONEST) {
    test(`honest: ${name}`, async () => assertValid(await verify(toFile(told(tell).lines()))));
}

test("each rule of the reference is broken by a case, and no other", () => {
    const page = readFileSync(join(repositoryFolder, "docs/reference/replay-rules.md"), "utf8");
    const rules = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    assert.ok(rules.length > 25);
    assert.deepEqual([...new Set(BROKEN.map(({ rule }) => rule))].sort(), rules.sort());
});

/** The other implementation, where the repository was built. */
const consent = join(repositoryFolder, "src/ConsentRegistry.Cli/bin/Release/net10.0/consent.dll");
const isBuilt = existsSync(consent) && spawnSync("dotnet", ["--version"]).status === 0;

test(
    "consent verify names the same rule and the same entry",
    { skip: isBuilt ? false : "CONSENT IS NOT BUILT" },
    () => {
        // One case of each rule: a process for each case takes a while.
        const cases = BROKEN.filter(({ rule }, i) => BROKEN.findIndex((one) => one.rule === rule) === i);
        for (const { rule, name, tell, back = 0 } of cases) {
            const log = told(tell);
            writeFileSync(join(folder, "log"), toFile(log.lines()));
            const { status, stdout } = spawnSync("dotnet", [consent, "verify", "log"], {
                cwd: folder,
                encoding: "utf8",
            });
            assert.equal(status, 1, `${name}: ${stdout}`);
            const [, entry, code] = /^(?:log, line \d+: )?entry (\d+): (\w+): /m.exec(stdout) ?? [];
            assert.deepEqual([code, Number(entry)], [rule, log.entries.length - 1 - back], name);
        }
    },
);

test("an erased grant that is spent stands for no more than one", async () => {
    const erased = HONEST.find(({ name }) => name === "grants whose events were erased are spent");
    const log = told((story) => {
        erased?.tell(story);
        story.write(STUDIO, story.use({ spent: ["019ab0c4-1111-7000-8000-000000000099"] }, {}, 28));
    });
    assert.deepEqual(brokenIn(await verify(toFile(log.lines()))), {
        step: "meaning",
        rule: "useUnknownGrant",
        entry: 5,
    });
});

test("a bundle is judged by its own stream", async () => {
    /** @param {(story: Story) => unknown} tell */
    const bundle = (tell) => verify(toFile(told(tell).bundle("ana")));
    const steps = await bundle((s) => s.write("ana", s.default([s.segment()], "dance")));
    assertValid(steps);
    assert.equal(steps.find(({ step }) => step === "meaning")?.text, "meaning.ofStream");
    const narrowed = await bundle((s) => {
        s.write("ana", s.stop());
        s.write("ana", s.stop({ purposes: ["remix"] }));
    });
    assert.deepEqual(brokenIn(narrowed), { step: "meaning", rule: "stopNarrowed", entry: 4 });
    const twice = await bundle((s) => {
        s.write("ana", s.stop());
        s.log.add({ stream: "ana", tx: s.now, eid: JSON.parse(s.log.entries[3]?.leaf ?? "").eid });
    });
    assert.deepEqual(brokenIn(twice), { step: "leaves", rule: "eventTwice", entry: 4 });
});

test("a verdict says the rule in words, and that nothing was judged if it was not", async () => {
    const log = told((s) => s.write("ana", s.stop(null)));
    const steps = await verify(toFile(log.lines()));
    assert.equal(failureOf(steps), "meaning rule.recordUnchanged");
    const detail = steps.find(({ status }) => status === "failed")?.detail ?? "";
    assert.match(detail, /^Line \d+: entry 3: recordUnchanged: It changes nothing\.$/);
    const left = await verify(toFile(log.lines()), { replays: false });
    assert.equal(left.find(({ step }) => step === "meaning")?.status, "skipped");
});

test("the reference lists the members of each record", () => {
    const page = readFileSync(join(repositoryFolder, "docs/reference/log-records.md"), "utf8");
    const stamp = ["changedAt", "version"];
    /** @type {Map<string, Set<string>>} */
    const written = new Map();
    for (const { root, path, member } of new Resealed(golden("with-identifiers.ndjson")).members()) {
        const [type = ""] = member.split(" ");
        const members = written.get(type) ?? new Set();
        written.set(type, members);
        if (root === "after" && path.length === 1) members.add(path[0] ?? "");
    }
    /** @type {string[]} */
    const described = [];
    for (const [, title = "", text = ""] of page.matchAll(/^### (`.*)\n([^#]*)/gm)) {
        const members = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
        if (text.includes("\nStamped.")) members.push(...stamp);
        for (const [, type = ""] of title.matchAll(/`(\w+)`/g)) {
            described.push(type);
            assert.deepEqual([...(written.get(type) ?? [])].sort(), members.sort(), type);
        }
    }
    assert.deepEqual(described.sort(), [...written.keys()].sort());
});

test("each member of each record has its form", async () => {
    const log = new Resealed(golden("with-identifiers.ndjson"));
    assertValid(await verify(log.file()));
    let count = 0;
    const tried = new Set();
    for (const { at, root, path, value, member } of log.members()) {
        if (tried.has(member)) continue;
        tried.add(member);
        /** @type {unknown[]} */
        const others = [undefined, value === 7 ? "seven" : { seven: 7 }, 7.5];
        if (typeof value === "object" && value !== null && !Array.isArray(value)) others.push({ ...value, more: 1 });
        if (typeof value === "string" && !/(use|description|reason|statement|trainingRun)$/.test(member)) {
            others.push(`${value} `);
        }
        for (const other of others) {
            // An item that is gone from a list leaves a list, and a later member may be absent.
            if (other === undefined && (/#$/.test(member) || /after\.identifiers$/.test(member))) continue;
            const steps = await verify(log.file(at, [root, ...path], other));
            assert.equal(verdictOf(steps), "invalid", `${member}: ${JSON.stringify(other)}`);
            assert.match(failureOf(steps), /^(bodies|leaves|lines) /, `${member}: ${JSON.stringify(other)}`);
            count++;
        }
    }
    assert.ok(count > 300, String(count));
});

test("whatever else of a record is altered is found", async () => {
    const log = new Resealed(golden("obeys-rules.ndjson"));
    /** @type {string[]} */
    const missed = [];
    const tried = new Set();
    for (const { at, root, path, value, member } of log.members()) {
        if (root === "before") continue;
        for (const other of otherValues(value)) {
            if (tried.has(`${member} ${typeof other}`) || isFree(member)) continue;
            tried.add(`${member} ${typeof other}`);
            if (verdictOf(await verify(log.file(at, [root, ...path], other))) === "valid")
                missed.push(`${member}: ${canonicalText(value)} ${canonicalText(other)}`);
        }
    }
    assert.deepEqual(missed, []);
    assert.ok(tried.size > 100, String(tried.size));
});

/** What somebody may as well have said: with another value, or other values in it, it is another honest record. */
const FREE = [
    "purposeRegistered after.description",
    "purposeRegistered after.usesLikeness",
    "defaultChanged after.segments.#.expiresAt",
    "videoRegistered after.participants",
    "videoRegistered after.derivedFrom",
    "videoRegistered after.identifiers",
    "approvalChanged after.reason",
    "useRecorded after.made",
    "useRecorded after.usedAt",
    "useRecorded after.videos",
    "recallChanged after.creator",
    "recallChanged after.purpose",
    "recallChanged after.reason",
    "recallChanged after.statement",
    "recallChanged after.stopBy",
    "recallChanged after.video",
    "creatorErased after.identifiers",
];

/** @param {string} member */
const isFree = (member) => FREE.some((free) => member === free || member.startsWith(`${free}.`));

/** @param {unknown} value */
function otherValues(value) {
    if (typeof value === "number") return [value + 1];
    if (typeof value === "boolean") return [!value];
    if (Array.isArray(value)) return value.length > 0 ? [value.slice(1)] : [];
    if (typeof value !== "string") return [];
    return /^\d{4}-\d\d-\d\dT/.test(value)
        ? [`${Number(value.slice(0, 4)) + 1}${value.slice(4)}`]
        : [OTHERS.get(value) ?? `${value}x`];
}

const OTHERS = new Map([
    ["allow", "deny"],
    ["deny", "ask"],
    ["ask", "allow"],
    ["open", "approved"],
    ["approved", "refused"],
    ["refused", "withdrawn"],
    ["withdrawn", "approved"],
    ["standing", "revoked"],
    ["revoked", "spent"],
    ["spent", "revoked"],
    ["acknowledged", "disputed"],
    ["disputed", "acknowledged"],
    ["grant", "noConsent"],
    ["coCreator", "depicted"],
    ["depicted", "coCreator"],
]);

test("clocks of streams may be 60 seconds apart, and no more", async () => {
    /** @param {number} apart */
    const log = (apart) =>
        told((s) => {
            s.write("ana", s.default([s.segment()], "remix.dub"));
            s.wait(apart - MINUTE);
            s.write("$vocabulary", s.purpose("remix.dub", 2));
        });
    assertValid(await verify(toFile(log(MINUTE).lines())));
    assert.equal(failureOf(await verify(toFile(log(MINUTE + 1).lines()))), "meaning rule.purposeUnknown");
});
