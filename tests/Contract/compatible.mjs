// Compares two OpenAPI documents, and fails when the newer one breaks clients of the older one.
//   node compatible.mjs RELEASED CURRENT
// What a change means to clients is api-smart-diff's judgment, except for what docs/reference/versions.md permits and it
// does not know: an answer may gain words, for clients read a word that they do not know as a refusal, limits may rise,
// and an operation may refuse less. It judges other types of members by their direction only in requests, so this is
// done here.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Its build for modules imports names that CommonJS packages do not export.
const { apiCompare } = createRequire(import.meta.url)('api-smart-diff');

const typesOf = (type) => (Array.isArray(type) ? type : [type]);

const areAmong = (some, all) => typesOf(some).every((type) => typesOf(all).includes(type));

// Schemas are compared where operations and webhooks use them: only there it is known who sends them.
const breaksClients = ({ type, action, path, before, after }) => {
  const isReceived = path.includes('responses') || path[0] === 'webhooks';
  if (path[0] === 'components') return false;
  if (path.at(-1) === 'type' && action === 'replace')
    return isReceived ? !areAmong(after, before) : !areAmong(before, after);
  if (isReceived && action === 'add' && path.at(-2) === 'enum') return false;
  if (action === 'remove' && path.at(-2) === 'responses' && /^[45]/.test(path.at(-1))) return false;
  if (['maxItems', 'maxLength', 'maximum'].includes(path.at(-1)) && action === 'replace') return after < before;
  return type === 'breaking';
};

// apiCompare alters what it compares, so it has documents of its own.
const breaking = (before, after) =>
  apiCompare(JSON.parse(before), JSON.parse(after))
    .diffs.filter(breaksClients)
    .map(({ action, path }) => `${action} ${path.join(' ')}`);

// Changes that break clients, each with how the place ends at which it has to be found.
const breakingChanges = [
  [/^remove paths \/v1\/purposes get$/, ({ paths }) => delete paths['/v1/purposes'].get],
  [/^remove .* responses 200 .* properties allowed$/, ({ components: { schemas } }) => {
    delete schemas.Decision.properties.allowed;
    schemas.Decision.required = schemas.Decision.required.filter((name) => name !== 'allowed');
  }],
  [/^replace paths .* responses .* properties effectiveEverywhere type$/, ({ components: { schemas } }) => {
    schemas.Change.properties.effectiveEverywhere = { type: 'string' };
  }],
  [/^remove paths \/v1\/usages post responses 201 .* required \d+$/, ({ components: { schemas } }) =>
    schemas.UseChange.required.pop()],
  [/^add paths \/v1\/checks post requestBody .* required \d+$/, ({ components: { schemas } }) => {
    schemas.CheckRequest.properties.more = { type: 'string' };
    schemas.CheckRequest.required.push('more');
  }],
  [/^remove .* requestBody .* properties effect .* enum \d+$/, ({ components: { schemas } }) =>
    schemas.Effect.enum.shift()],
  [/^replace .* requestBody .* properties checks maxItems$/, ({ components: { schemas } }) => {
    schemas.CheckBatchRequest.properties.checks.maxItems -= 1;
  }],
  [/^remove paths \/v1\/videos\/batch post responses 200$/, ({ paths }) =>
    delete paths['/v1/videos/batch'].post.responses['200']],
];

const otherChanges = ({ paths, components: { schemas } }) => {
  paths['/v1/more'] = { get: { ...paths['/v1/purposes'].get, operationId: 'more' } };
  schemas.Decision.properties.more = { type: 'string' };
  schemas.CheckRequest.properties.more = { type: 'string' };
  schemas.Reason.enum.push('more');
  delete paths['/v1/purposes'].get.responses['503'];
  schemas.CheckRequest.properties.purpose.type = ['string', 'null'];
  schemas.ChangeSettingsRequest.properties.changes.maxItems += 1;
};

const [released, current] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8'));
const altered = (...alterations) => {
  const document = JSON.parse(released);
  for (const alter of alterations) alter(document);
  return breaking(released, JSON.stringify(document));
};

// A comparison that finds nothing proves nothing, so it has to find these first.
const found = altered(...breakingChanges.map(([, alter]) => alter));
const problems = [
  ...breakingChanges
    .filter(([place]) => !found.some((change) => place.test(change)))
    .map(([place]) => `The comparison does not find a change that breaks clients: ${place.source}`),
  ...altered(otherChanges).map((change) => `The comparison refuses a change that breaks no client: ${change}`),
  ...breaking(released, current).map((change) => `A client of the last release breaks: ${change}`),
];
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
