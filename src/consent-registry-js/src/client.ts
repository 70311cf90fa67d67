import { path, query } from "./address.js";
import { readLines } from "./body.js";
import { changeRequest, readChange, type ChangeOptions, type SettingOptions } from "./change.js";
import { readBatch, readDecision, readDecisions, type BatchDecision, type Decision } from "./decision.js";
import { unreadable } from "./error.js";
import { readChangeEvents } from "./events.js";
import { isObject, parseJson } from "./json.js";
import { askInParts, type DecidedCheck, type StreamPart } from "./stream.js";
import { readJson, Transport, type ConsentRegistryOptions, type Request } from "./transport.js";
import type {
  BatchCheck, BatchDefaults, Change, ChangeEvent, ChangeSettings, Check, Consent, DefaultChoice, Lockdown,
  OverrideChoice, Registration, SettingChange, VideoFacts, VideoName,
} from "./types.js";

/** What a request that changes nothing may be given. */
export interface CallOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Talks to a consent registry. One instance serves a whole process.
 *
 * Every method fails with `ConsentRegistryError` where the registry refuses, cannot be reached, or answers what cannot
 * be read. An error is never consent: a use goes ahead only where `isAllowed` is true of a decision.
 *
 * Requests that failed for a moment are sent again, 4 times at most in all: after 408, 429, a status of 500 or more,
 * and where the connection failed. Pauses grow and are random, up to 2 seconds; `Retry-After` is waited for instead,
 * unless it is longer than what is left of `timeoutMs`.
 */
export class ConsentRegistry {
  private readonly transport: Transport;

  /** @throws TypeError or RangeError where an option makes no sense. */
  constructor(options: ConsentRegistryOptions) {
    this.transport = new Transport(options);
  }

  /** Asks one check. A deny is an answer; not being able to answer is an error. */
  async check(check: Check, options: CallOptions = {}): Promise<Decision> {
    const question = ask(path("v1", "checks"), JSON.stringify(check), options.signal);
    return await this.transport.send(question, async (response) =>
      readDecision(withoutItemError(await readJson(response)), response.status));
  }

  /**
   * Asks 1 to 1,000 checks in one request. An item that is no check spoils no other: it is not allowed, and its `error`
   * says why.
   */
  async checkBatch(
    checks: readonly BatchCheck[], options: CallOptions & { readonly defaults?: BatchDefaults | undefined } = {},
  ): Promise<BatchDecision> {
    const body = JSON.stringify({ defaults: options.defaults, checks });
    return await this.transport.send(ask(path("v1", "checks", "batch"), body, options.signal), async (response) =>
      readBatch(await readJson(response), checks.length, response.status));
  }

  /**
   * Asks any number of checks, millions too, in constant memory. Each is answered as soon as it has come. At most
   * 4,000 are read ahead, and only while answers are taken.
   *
   * A check that is none spoils no other: it is not allowed, and its `error` says why. Where an answer is missing, or
   * the connection breaks, that is an error, and nothing is given out of the thousand in which it happened. What
   * `checks` throws is thrown on. Whoever takes no more answers ends the requests, and `checks` as well.
   */
  checkStream(
    checks: AsyncIterable<Check> | Iterable<Check>, options: CallOptions = {},
  ): AsyncGenerator<DecidedCheck, void, undefined> {
    return askInParts(checks, (part, signal) => this.askPart(part, signal), options.signal);
  }

  /** Reads all defaults and stops of a creator. A creator never heard of reads as version 0. */
  async getConsent(creatorId: string, options: CallOptions = {}): Promise<Consent> {
    const request: Request = { method: "GET", path: consentPath(creatorId), signal: options.signal };
    return await this.transport.send(request, async (response) => {
      const consent = await readJson(response);
      if (!isObject(consent) || typeof consent["settingsVersion"] !== "number" || !Array.isArray(consent["defaults"]))
        throw unreadable("What was said of a creator has no version or no defaults.", response.status);
      return consent as unknown as Consent;
    });
  }

  /** Sets what holds for all of a creator's videos. */
  async setDefault(
    creatorId: string, purpose: string, choice: DefaultChoice, options: SettingOptions = {},
  ): Promise<Change> {
    return await this.send("PUT", defaultPath(creatorId, purpose, options), choice, options);
  }

  /** Clears what holds for all of a creator's videos. More specific settings stay. */
  async clearDefault(creatorId: string, purpose: string, options: SettingOptions = {}): Promise<Change> {
    return await this.send("DELETE", defaultPath(creatorId, purpose, options), undefined, options);
  }

  /** Sets what holds for one video: an own one, or one in which the creator is registered as a participant. */
  async setOverride(
    creatorId: string, video: VideoName, purpose: string, choice: OverrideChoice, options: SettingOptions = {},
  ): Promise<Change> {
    return await this.send("PUT", overridePath(creatorId, video, purpose, options), choice, options);
  }

  /** Clears what holds for one video. */
  async clearOverride(
    creatorId: string, video: VideoName, purpose: string, options: SettingOptions = {},
  ): Promise<Change> {
    return await this.send("DELETE", overridePath(creatorId, video, purpose, options), undefined, options);
  }

  /** Makes 1 to 10,000 changes as one: if one is refused, none is made. */
  async change(
    creatorId: string, changes: readonly SettingChange[],
    options: ChangeOptions & Pick<ChangeSettings, "reason" | "vocabularyVersion"> = {},
  ): Promise<Change> {
    const body = { changes, reason: options.reason, vocabularyVersion: options.vocabularyVersion };
    return await this.send("POST", consentPath(creatorId, "changes"), body, options);
  }

  /** The creator's emergency stop: denies everything, or some purposes, at once. It adds to one that stands. */
  async setLockdown(
    creatorId: string, options: ChangeOptions & Lockdown = {},
  ): Promise<Change> {
    const body = { purposes: options.purposes, reason: options.reason };
    return await this.send("PUT", path("v1", "creators", creatorId, "lockdown"), body, options);
  }

  /** Lifts the emergency stop; the settings stand as before. */
  async liftLockdown(creatorId: string, options: ChangeOptions = {}): Promise<Change> {
    return await this.send("DELETE", path("v1", "creators", creatorId, "lockdown"), undefined, options);
  }

  /** Registers a video, or changes what is known of it. A video that is not registered is denied. */
  async registerVideo(
    creatorId: string, videoId: string, facts: VideoFacts,
    options: Pick<ChangeOptions, "idempotencyKey" | "signal"> = {},
  ): Promise<Registration> {
    return await this.send("PUT", path("v1", "creators", creatorId, "videos", videoId), facts, options);
  }

  /**
   * Everybody's changes in the order of the log: first those that were made already, then each a moment after it is
   * made. It ends after about an hour, or with the node that answers. Call it again then, with the `seq` of the last
   * event that was dealt with as `after`, and nothing is missed. Never decide about a use by it: send a check.
   *
   * `timeoutMs` is for the beginning alone. Status 422 says that `after` is beyond the log's end: what was kept of the
   * registry has to go.
   */
  followChanges(
    options: CallOptions & { readonly after?: number | undefined } = {},
  ): AsyncGenerator<ChangeEvent, void, undefined> {
    const request: Request = {
      method: "GET", path: path("v1", "changes") + query({ after: options.after }),
      headers: { accept: "text/event-stream" }, signal: options.signal,
    };
    return this.transport.follow(request, readChangeEvents);
  }

  private async send<T extends { version: number; effectiveEverywhere: boolean }>(
    method: Request["method"], where: string, body: object | undefined, options: ChangeOptions,
  ): Promise<T> {
    return await this.transport.send<T>(changeRequest(method, where, body, options), readChange);
  }

  private async askPart(part: StreamPart, signal: AbortSignal): Promise<Decision[]> {
    const question = ask(path("v1", "checks", "stream"), part.lines, signal, "application/x-ndjson");
    return await this.transport.send(question, async (response) => {
      const answers: unknown[] = [];
      for await (const line of readLines(response)) {
        if (answers.length === part.checks.length)
          throw unreadable("There are more answers than checks.", response.status);
        answers.push(readLine(line, response.status));
      }
      return readDecisions(answers, part.checks.length, response.status);
    });
  }
}

// A question changes nothing, and so needs no key to be repeated.
function ask(where: string, body: string, signal: AbortSignal | undefined, type = "application/json"): Request {
  return { method: "POST", path: where, headers: { "content-type": type }, body, signal };
}

// The answer to a single check has no `error`: what is refused is a status of its own.
function withoutItemError(answer: unknown): unknown {
  return isObject(answer) ? { error: null, ...answer } : answer;
}

function readLine(line: string, status: number): unknown {
  try {
    return parseJson(line);
  } catch (cause) {
    throw unreadable("A line is not JSON.", status, cause);
  }
}

function consentPath(creatorId: string, ...rest: readonly string[]): string {
  return path("v1", "creators", creatorId, "consent", ...rest);
}

function defaultPath(creatorId: string, purpose: string, options: SettingOptions): string {
  return consentPath(creatorId, "defaults", purpose) + query({ requester: options.requester });
}

function overridePath(creatorId: string, video: VideoName, purpose: string, options: SettingOptions): string {
  const where = video.creatorId === creatorId
    ? path("v1", "creators", creatorId, "videos", video.videoId, "consent", purpose)
    : path("v1", "creators", creatorId, "appearances", video.creatorId, video.videoId, "consent", purpose);
  return where + query({ requester: options.requester });
}
