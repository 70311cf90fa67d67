import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { packageFolder, repositoryFolder } from "./support/repository.js";

const read = (...path: string[]) => readFileSync(join(packageFolder, ...path), "utf8");

const run = (script: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(packageFolder, script), ...args], { cwd: packageFolder, encoding: "utf8" });

test("the types and the codes are those of the document", () => {
  const folder = mkdtempSync(join(tmpdir(), "consent-types-"));
  try {
    run("scripts/generate.js", join(repositoryFolder, "docs/openapi.json"), folder);
    for (const file of ["openapi.ts", "codes.ts"])
      assert.equal(read("src", file), readFileSync(join(folder, file), "utf8"), "Run ./dev openapi.");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the examples of the README and of the guide compile, and are short", () => {
  const guide = readFileSync(join(repositoryFolder, "docs/how-to/integrate-a-platform.md"), "utf8");
  const examples = [...(read("README.md") + guide).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, example]) => example!);
  assert.ok(examples.length >= 2, "Hardly any example was found.");
  assert.ok(examples[0]!.trim().split("\n").length <= 10, "The first example has more than ten lines.");
  const folder = join(packageFolder, "build", "examples");
  mkdirSync(folder, { recursive: true });
  // What the examples take from the caller's own code.
  const given = [
    "declare const token: () => Promise<string>;",
    "declare const secret: string;",
    "declare const request: import('node:http').IncomingMessage;",
    "declare const rawBody: Uint8Array;",
    "declare const questions: AsyncIterable<import('@consent-registry/client').Check>;",
    "declare function refuse(reason: string | null): void;",
    "declare function use(video: unknown): void;",
  ].join("\n");
  writeFileSync(join(folder, "given.d.ts"), given);
  const files = examples.map((example, place) => {
    writeFileSync(join(folder, `example${place}.ts`), `${example}\nexport {};\n`);
    return `example${place}.ts`;
  });
  const compilerOptions = {
    strict: true, noEmit: true, skipLibCheck: true,
    target: "es2022", lib: ["es2023"], module: "nodenext", types: ["node"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["given.d.ts", ...files] }));

  run("node_modules/typescript/bin/tsc", "-p", folder);
});

test("the package has what it is for, and nothing else", () => {
  const report = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: packageFolder, encoding: "utf8" });
  const [{ files }] = JSON.parse(report) as [{ files: { path: string }[] }];
  const sources = ["index", "client", "webhook", "decision", "openapi"];
  const built = sources.flatMap((one) => [`dist/${one}.js`, `dist/${one}.d.ts`]);
  const expected = ["LICENSE", "README.md", "package.json", ...built];
  const paths = files.map((file) => file.path);

  assert.deepEqual(expected.filter((path) => !paths.includes(path)), []);
  assert.deepEqual(paths.filter((path) => !expected.includes(path) && !/^dist\/[a-z]+\.(js|d\.ts)$/.test(path)), []);
});

test("the package is imported by its name", async () => {
  const name = (JSON.parse(read("package.json")) as { name: string }).name;

  assert.deepEqual(Object.keys(await import(name) as object).sort(), [
    "ConsentRegistry", "ConsentRegistryError", "WebhookVerificationError", "isAllowed", "verifyWebhook",
  ]);
});

test("neither the package nor its lock names a place to get packages from", () => {
  interface Locked { readonly resolved?: string; readonly integrity?: string }
  const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== "");

  assert.ok(packages.length > 10);
  assert.deepEqual(packages.filter(([, one]) => one.resolved !== undefined || one.integrity === undefined), []);
  assert.doesNotMatch(read("package.json") + read("package-lock.json") + read(".npmrc"), /registry\.|registry *=/);
});

test("nothing is depended on but what verifies webhooks", () => {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };

  assert.deepEqual(Object.keys(dependencies), ["standardwebhooks"]);
});
