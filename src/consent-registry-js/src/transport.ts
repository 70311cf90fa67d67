import { rootOf } from "./address.js";
import { readText } from "./body.js";
import { Deadline } from "./deadline.js";
import { ConsentRegistryError, unreadable } from "./error.js";
import { parseJson } from "./json.js";
import { problemOf } from "./problem.js";
import { mayHaveBeenMade, pauseAfter } from "./retry.js";

/** How a client reaches its registry. */
export interface ConsentRegistryOptions {
  /** The registry's address, a path included, for example `https://consent.example`. */
  baseUrl: string | URL;

  /** The access token, or a function that gives the token to use now. Called for each attempt: it should cache. */
  token: string | (() => string | Promise<string>);

  /** How long a request may take with its retries and the pauses between them, in milliseconds. 10,000 by default. */
  timeoutMs?: number | undefined;

  /** Sends a request. Node's own `fetch` by default. */
  fetch?: typeof fetch | undefined;
}

/** One request. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";

  /** The path, relative to the registry's address, with its query. */
  readonly path: string;

  readonly headers?: Readonly<Record<string, string>>;

  readonly body?: string;

  /** Of a change: the key under which it may be repeated. Without it the request changes nothing. */
  readonly idempotencyKey?: string;

  /** The caller's signal. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads an answer whose status is a success. */
export type Reader<T> = (response: Response) => T | Promise<T>;

const DEFAULT_TIMEOUT_MS = 10_000;

// The longest time that a timer of Node keeps.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Sends requests: the one place that knows of addresses, tokens, headers and retries. */
export class Transport {
  private readonly root: URL;
  private readonly token: ConsentRegistryOptions["token"];
  private readonly timeoutMs: number;
  private readonly fetch: typeof fetch;

  constructor(options: ConsentRegistryOptions) {
    this.root = rootOf(options.baseUrl);
    this.token = options.token;
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (!(this.timeoutMs > 0 && this.timeoutMs <= LONGEST_TIMEOUT_MS))
      throw new RangeError(`timeoutMs is not above 0 and at most ${LONGEST_TIMEOUT_MS}.`);
    this.fetch = options.fetch ?? fetch;
  }

  /**
   * Sends a request until it is answered, and reads the answer. What failed for a moment is repeated: it either changes
   * nothing, or has a key that makes it happen once.
   */
  async send<T>(request: Request, read: Reader<T>): Promise<T> {
    const deadline = new Deadline(this.timeoutMs, request.signal);
    let outcomeUnknown = false;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.attempt(request, read, deadline);
        } catch (error) {
          const failed = failureOf(error, deadline);
          if (!(failed instanceof ConsentRegistryError)) throw failed;
          outcomeUnknown ||= request.idempotencyKey !== undefined && mayHaveBeenMade(failed);
          failed.outcomeUnknown = outcomeUnknown;
          failed.idempotencyKey = request.idempotencyKey;
          const pause = pauseAfter(failed, attempt, deadline.left);
          if (pause === undefined) throw failed;
          await deadline.pause(pause).catch((reason: unknown) => {
            throw reason instanceof ConsentRegistryError ? failed : reason;
          });
        }
      }
    } finally {
      deadline.end();
    }
  }

  /**
   * Sends a request once whose answer has no end, and gives what is read of it. The time is for the head of the answer
   * alone. Whoever takes no more ends the request.
   */
  async *follow<T>(
    request: Request, read: (response: Response, deadline: Deadline) => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    const deadline = new Deadline(this.timeoutMs, request.signal);
    try {
      const response = await this.attempt(request, (answer) => answer, deadline);
      deadline.stop();
      yield* read(response, deadline);
    } catch (error) {
      throw failureOf(error, deadline);
    } finally {
      deadline.end();
    }
  }

  private async attempt<T>(request: Request, read: Reader<T>, deadline: Deadline): Promise<T> {
    const token = typeof this.token === "string" ? this.token : await deadline.within(this.token());
    const response = await this.reach(request, token, deadline.signal);
    if (!response.ok) throw await problemOf(response);
    return await read(response);
  }

  private async reach(request: Request, token: string, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { ...request.headers, authorization: `Bearer ${token}` };
    if (request.idempotencyKey !== undefined) headers["idempotency-key"] = request.idempotencyKey;
    try {
      // Where a redirect leads, the token would go as well, and anybody could answer.
      return await this.fetch(new URL(request.path, this.root), {
        method: request.method, headers, body: request.body ?? null, redirect: "manual", signal,
      });
    } catch (cause) {
      throw new ConsentRegistryError("unreachable", "The registry cannot be reached.", { cause });
    }
  }
}

/** Reads an answer that is one JSON value. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await readText(response);
  try {
    return parseJson(text);
  } catch (cause) {
    throw unreadable("The answer is not JSON.", response.status, cause);
  }
}

// What ended because of the deadline failed for its reason, whatever it looks like.
function failureOf(error: unknown, deadline: Deadline): unknown {
  return deadline.signal.aborted ? deadline.signal.reason : error;
}
