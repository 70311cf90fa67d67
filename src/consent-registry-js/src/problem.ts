import { readText } from "./body.js";
import { ConsentRegistryError } from "./error.js";
import { isObject, parseJson, type JsonObject } from "./json.js";

/** The error of an answer whose status is no success: its problem details (RFC 9457), or what its status says. */
export async function problemOf(response: Response): Promise<ConsentRegistryError> {
  const problem = await readProblem(response);
  const text = (name: string) => (typeof problem[name] === "string" ? problem[name] : undefined);
  return new ConsentRegistryError(text("code") || "unknown", text("detail") ?? response.statusText, {
    status: response.status,
    traceId: text("traceId"),
    errors: readErrors(problem["errors"]),
    retryAfter: readRetryAfter(response),
  });
}

// Something between here and the registry may answer in its place; then the status says what there is to say.
async function readProblem(response: Response): Promise<JsonObject> {
  if (!/^application\/problem\+json *(;|$)/i.test(response.headers.get("content-type") ?? "")) {
    await response.body?.cancel();
    return {};
  }
  try {
    const problem = parseJson(await readText(response));
    return isObject(problem) ? problem : {};
  } catch {
    return {};
  }
}

function readErrors(value: unknown): Record<string, readonly string[]> {
  if (!isObject(value)) return {};
  const isMessages = (messages: unknown): messages is string[] =>
    Array.isArray(messages) && messages.every((message) => typeof message === "string");
  return Object.fromEntries(Object.entries(value).filter((field): field is [string, string[]] => isMessages(field[1])));
}

// The registry gives seconds. A proxy may give a date, which is meant by the clock that also dated the answer.
function readRetryAfter(response: Response): number | undefined {
  const value = response.headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - (Date.parse(response.headers.get("date") ?? "") || Date.now())) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
