import { ConsentRegistryError } from "./error.js";

/** Requests after the first one, at most. */
export const MAX_RETRIES = 3;

/** The pause before the first retry, in milliseconds; each further one is twice as long. */
export const FIRST_PAUSE_MS = 100;

/** The longest pause that the registry did not ask for, in milliseconds. */
export const LONGEST_PAUSE_MS = 2_000;

/**
 * How long to wait before sending a request again, in milliseconds; undefined where it is not to be sent again.
 *
 * @param error What the attempt failed with.
 * @param attempt The number of the attempt, from 1.
 * @param leftMs What is left of the time of all attempts. A longer wait is not begun: the caller is told at once.
 */
export function pauseAfter(error: ConsentRegistryError, attempt: number, leftMs: number): number | undefined {
  if (attempt > MAX_RETRIES || !isForAMoment(error)) return undefined;
  const grown = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  const pause = error.retryAfter === undefined ? grown * (0.5 + Math.random() / 2) : error.retryAfter * 1000;
  return pause < leftMs ? pause : undefined;
}

// The registry says Retry-After with 409 only where a request with the same key is under way.
function isForAMoment({ code, status, retryAfter }: ConsentRegistryError): boolean {
  if (code === "unreachable") return true;
  if (status === undefined || code === "unreadable") return false;
  return status === 408 || status === 429 || status >= 500 || (status === 409 && retryAfter !== undefined);
}

/** Whether a change that failed so may have been made all the same. */
export function mayHaveBeenMade({ code, status }: ConsentRegistryError): boolean {
  const isOpen = ["unreachable", "unreadable", "idempotencyKeyInFlight"].includes(code);
  return isOpen || status === undefined || status >= 500;
}
