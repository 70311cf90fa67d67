import type { RegistryErrorCode } from "./codes.js";

/** The codes that this client gives where the registry gave none. */
export type ClientErrorCode =
  /** Nothing answered: no connection, or one that broke. */
  | "unreachable"
  /** There was no whole answer within `timeoutMs`. */
  | "timeout"
  /** The status is a success, but the answer is none that this client understands. */
  | "unreadable"
  /** The refusal is not the registry's own, but for example a proxy's; or it is a redirect, which is never followed. */
  | "unknown";

/** A stable word for programs. A newer registry may know more of them; such a code means what its status means. */
export type ErrorCode = RegistryErrorCode | ClientErrorCode | (string & {});

/** What an error knows beside its code and its text. */
export interface ErrorFacts {
  status?: number | undefined;
  errors?: Readonly<Record<string, readonly string[]>> | undefined;
  traceId?: string | undefined;
  retryAfter?: number | undefined;
  cause?: unknown;
}

/**
 * The registry refused a request, could not be reached, or answered something that makes no sense. Whatever it is, it
 * is no consent: go on as after a deny.
 */
export class ConsentRegistryError extends Error {
  /** The HTTP status; undefined where nothing answered. */
  readonly status: number | undefined;

  /** A stable word for programs. */
  readonly code: ErrorCode;

  /** A sentence for people. */
  readonly detail: string;

  /** Messages by field, for 400 and 422; empty otherwise. */
  readonly errors: Readonly<Record<string, readonly string[]>>;

  /** The id under which the registry's log knows the request. */
  readonly traceId: string | undefined;

  /** After how many seconds to try again, where the answer said so. */
  readonly retryAfter: number | undefined;

  /**
   * Of a change: whether it may have been made all the same. Repeat it with `idempotencyKey` to find out. Always false
   * where nothing was to be changed.
   */
  outcomeUnknown = false;

  /** Of a change: the key under which to repeat it. Undefined where nothing was to be changed. */
  idempotencyKey: string | undefined;

  constructor(code: ErrorCode, detail: string, facts: ErrorFacts = {}) {
    super(`${facts.status ?? "no answer"} ${code}: ${detail}`, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = "ConsentRegistryError";
    this.status = facts.status;
    this.code = code;
    this.detail = detail;
    this.errors = facts.errors ?? {};
    this.traceId = facts.traceId;
    this.retryAfter = facts.retryAfter;
  }
}

/** The error for a success that makes no sense. */
export function unreadable(detail: string, status = 200, cause?: unknown): ConsentRegistryError {
  const text = `What answered is no consent registry that this client understands. ${detail}`;
  return new ConsentRegistryError("unreadable", text, { status, cause });
}
