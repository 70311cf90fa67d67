import assert from "node:assert/strict";
import { isObject } from "../../src/json.js";

/** A scenario, as tests/scenarios/README.md describes it. */
export interface Scenario {
  readonly identities: Readonly<Record<string, { readonly token: string; readonly id: string }>>;
  readonly made: readonly string[];
  readonly steps: readonly Step[];
}

export interface Step {
  readonly name: string;
  readonly as?: string;
  readonly do: string;
  readonly with?: unknown;
  readonly options?: unknown;
  readonly expect?: unknown;
  readonly expectError?: unknown;
  readonly expectUnreachable?: true;
  readonly keep?: Readonly<Record<string, string>>;
}

/** The variables of one run. */
export class Variables {
  private readonly values = new Map<string, unknown>();

  set(name: string, value: unknown): void {
    this.values.set(name, value);
  }

  /** Puts the values in the place of their names. */
  fill(template: unknown): unknown {
    if (typeof template === "string") return this.fillText(template);
    if (Array.isArray(template)) return template.map((item) => this.fill(item));
    if (!isObject(template)) return template;
    const members = Object.entries(template).map(([name, value]) => [String(this.fill(name)), this.fill(value)]);
    return Object.fromEntries(members);
  }

  private fillText(text: string): unknown {
    const whole = /^\{(\w+)\}$/.exec(text)?.[1];
    if (whole !== undefined) return this.get(whole);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(this.get(name)));
  }

  private get(name: string): unknown {
    if (!this.values.has(name)) throw new Error(`There is no variable ${name}.`);
    return this.values.get(name);
  }
}

/** Fails unless the value fits what is expected. */
export function assertFits(value: unknown, expected: unknown, where = "answer"): void {
  if (isObject(expected)) {
    if (typeof expected["atLeast"] === "number") {
      assert.ok(typeof value === "number" && value >= expected["atLeast"], `${where}: ${String(value)}`);
      return;
    }
    assert.ok(isObject(value), `${where} is no object: ${JSON.stringify(value)}`);
    for (const [name, part] of Object.entries(expected)) assertFits(value[name], part, `${where}.${name}`);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(value) && value.length === expected.length, `${where}: ${JSON.stringify(value)}`);
    for (const [place, part] of expected.entries()) assertFits(value[place], part, `${where}[${place}]`);
  } else {
    assert.deepEqual(value ?? null, expected, where);
  }
}
