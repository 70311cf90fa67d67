import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { canonical, readCanonical } from "../verify/canonical-json.js";
import { readCheckpoint, verifyCheckpoint } from "../verify/checkpoint.js";
import { verifyEd25519 } from "../verify/ed25519.js";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "../verify/encoding.js";
import { EventIds, FingerprintMap, Fingerprints, sameFingerprint } from "../verify/fingerprints.js";
import { hmacSha256, sha256, startSha256 } from "../verify/hash.js";
import { isIdentifier } from "../verify/identifiers.js";
import { readKeys } from "../verify/keys.js";
import { readLeaf } from "../verify/leaf.js";
import { LEAF_BYTES, NOTE_BYTES, NOTE_SIGNATURES } from "../verify/limits.js";
import { readLines } from "../verify/lines.js";
import { between, isMoment, momentOf } from "../verify/moments.js";
import { readNote } from "../verify/signed-note.js";
import { ENGLISH, say } from "../verify/texts.js";
import { isPublicKey, readVerifierKey } from "../verify/verifier-key.js";
import { Signer } from "./support/log.js";
import { numbers } from "./support/random.js";
import { golden, repositoryFolder } from "./support/repository.js";

const WITNESS = "witness.example.org+c3260802+BG/Eo/gyPQeYnrBEKrh3CL+wv5Pn3xmXCYdWV/7yFxFW";

test("the library's files are those of its package", () => {
    for (const name of ["sha2.js", "_md.js", "_u64.js", "utils.js", "hmac.js", "LICENSE"]) {
        const [ours, theirs] = ["../verify/vendor/noble-hashes/", "../node_modules/@noble/hashes/"].map((folder) =>
            readFileSync(new URL(folder + name, import.meta.url), "utf8"),
        );
        assert.equal(ours, theirs, name);
    }
});

test("hashes are those of another implementation, in one piece and in several", () => {
    const random = numbers(7);
    for (let length = 0; length < 300; length++) {
        const bytes = Uint8Array.from({ length }, () => random(256));
        const key = Uint8Array.from({ length: 1 + random(100) }, () => random(256));
        const expected = createHash("sha256").update(bytes).digest("hex");
        const cut = random(length + 1);
        const pieces = startSha256().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).digest();
        assert.equal(Buffer.from(sha256(bytes)).toString("hex"), expected);
        assert.equal(Buffer.from(pieces).toString("hex"), expected);
        assert.equal(
            Buffer.from(hmacSha256(key, bytes)).toString("hex"),
            createHmac("sha256", key).update(bytes).digest("hex"),
        );
    }
});

test("base64 has one spelling", () => {
    for (const bytes of [[], [0], [255, 254], [1, 2, 3], [251, 255, 191]].map((list) => Uint8Array.from(list))) {
        assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
        assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
    }
    for (const text of ["A", "AA", "AB==", "AA=", "AA===", "A A=", "AA==\n", "-_==", "AAA", null, 1])
        assert.equal(fromBase64(text), undefined);
    for (const text of ["A", "AB", "AA==", "+/", "AA\n", "AAB", null]) assert.equal(fromBase64Url(text), undefined);
});

test("JSON in another spelling is refused", () => {
    const texts = [
        "",
        " {}",
        "{} ",
        "{}\n",
        "\ufeff{}",
        '{"a" :1}',
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":1}',
        "01",
        "-0",
        "1.0",
        "1e3",
        "1.5",
        "9007199254740993",
        "9007199254740992",
        '"\\u0041"',
        '"\\/"',
        '"\\ud800"',
        '"\ud800"',
        "NaN",
        "undefined",
        "[1,]",
        "'a'",
        `${"[".repeat(100)}${"]".repeat(100)}`,
        `${"[".repeat(1e6)}`,
        `${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}`,
    ];
    for (const text of texts) assert.ok(!readCanonical(text).ok, text.slice(0, 40));
});

test("JSON in its one spelling is read", () => {
    const texts = [
        "null",
        "true",
        "0",
        "-1",
        "9007199254740991",
        '""',
        '"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/"',
        '"\u007f\u2028\u20ac\ud83d\ude00"',
        "[]",
        "{}",
        '{"":1,"\\r":2,"1":3,"10":4,"2":5,"__proto__":6,"\u00f6":7,"\u20ac":8,"\ud83d\ude00":9,"\ufb33":10}',
    ];
    for (const text of texts) assert.ok(readCanonical(text).ok, text);
    assert.equal(canonical({ b: [undefined] }), undefined);
    assert.equal(canonical(1n), undefined);
});

test("lines are read whatever pieces they come in, and have a limit", async () => {
    const bytes = Buffer.from("a\n\nbcd\nef");
    for (let size = 1; size <= bytes.length; size++) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
        );
        const lines = [];
        for await (const line of readLines(pieces)) lines.push(`${line.number} ${Buffer.from(line.bytes)} ${line.end}`);
        assert.deepEqual(lines, ["1 a lineFeed", "2  lineFeed", "3 bcd lineFeed", "4 ef streamEnd"]);
    }
    let given = 0;
    function* endless() {
        for (;;) {
            given++;
            yield Buffer.alloc(1_000, "x");
        }
    }
    for await (const { end } of readLines(endless(), 10_000)) assert.equal(end, "tooLong");
    assert.equal(given, 11);
});

test("a verifier key is refused if a letter of it is another", () => {
    const { vkey } = new Signer();
    assert.ok(readVerifierKey(vkey).ok);
    for (let i = 0; i < vkey.length; i++) {
        for (const letter of ["x", "+", "0", " "]) {
            if (vkey[i] !== letter)
                assert.ok(!readVerifierKey(vkey.slice(0, i) + letter + vkey.slice(i + 1)).ok, `${i} ${letter}`);
        }
    }
    for (const text of ["", "a", "a+b", "a+00000000+", `${vkey}\n`, ` ${vkey}`, null, 7])
        assert.ok(!readVerifierKey(text).ok);
});

test("bytes under which anybody can sign are no key", () => {
    // RFC 8032's points of order 1, 2, 4 and 8, with both signs, and what is not below the prime.
    const weak = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];
    for (const hex of weak) assert.ok(!isPublicKey(Buffer.from(hex, "hex")), hex);
    assert.ok(!isPublicKey(new Uint8Array(31)) && !isPublicKey(new Uint8Array(33)));
});

test("a point that is not on the curve, and a signature whose number is too large, verify nothing", async () => {
    const notOnCurve = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 2 : 0));
    assert.deepEqual(await verifyEd25519(notOnCurve, new Uint8Array(64), new Uint8Array()), { ok: true, value: false });
    const key = readVerifierKey(new Signer().vkey);
    assert.ok(key.ok);
    assert.deepEqual(await verifyEd25519(key.value.key, new Uint8Array(64).fill(255), new Uint8Array()), {
        ok: true,
        value: false,
    });
    assert.deepEqual(await verifyEd25519(key.value.key, new Uint8Array(63), new Uint8Array()), {
        ok: true,
        value: false,
    });
});

test("without Ed25519 in WebCrypto nothing is verified", async (context) => {
    const key = readVerifierKey(new Signer().vkey);
    assert.ok(key.ok);
    context.mock.method(crypto.subtle, "importKey", () =>
        Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")),
    );
    const verified = await verifyEd25519(key.value.key, new Uint8Array(64), new Uint8Array());
    assert.ok(!verified.ok && verified.reason.key === "crypto.noEd25519" && verified.reason.unjudged);
});

test("a checkpoint's signature covers each byte of it", async () => {
    const signer = new Signer();
    const note = signer.note(7, new Uint8Array(32).fill(9));
    const key = readVerifierKey(signer.vkey);
    assert.ok(key.ok);
    const read = readCheckpoint(note);
    assert.ok(read.ok && (await verifyCheckpoint(read.value, [key.value])).ok);
    for (let i = 0; i < note.length; i++) {
        const other = readCheckpoint(note.slice(0, i) + (note[i] === "A" ? "B" : "A") + note.slice(i + 1));
        assert.ok(!other.ok || !(await verifyCheckpoint(other.value, [key.value])).ok, `at ${i}`);
        const shorter = readCheckpoint(note.slice(0, i) + note.slice(i + 1));
        assert.ok(!shorter.ok || !(await verifyCheckpoint(shorter.value, [key.value])).ok, `without ${i}`);
    }
});

test("notes and checkpoints of another form are refused", () => {
    const note = new Signer().note(7, new Uint8Array(32));
    const others = [
        "",
        "a",
        note.trimEnd(),
        `${note}\n`,
        note.replace("\n\n", "\n"),
        note.replace("\n", "\r\n"),
        note.replace("\u2014", "-"),
        note.replace("7", "07"),
        note.replace("7", "+7"),
        note.replace("7", "-7"),
        note.replace("7", "9007199254740993"),
        note.replace("7", "7 "),
        note.replace(/\n7\n/, "\n\n7\n"),
        `\u0001${note}`,
        `\ud800${note}`,
        note + note.split("\n\n")[1]?.repeat(NOTE_SIGNATURES),
        "x".repeat(NOTE_BYTES + 1),
        `${note}\u2014 a AAAA\n`,
        null,
        7,
    ];
    for (const other of others) assert.ok(!readNote(other).ok || !readCheckpoint(other).ok, String(other).slice(0, 80));
});

test("a witness's cosignature is verified with its time", async () => {
    const note = golden("signed-by-openssl.cosigned").toString();
    const keys = readKeys(JSON.parse(golden("signed-by-openssl.keys.json").toString()).keys);
    const witness = readVerifierKey(WITNESS);
    assert.ok(keys.ok && witness.ok);
    const read = readCheckpoint(note);
    assert.ok(read.ok);
    const verified = await verifyCheckpoint(read.value, [...keys.value.verifiers, witness.value]);
    assert.ok(verified.ok);
    assert.deepEqual(
        verified.value.witnesses.map(({ time }) => new Date((time ?? 0) * 1_000).getUTCFullYear()),
        [2026],
    );
    // A witness alone is not the log.
    const alone = await verifyCheckpoint(read.value, [witness.value]);
    assert.ok(!alone.ok);

    const bytes = Buffer.from(note.trimEnd().split(" ").at(-1) ?? "", "base64");
    for (const at of [4, 11, 12, 75]) {
        const altered = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));
        const other = readCheckpoint(note.replace(bytes.toString("base64"), Buffer.from(altered).toString("base64")));
        assert.ok(other.ok);
        assert.ok(!(await verifyCheckpoint(other.value, [...keys.value.verifiers, witness.value])).ok, `at ${at}`);
    }
});

test("leaves of another form are refused", () => {
    const leaf = {
        commit: "A".repeat(43),
        eid: "00000000-0000-7000-8000-000000000001",
        n: 1,
        of: 1,
        tx: 1,
        type: "defaultChanged",
        v: 1,
        ver: 1,
    };
    const erasure = {
        ...leaf,
        eids: [leaf.eid],
        ranges: [
            [0, 1],
            [3, 3],
        ],
        type: "creatorErased",
    };
    /** @param {object} value */
    const read = (value) => readLeaf(canonical(value));
    assert.ok(read(leaf).ok && read(erasure).ok);
    const others = [
        { commit: "A" },
        { commit: "A".repeat(42) + "B" },
        { eid: leaf.eid.toUpperCase().replace("7", "A") },
        { n: 0 },
        { n: 2 },
        { of: 0 },
        { tx: -1 },
        { tx: "1" },
        { type: 1 },
        { type: "unknown" },
        { v: 0 },
        { v: 2 },
        { v: "1" },
        { ver: 0 },
        { more: 1 },
        { eids: [], ranges: [] },
    ];
    for (const other of others) assert.ok(!read({ ...leaf, ...other }).ok, JSON.stringify(other));
    const ranges = [
        [[1, 0]],
        [
            [0, 1],
            [1, 2],
        ],
        [
            [3, 3],
            [0, 1],
        ],
        [[0]],
        [0],
        [[0, 1, 2]],
        [["0", 1]],
        "0",
        null,
    ];
    for (const other of ranges) assert.ok(!read({ ...erasure, ranges: other }).ok, JSON.stringify(other));
    for (const eids of [[1], ["x"], null, {}]) assert.ok(!read({ ...erasure, eids }).ok, JSON.stringify(eids));
    const long = readLeaf(canonical({ ...erasure, eids: Array.from({ length: LEAF_BYTES / 36 }, () => leaf.eid) }));
    assert.ok(!long.ok && long.reason.key === "leaf.tooLong");
    for (const text of [null, 1, "", "null", "[]", canonical(leaf)?.replace("{", "{ ")]) assert.ok(!readLeaf(text).ok);
});

test("keys that are not what they say are refused", () => {
    const { keys } = new Signer();
    assert.ok(readKeys(keys).ok);
    const [log = {}, receipts = {}] = /** @type {{ [name: string]: unknown }[]} */ (keys);
    const other = new Signer().keys[0];
    for (const key of [
        { ...log, x: other?.x },
        { ...log, vkey: other?.vkey },
        { ...log, kid: "x" },
        { ...log, vkey: undefined },
        { ...receipts, x: "AA" },
        { ...receipts, kid: other?.kid },
        receipts,
        { kty: "RSA" },
        null,
        7,
        [],
    ])
        assert.ok(!readKeys([key]).ok, JSON.stringify(key));
    for (const list of [undefined, {}, "keys", Array.from({ length: 65 }, () => log)]) assert.ok(!readKeys(list).ok);
});

test("every text that the code names is there, and no other", () => {
    const folder = new URL("../verify/", import.meta.url);
    const code = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".js"))
        .map((name) => readFileSync(new URL(name, folder), "utf8"))
        .join("\n")
        .replace(/export const ENGLISH = \{[^]*?\n\};/, "");
    const calls =
        /(?:refuse|cannotJudge|say)\("([\w.]+)"|breaks\("\w+", "([\w.]+)"|(?:passed|skipped)\((?:STEP|"\w+"), "([\w.]+)"|showText\("[\w-]+", "([\w.]+)"|key: "([\w.]+)"/g;
    const named = new Set(
        [...code.matchAll(calls)].map((match) => match.slice(1).find((key) => key !== undefined) ?? ""),
    );
    for (const [, rule] of code.matchAll(/breaks\("(\w+)"\)/g)) named.add(`rule.${rule}`);
    assert.ok(named.size > 80, String(named.size));
    for (const key of named) assert.ok(Object.hasOwn(ENGLISH, key), key);
    for (const key of Object.keys(ENGLISH)) {
        // The rest of these names comes from a variable.
        const isDerived = /^(step|status|verdict|place)\./.test(key);
        assert.ok(isDerived || named.has(key) || code.includes(`"${key}"`), `${key} is never said`);
    }
    const steps = [...code.matchAll(/(?:fault|passed|skipped|failed)\("(\w+)"/g)].map(([, step]) => step);
    for (const step of steps) assert.ok(Object.hasOwn(ENGLISH, `step.${step}`), step);
});

test("a text says where, in the words of the page", () => {
    assert.equal(say("body.form", { line: 7, entry: 3 }), "Line 7: entry 3: It is not a body.");
    assert.equal(
        say("body.form", { line: 7 }, { "body.form": "Kein Rumpf.", "place.line": "Zeile {line}: {detail}" }),
        "Zeile 7: Kein Rumpf.",
    );
    assert.equal(
        say("inclusion.passed", { entry: 3, size: 5, root: "$&" }),
        "Entry 3 is in the tree of 5 entries with the root $&.",
    );
    assert.equal(say("toString"), "toString");
});

test("moments have one spelling, and compare as texts", () => {
    const moments = [
        "0001-01-01T00:00:00.000000Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00.000001Z",
        "2024-02-29T12:00:00.123456Z",
        "9999-12-31T23:59:59.999999Z",
    ];
    for (const moment of moments) assert.ok(isMoment(moment), moment);
    assert.deepEqual([...moments].sort(), moments);
    assert.equal(between("1970-01-01T00:00:00.000001Z", "1969-12-31T23:59:59.999999Z"), 2);
    assert.equal(between("2027-01-15T08:00:00.000000Z", "2027-01-15T08:01:00.000001Z"), -60_000_001);
    for (const tx of [0, 1, 999, 1_800_000_000_000_123, Number.MAX_SAFE_INTEGER]) {
        assert.ok(isMoment(momentOf(tx)), momentOf(tx));
        assert.equal(between(momentOf(tx), "1970-01-01T00:00:00.000000Z"), tx);
    }
    for (const other of [
        "2027-02-29T12:00:00.000000Z",
        "2027-01-01T24:00:00.000000Z",
        "2027-01-01T12:00:60.000000Z",
        "2027-13-01T12:00:00.000000Z",
        "2027-01-01T12:00:00.00000Z",
        "2027-01-01T12:00:00.000000+00:00",
        "2027-01-01T12:00:00.000000z",
        "0000-01-01T00:00:00.000000Z",
        "2027-01-01T12:00:00.000000Z\n",
        "",
        7,
        null,
    ])
        assert.ok(!isMoment(other), String(other));
});

test("identifiers have one spelling", () => {
    const uuid = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";
    /** @type {[string, string, boolean][]} */
    const cases = [
        ["url", "https://example.com/", true],
        ["url", "http://example.com:8080/v/1?a=1&b=2", true],
        ["url", "https://[2001:db8::1]/v", true],
        ["url", "https://xn--bcher-kva.example./a%20b", true],
        ["url", "https://example.com", false],
        ["url", "HTTPS://example.com/", false],
        ["url", "https://Example.com/", false],
        ["url", "https://example.com:443/", false],
        ["url", "https://example.com:65536/", false],
        ["url", "https://user@example.com/", false],
        ["url", "https://example.com/a#b", false],
        ["url", "https://example.com/a/../b", false],
        ["url", "https://example.com/%7Eana", false],
        ["url", "https://example.com/a%2fb", false],
        ["url", "https://example.com/a b", false],
        ["url", "https://example..com/", false],
        ["url", "https://[::g]/", false],
        ["url", `https://example.com/${"a".repeat(2_029)}`, false],
        ["sha256", "ab".repeat(32), true],
        ["sha256", "AB".repeat(32), false],
        ["sha256", "ab".repeat(31), false],
        ["iscc", "ISCC:KACT4EBWK27737D2AYCJRAL5Z36G76RFRMO4554RU26HZ4ORJGIVHDI", true],
        ["iscc", "ISCC:KACT4EBWK27737D2AYCJRAL5Z36G76RFRMO4554RU26HZ4ORJGIVHD", false],
        ["iscc", "ISCC:kact4ebwk27737d2aycjral5z36g76rfrmo4554ru26hz4orjgivhdi", false],
        ["iscc", "ISCC:", false],
        ["c2pa", `urn:c2pa:${uuid}`, true],
        ["c2pa", `urn:c2pa:${uuid}:acme:2_1`, true],
        ["c2pa", `acme:urn:uuid:${uuid}`, true],
        ["c2pa", `urn:c2pa:${uuid.toUpperCase()}`, false],
        ["c2pa", `urn:c2pa:${uuid}:acme:2`, false],
        ["platform", "tube:abc", true],
        ["platform", "my.tube-1:A~b", true],
        ["platform", ".tube:abc", false],
        ["platform", "tube:..", false],
        ["platform", "tube", false],
        ["doi", "10.1000/182", false],
    ];
    for (const [scheme, value, expected] of cases) assert.equal(isIdentifier(scheme, value), expected, value);
});

test("a map of fingerprints holds what it was given, however much", () => {
    const prints = new Fingerprints();
    const map = new FingerprintMap(1);
    for (let i = 0; i < 5_000; i++) map.set(prints.of(`text ${i}`), [i]);
    map.set(prints.of("text 7"), [70_000]);
    assert.equal(map.size, 5_000);
    for (let i = 0; i < 5_000; i++) assert.equal(map.get(prints.of(`text ${i}`))?.[0], i === 7 ? 70_000 : i);
    assert.equal(map.get(prints.of("text 5000")), undefined);
    // Another run has another key.
    assert.ok(!sameFingerprint(prints.of("text"), new Fingerprints().of("text")));

    const ids = new EventIds();
    assert.ok(ids.add("a", 0) && ids.add("b", Number.MAX_SAFE_INTEGER));
    assert.ok(!ids.add("a", 1));
    assert.deepEqual([ids.find("a"), ids.find("b"), ids.find("c")], [0, Number.MAX_SAFE_INTEGER, undefined]);
});

test("each language of the page says all that is said, with the same values", () => {
    const folder = join(repositoryFolder, "src/ConsentRegistry.Console/wwwroot/verify-texts");
    const languages = readdirSync(folder);
    assert.ok(languages.length > 0);
    const valuesIn = (/** @type {string} */ text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const language of languages) {
        /** @type {{ [key: string]: string }} */
        const texts = JSON.parse(readFileSync(join(folder, language), "utf8"));
        assert.deepEqual(Object.keys(texts).sort(), Object.keys(ENGLISH).sort(), language);
        for (const [key, text] of Object.entries(texts)) {
            assert.deepEqual(valuesIn(text), valuesIn(ENGLISH[key] ?? ""), `${language}: ${key}`);
        }
    }
});
