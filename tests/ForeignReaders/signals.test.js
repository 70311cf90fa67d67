// What the registry writes, read by tools that know nothing of it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import exiftool from "exiftool-vendored.pl";
import jsonld from "jsonld";
import robotsParser from "robots-parser";
import { parseDictionary } from "structured-headers";

const cases = Object.entries(JSON.parse(readFileSync("signals.expected.json", "utf8")));
const folder = mkdtempSync(join(tmpdir(), "signals-"));
after(() => rmSync(folder, { recursive: true }));

// The signals of one kind that say something: the name of the case, and what is said.
function* said(kind, what) {
  for (const [name, signals] of cases) {
    const lines = signals[kind]?.[what] ?? [];
    if (lines.length > 0) yield [name, lines];
  }
}

// A case where a word is said means that the reader finds it: none may be empty of cases.
function each(kind, what, read) {
  const found = [...said(kind, what)];
  assert.ok(found.length > 2, `${kind} says something in ${found.length} cases`);
  for (const [name, lines] of found) read(name, lines);
}

function tokens(value) {
  return Object.fromEntries([...parseDictionary(value)].map(([label, [item]]) => [label, item.toString()]));
}

test("structured-headers reads Content-Usage as tokens", () => {
  each("aipref headers", "headers", (name, [header]) => {
    const usage = tokens(header.slice("Content-Usage: ".length));
    assert.ok(Object.keys(usage).every((label) => ["train-ai", "ai-use"].includes(label)), name);
    assert.ok(Object.values(usage).every((value) => value === "y" || value === "n"), name);
  });
  assert.deepEqual(tokens("train-ai=n, ai-use=n"), { "train-ai": "n", "ai-use": "n" });
});

test("structured-headers reads the rules of robots.txt, and each allow is for one URL", () => {
  each("aipref robots", "text", (name, [agent, ...rules]) => {
    assert.equal(agent, "User-agent: *");
    for (const rule of rules) {
      const [, path, value] = /^Content-Usage: (\/\S*) (.*)$/.exec(rule);
      const usage = tokens(value);
      if (Object.values(usage).includes("y")) assert.ok(path.endsWith("$"), name);
      else assert.ok(!path.endsWith("$") && !path.includes("*"), name);
    }
  });
});

test("robots-parser takes the lines into its group and crawls as before", () => {
  const own = "User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /\n\n";
  for (const kind of ["aipref robots", "contentSignal robots"]) {
    each(kind, "text", (name, lines) => {
      const robots = robotsParser("https://videos.example/robots.txt", own + lines.join("\n") + "\n");
      assert.equal(robots.isAllowed("https://videos.example/v/123", "any"), true, name);
      assert.equal(robots.isAllowed("https://videos.example/private/1", "any"), false, name);
      assert.equal(robots.isAllowed("https://videos.example/v/123", "other"), false, name);
    });
  }
});

test("exiftool reads plus:DataMining in the packet", () => {
  const meanings = {
    "DMI-PROHIBITED": "Prohibited",
    "DMI-PROHIBITED-AIMLTRAINING": "Prohibited for AI/ML training",
    "DMI-PROHIBITED-GENAIMLTRAINING": "Prohibited for Generative AI/ML training",
    "DMI-PROHIBITED-SEECONSTRAINT": "Prohibited, see plus:OtherConstraints",
  };
  each("iptc embedded", "text", (name, lines) => {
    const file = join(folder, "packet.xmp");
    writeFileSync(file, lines.join("\n"));
    const read = JSON.parse(
      execFileSync("perl", [exiftool, "-j", "-XMP-plus:DataMining", "-XMP-plus:OtherConstraints", file]),
    )[0];
    const [, value] = /vocab\/(DMI-[A-Z-]+)</.exec(lines.join(""));
    assert.equal(read.DataMining.toLowerCase(), meanings[value].toLowerCase(), name);
    if (value.endsWith("SEECONSTRAINT")) assert.match(read.OtherConstraints, /https:\/\//, name);
  });
});

test("jsonld expands the TDMRep policy to an offer that asks for consent", async () => {
  // The two contexts, as far as the policy uses them.
  const odrl = "http://www.w3.org/ns/odrl/2/";
  const tdm = "http://www.w3.org/ns/tdmrep#";
  const iri = (id) => ({ "@id": id, "@type": "@id" });
  const contexts = {
    "http://www.w3.org/ns/odrl.jsonld": {
      odrl,
      vcard: "http://www.w3.org/2006/vcard/ns#",
      uid: "@id",
      Offer: `${odrl}Offer`,
      profile: iri(`${odrl}profile`),
      assigner: iri(`${odrl}assigner`),
      permission: iri(`${odrl}permission`),
      target: iri(`${odrl}target`),
      duty: iri(`${odrl}duty`),
      action: { "@id": `${odrl}action`, "@type": "@vocab" },
      obtainConsent: `${odrl}obtainConsent`,
    },
    "http://www.w3.org/ns/tdmrep.jsonld": { tdm, "tdm:mine": `${tdm}mine` },
  };
  const documentLoader = async (url) => ({ documentUrl: url, document: { "@context": contexts[url] } });
  const found = [...said("tdmrep policy", "text")];
  assert.ok(found.length > 0);
  for (const [name, lines] of found) {
    const [offer] = await jsonld.expand(JSON.parse(lines.join("")), { documentLoader, safe: true });
    assert.deepEqual(offer["@type"], [`${odrl}Offer`], name);
    const [permission] = offer[`${odrl}permission`];
    assert.deepEqual(permission[`${odrl}action`], [{ "@id": `${tdm}mine` }], name);
    const [duty] = permission[`${odrl}duty`];
    assert.deepEqual(duty[`${odrl}action`], [{ "@id": `${odrl}obtainConsent` }], name);
  }
});

test("every file of TDMRep is JSON of the form, and its last rule denies", () => {
  each("tdmrep siteFile", "text", (name, lines) => {
    const rules = JSON.parse(lines.join(""));
    for (const rule of rules) {
      assert.match(rule.location, /^\//, name);
      assert.ok([0, 1].includes(rule["tdm-reservation"]), name);
      if (rule["tdm-reservation"] === 0) assert.ok(rule.location.endsWith("$"), name);
    }
    assert.deepEqual(rules.at(-1), { location: "/*", "tdm-reservation": 1 }, name);
  });
});

const hasJing = spawnSync("jing", []).error === undefined;

for (const kind of ["rsl document", "rsl siteFile"]) {
  test(`jing finds every ${kind} valid`, { skip: hasJing ? false : "jing is missing; Debian's package jing has it" }, () => {
    const files = [];
    each(kind, "text", (_, lines) => {
      files.push(join(folder, `${files.length}.xml`));
      writeFileSync(files.at(-1), lines.join("\n"));
    });
    const { status, stdout } = spawnSync("jing", ["-c", "rsl.rnc", ...files], { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });
}

test("jing refuses a word that no license has", { skip: hasJing ? false : "jing is missing" }, () => {
  const [, lines] = said("rsl document", "text").next().value;
  const file = join(folder, "wrong.xml");
  writeFileSync(file, lines.join("\n").replace("ai-all", "ai-everything"));
  assert.equal(spawnSync("jing", ["-c", "rsl.rnc", file]).status, 1);
});
