import { ConsentRegistryError, unreadable } from "./error.js";

/** Characters of an answer that is read whole, at most. */
export const LONGEST_ANSWER = 64 << 20;

/** Characters of one line of a stream, at most. */
export const LONGEST_LINE = 16 << 20;

/** Reads an answer whole. */
export async function readText(response: Response): Promise<string> {
  let text = "";
  for await (const part of readParts(response)) {
    text += part;
    if (text.length > LONGEST_ANSWER) throw unreadable(`The answer is longer than ${LONGEST_ANSWER}.`, response.status);
  }
  return text;
}

/** Reads an answer line by line, without the line ends. What stands after the last line end is a line, if not empty. */
export async function* readLines(response: Response): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const part of readParts(response)) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw unreadable(`A line is longer than ${LONGEST_LINE}.`, response.status);
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest !== "") yield rest;
}

// Whoever stops reading ends the request: the iterator of a body cancels it.
async function* readParts(response: Response): AsyncGenerator<string, void, undefined> {
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const bytes of body) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if (cause instanceof TypeError && "code" in cause && cause.code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      throw unreadable("The answer is not UTF-8.", response.status, cause);
    throw new ConsentRegistryError("unreachable", "The connection broke before the answer was whole.",
      { status: response.status, cause });
  }
}
