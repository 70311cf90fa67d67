// Writes what the OpenAPI document says as TypeScript: the types of its schemas and of webhooks' messages, and the
// codes of its errors.
//   node scripts/generate.js <document> <folder>
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";

const [file, folder] = process.argv.slice(2);
const notice = "// Made from docs/openapi.json by ./dev openapi. Do not edit.\n";

const { openapi, info, components, webhooks } = JSON.parse(await readFile(file, "utf8"));
const { schemas } = components;
const types = astToString(await openapiTS({ openapi, info, paths: {}, components: { schemas } }));
const messages = Object.entries(webhooks).map(([kind, { post }]) => {
  const schema = post.requestBody.content["application/json"].schema.$ref.split("/").pop();
  return `  ${kind}: components["schemas"][${JSON.stringify(schema)}];\n`;
});
const kinds = "/** The messages of webhooks, by kind. */\nexport interface WebhookMessages {\n" + messages.join("") + "}\n";
await writeFile(join(folder, "openapi.ts"), `${notice}\n${types}${kinds}`);

// The introduction has a table of all codes, each with its status.
const codes = [...info.description.matchAll(/^\| `(\w+)` \| [45]\d\d \| /gm)].map(([, code]) => code);
if (codes.length === 0) throw new Error("The document has no table of codes.");
const union = codes.map((code) => `  | ${JSON.stringify(code)}`).join("\n");
const comment = "/** The codes of the registry's errors. A newer registry may know more of them. */\n";
await writeFile(join(folder, "codes.ts"), `${notice}\n${comment}export type RegistryErrorCode =\n${union};\n`);
