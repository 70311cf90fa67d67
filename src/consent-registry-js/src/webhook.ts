import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { isObject, parseJson } from "./json.js";
import type { NotificationMessage } from "./types.js";

export { WebhookVerificationError } from "standardwebhooks";

/** A webhook's message that the registry has sent, and nobody has altered. */
export type WebhookMessage = NotificationMessage & {
  /** The notification's id: the same at each attempt. Keep it, for the same message may arrive again. */
  readonly id: string;
};

/** The headers of a request, as `fetch` or Node's `http` have them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | string[] | undefined>>;

const NAMES = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

/**
 * Verifies a webhook's message by Standard Webhooks, and reads it.
 *
 * @param secrets The webhook's secret, `whsec_…`; while it is being replaced, the old one and the new one.
 * @param headers The headers of the request.
 * @param body The body as it arrived, not JSON that was parsed and written again.
 * @throws WebhookVerificationError where none of the secrets has signed it, it is older than five minutes, or it cannot
 * be read.
 */
export function verifyWebhook(
  secrets: string | readonly string[], headers: WebhookHeaders, body: string | Uint8Array,
): WebhookMessage {
  const signed = pick(headers);
  const text = typeof body === "string" ? body : decode(body);
  const hooks = (typeof secrets === "string" ? [secrets] : secrets).map((secret) => new Webhook(secret));
  if (!hooks.some((hook) => hasSigned(hook, text, signed)))
    throw new WebhookVerificationError("No secret has signed this message, or it is too old or too new.");
  return read(text, signed["webhook-id"]);
}

function hasSigned(hook: Webhook, text: string, headers: Record<(typeof NAMES)[number], string>): boolean {
  try {
    hook.verify(text, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

function pick(headers: WebhookHeaders): Record<(typeof NAMES)[number], string> {
  const all = headers instanceof Headers ? headers : new Headers(Object.entries(headers).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]))));
  const [id, timestamp, signature] = NAMES.map((name) => all.get(name) ?? "") as [string, string, string];
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
}

// The mark at the beginning, if any, is signed with the rest.
function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new WebhookVerificationError("The message is not UTF-8.");
  }
}

function read(text: string, id: string): WebhookMessage {
  let message: unknown;
  try {
    message = parseJson(text);
  } catch {
    throw new WebhookVerificationError("The message is not JSON.");
  }
  if (!isObject(message) || typeof message["type"] !== "string" || typeof message["timestamp"] !== "string" ||
    !isObject(message["data"])) throw new WebhookVerificationError("The message has no type, timestamp or data.");
  return { ...(message as unknown as NotificationMessage), id };
}
