import type { Decision } from "./decision.js";
import type { Check } from "./types.js";

/** A check of a stream with its answer. */
export interface DecidedCheck {
  readonly check: Check;
  readonly decision: Decision;
}

/** Some checks of a stream, as the lines of one request. */
export interface StreamPart {
  readonly checks: readonly Check[];
  readonly lines: string;
}

/** Sends a part, and answers with as many decisions as it has checks. */
export type SendPart = (part: StreamPart, signal: AbortSignal) => Promise<readonly Decision[]>;

/** Checks of a part, at most: more cost no less each. */
export const CHECKS_PER_PART = 1_000;

/** Bytes of a part. One check goes into it whatever its length. */
export const BYTES_PER_PART = 256 << 10;

/** Parts that are under way, or answered but not yet given out. */
export const PARTS_AT_ONCE = 3;

/** Checks that are read before their answers are taken, at most: those of the parts, and those of the next one. */
export const CHECKS_AHEAD = (PARTS_AT_ONCE + 1) * CHECKS_PER_PART;

interface AskedPart {
  readonly checks: readonly Check[];
  readonly answers: Promise<readonly Decision[]>;
}

/**
 * Asks any number of checks, in parts; each answer is given out with its check, in their order.
 *
 * A `fetch` is half-duplex: by its standard no answer is read before all of a request is sent, and many proxies pass
 * none on. One request without an end would stand still as soon as the answers fill what lies between. A part is short
 * enough to be sent whatever becomes of its answers, has a length, and may be repeated.
 */
export async function* askInParts(
  checks: AsyncIterable<Check> | Iterable<Check>, send: SendPart, signal?: AbortSignal,
): AsyncGenerator<DecidedCheck, void, undefined> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const follow = () => ending.abort(signal?.reason);
  signal?.addEventListener("abort", follow, { once: true });
  const source = new ReadAhead(checks, ending.signal);
  const asked: AskedPart[] = [];
  try {
    for (;;) {
      while (asked.length < PARTS_AT_ONCE && source.has) asked.push(ask(source.take(), send, ending.signal));
      const first = asked[0];
      if (first === undefined) {
        if (source.ended) break;
        await source.more();
        continue;
      }
      // As many checks as have come go into a part, so that none waits for others; further ones go into the next.
      const mayAsk = asked.length < PARTS_AT_ONCE && !source.ended;
      const answers = await (mayAsk ? Promise.race([first.answers, source.more()]) : first.answers);
      if (answers === undefined) continue;
      asked.shift();
      for (const [place, decision] of answers.entries()) {
        ending.signal.throwIfAborted();
        yield { check: first.checks[place]!, decision };
      }
    }
    source.throwIfFailed();
  } finally {
    ending.abort();
    signal?.removeEventListener("abort", follow);
    // What was under way has ended before the caller goes on, and nobody looks at how.
    await Promise.allSettled([source.end(), ...asked.map((part) => part.answers)]);
  }
}

function ask(part: StreamPart, send: SendPart, signal: AbortSignal): AskedPart {
  const answers = send(part, signal);
  // It is looked at when the parts before it are given out.
  answers.catch(() => undefined);
  return { checks: part.checks, answers };
}

/** Reads a source ahead, by one part at most. */
class ReadAhead {
  private readonly iterator: AsyncIterator<Check> | Iterator<Check>;
  private readonly read: { check: Check; line: string }[] = [];
  private isReading = false;
  private isClosed = false;
  private failure: { error: unknown } | undefined;
  private wake: () => void = () => undefined;
  private changed = new Promise<void>((resolve) => { this.wake = resolve; });

  /** Whether nothing more will come. */
  ended = false;

  constructor(checks: AsyncIterable<Check> | Iterable<Check>, private readonly signal: AbortSignal) {
    this.iterator = Symbol.asyncIterator in checks ? checks[Symbol.asyncIterator]() : checks[Symbol.iterator]();
    signal.addEventListener("abort", () => this.tell(), { once: true });
    void this.fill();
  }

  /** Whether something has come. */
  get has(): boolean {
    return this.read.length > 0;
  }

  /** Takes what has come, as one part. */
  take(): StreamPart {
    let bytes = 0;
    let count = 0;
    while (count < this.read.length && count < CHECKS_PER_PART && bytes < BYTES_PER_PART)
      bytes += Buffer.byteLength(this.read[count++]!.line);
    const taken = this.read.splice(0, count);
    void this.fill();
    return { checks: taken.map((one) => one.check), lines: taken.map((one) => one.line).join("") };
  }

  /** Waits until something more has come, or nothing more will. */
  async more(): Promise<undefined> {
    if (!this.has && !this.ended) await this.changed;
    // Whatever is there without a wait comes along: a list is not asked one by one.
    await new Promise((resolve) => { setImmediate(resolve); });
    this.signal.throwIfAborted();
    return undefined;
  }

  /** Throws on what the source has thrown. */
  throwIfFailed(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  /** Takes no more. A source that is asked already and does not answer is not waited for. */
  async end(): Promise<void> {
    if (this.isClosed) return;
    const over = this.iterator.return?.();
    if (!this.isReading) await over;
    else if (over instanceof Promise) over.catch(() => undefined);
  }

  private async fill(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      while (!this.ended && !this.signal.aborted && this.read.length < CHECKS_PER_PART) {
        const next = await this.next();
        if (next.done === true) this.ended = true;
        else this.read.push({ check: next.value, line: `${JSON.stringify(next.value)}\n` });
        this.tell();
      }
    } catch (error) {
      this.failure = { error };
      this.ended = true;
      this.tell();
    } finally {
      this.isReading = false;
    }
  }

  // A source that has ended or thrown is closed by itself.
  private async next(): Promise<IteratorResult<Check>> {
    try {
      const next = await this.iterator.next();
      this.isClosed = next.done === true;
      return next;
    } catch (error) {
      this.isClosed = true;
      throw error;
    }
  }

  private tell(): void {
    this.wake();
    this.changed = new Promise<void>((resolve) => { this.wake = resolve; });
  }
}
