import { LONGEST_LINE, readLines } from "./body.js";
import type { Deadline } from "./deadline.js";
import { ConsentRegistryError, unreadable } from "./error.js";
import { isObject, parseJson } from "./json.js";
import type { ChangeEvent } from "./types.js";

/** How long nothing may come, in milliseconds. The registry says every 15 seconds that it lives. */
export const LONGEST_SILENCE_MS = 60_000;

const MEDIA_TYPE = "text/event-stream";

/** Reads events of the consent history, until the other side ends them. */
export async function* readChangeEvents(
  response: Response, deadline: Deadline,
): AsyncGenerator<ChangeEvent, void, undefined> {
  for await (const { type, data } of readEvents(response, deadline)) {
    // That the other side lives is nothing to a caller.
    if (type === "heartbeat") continue;
    yield readChangeEvent(data, response.status);
  }
}

function readChangeEvent(data: string, status: number): ChangeEvent {
  let event: unknown;
  try {
    event = parseJson(data);
  } catch (cause) {
    throw unreadable("An event is not JSON.", status, cause);
  }
  if (!isObject(event) || typeof event["seq"] !== "number" || typeof event["kind"] !== "string")
    throw unreadable("An event has no place or no kind.", status);
  return event as unknown as ChangeEvent;
}

// Server-sent events, as https://html.spec.whatwg.org/#server-sent-events has them; ids are members of the events here.
async function* readEvents(
  response: Response, deadline: Deadline,
): AsyncGenerator<{ type: string; data: string }, void, undefined> {
  if (!response.headers.get("content-type")?.startsWith(MEDIA_TYPE))
    throw unreadable(`The answer is not ${MEDIA_TYPE}.`, response.status);
  let type = "";
  let data: string[] = [];
  let length = 0;
  for await (const line of withoutLongSilence(readLines(response), deadline)) {
    if (line === "") {
      if (data.length > 0) yield { type, data: data.join("\n") };
      [type, data, length] = ["", [], 0];
      continue;
    }
    const [, field, value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === "event") type = value;
    if (field === "data") data.push(value);
    length += line.length;
    if (length > LONGEST_LINE) throw unreadable(`An event is longer than ${LONGEST_LINE}.`, response.status);
  }
}

// The time counts only while something is waited for, not while the caller is busy with what has come.
async function* withoutLongSilence(
  lines: AsyncIterable<string>, deadline: Deadline,
): AsyncGenerator<string, void, undefined> {
  const start = () => deadline.start(LONGEST_SILENCE_MS, () =>
    new ConsentRegistryError("unreachable", `Nothing came for ${LONGEST_SILENCE_MS / 1000} seconds.`));
  start();
  for await (const line of lines) {
    deadline.stop();
    yield line;
    start();
  }
}
