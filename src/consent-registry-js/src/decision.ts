import { unreadable } from "./error.js";
import { isObject, type JsonObject } from "./json.js";
import type { components } from "./openapi.js";
import type { Condition } from "./types.js";

type CheckResult = components["schemas"]["CheckResult"];

/**
 * The answer to a check. Its members are those of the contract. Where an answer contradicts itself or lacks a member
 * that an allow needs, it reads as a refusal here: `allowed` is false.
 */
export type Decision = Omit<CheckResult, "effect" | "reason"> & {
  /**
   * `unknown` for a word that this client does not know, and for an `allow` that the rest of the answer contradicts.
   */
  readonly effect: CheckResult["effect"] | "unknown";

  /** What decided. A newer registry may know more words. Null of a refused item. */
  readonly reason: CheckResult["reason"] | (string & {});
};

/** The answers to many checks. */
export interface BatchDecision {
  /** As many as there were checks, in their order. */
  readonly results: readonly Decision[];

  /** The registry's time that the answers are as new as; null if the facts could not be read. */
  readonly freshAt: string | null;

  /** How long the answers may all be reused, in milliseconds. */
  readonly maxAgeMs: number;
}

/**
 * Whether the use may go ahead. True only for an answer that is surely an allow, and whose obligations the caller
 * understands all.
 *
 * @param decision The answer to a check.
 * @param understands The obligations that the use meets, for example `["attribution", "labelAsAi"]`.
 */
export function isAllowed(decision: Decision | null | undefined, understands: Iterable<Condition> = []): boolean {
  if (!isObject(decision) || !isSurelyAllow(decision)) return false;
  const understood = new Set<string>(understands);
  return (decision.obligations as string[]).every((obligation) => understood.has(obligation));
}

/** Reads one answer. What is no object at all is an error; whatever else is not understood is a refusal. */
export function readDecision(value: unknown, status?: number): Decision {
  if (!isObject(value)) throw unreadable("A decision is not an object.", status);
  const allowed = isSurelyAllow(value);
  return {
    ...value,
    error: value["error"] ?? null,
    allowed,
    effect: readEffect(value["effect"], allowed),
    reason: typeof value["reason"] === "string" ? value["reason"] : null,
    decidedBy: value["decidedBy"] ?? null,
    obligations: isTexts(value["obligations"]) ? value["obligations"] : [],
    excludes: isTexts(value["excludes"]) ? value["excludes"] : [],
    version: value["version"] ?? null,
    freshAt: value["freshAt"] ?? null,
    maxAgeMs: readMaxAge(value["maxAgeMs"]),
  } as Decision;
}

/** Reads the answers to so many checks. Answers are told apart by their place alone, so that none may be missing. */
export function readBatch(value: unknown, checks: number, status?: number): BatchDecision {
  if (!isObject(value) || !Array.isArray(value["results"])) throw unreadable("A batch has no results.", status);
  const results = readDecisions(value["results"], checks, status);
  const freshAt = typeof value["freshAt"] === "string" ? value["freshAt"] : null;
  return { results, freshAt, maxAgeMs: readMaxAge(value["maxAgeMs"]) };
}

/** Reads the answers to so many checks. */
export function readDecisions(values: readonly unknown[], checks: number, status?: number): Decision[] {
  if (values.length !== checks) throw unreadable(`${checks} checks have ${values.length} results.`, status);
  return values.map((value) => readDecision(value, status));
}

function isSurelyAllow(value: JsonObject): boolean {
  return value["allowed"] === true && value["effect"] === "allow" && value["error"] === null &&
    isTexts(value["obligations"]) && isTexts(value["excludes"]);
}

function readEffect(effect: unknown, allowed: boolean): Decision["effect"] {
  if (effect === "deny" || effect === "ask") return effect;
  return effect === "allow" && allowed ? effect : "unknown";
}

function readMaxAge(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
