import { unreadable } from "./error.js";
import { isObject } from "./json.js";
import { readJson, type Request } from "./transport.js";

/** What a change may be made to depend on. */
export interface ChangeOptions {
  /**
   * The settings version that the caller saw (`If-Match`). Where another stands, the change fails with status 412,
   * code `staleVersion`, and nothing is changed.
   */
  readonly ifSettingsVersion?: number | undefined;

  /** Whether to change only what is not set yet. Otherwise the change fails with status 412. */
  readonly onlyIfNotSet?: boolean | undefined;

  /**
   * 1 to 255 printable ASCII characters without blanks: the same change with the same key is made once, and answered
   * the same for 24 hours. Without it the client makes one for its own retries. Give your own, and keep it, where a
   * change has to outlive this process.
   */
  readonly idempotencyKey?: string | undefined;

  /** Ends the wait; the change may have been made. */
  readonly signal?: AbortSignal | undefined;
}

/** What a change of a setting may depend on, and whom the setting names. */
export interface SettingOptions extends ChangeOptions {
  /** The requester that the setting names; anybody without it. */
  readonly requester?: string | undefined;
}

/** The request of a change. */
export function changeRequest(
  method: Request["method"], path: string, body: object | undefined, options: ChangeOptions,
): Request {
  const headers: Record<string, string> = {};
  if (options.ifSettingsVersion !== undefined) headers["if-match"] = `"${options.ifSettingsVersion}"`;
  if (options.onlyIfNotSet === true) headers["if-none-match"] = "*";
  const idempotencyKey = options.idempotencyKey ?? crypto.randomUUID();
  if (!/^[!-~]{1,255}$/.test(idempotencyKey))
    throw new TypeError("idempotencyKey is not 1 to 255 printable ASCII characters without blanks.");
  const request = { method, path, headers, idempotencyKey, signal: options.signal };
  if (body === undefined) return request;
  headers["content-type"] = "application/json";
  return { ...request, body: JSON.stringify(body) };
}

/** Reads the answer to a change. One that does not say whether it is in force says nothing. */
export async function readChange<T extends { version: number; effectiveEverywhere: boolean }>(
  response: Response,
): Promise<T> {
  const change = await readJson(response);
  if (!isObject(change) || typeof change["version"] !== "number" || typeof change["effectiveEverywhere"] !== "boolean")
    throw unreadable("A change has no version, or does not say whether it is in force.", response.status);
  return change as unknown as T;
}
