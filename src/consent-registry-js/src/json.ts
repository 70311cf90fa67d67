/** An object of JSON whose members nobody has looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

const text = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/**
 * Reads a JSON text.
 *
 * @throws SyntaxError where it is not JSON, or an object of it has a key twice: then nobody can say what it means.
 */
export function parseJson(json: string): unknown {
  const value: unknown = JSON.parse(json);
  // Outside of texts, JSON has one colon for each member.
  const written = json.replace(text, "").split(":").length - 1;
  if (written !== countMembers(value)) throw new SyntaxError("An object has a key twice.");
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Without recursion: nesting is whatever somebody sent.
function countMembers(value: unknown): number {
  let members = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    const parts: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) members += parts.length;
    for (const part of parts) open.push(part);
  }
  return members;
}
