import { ConsentRegistryError } from "./error.js";

/** Ends what has its signal when the time is over, or when the caller says so. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly ends: number;
  private readonly follow = () => this.controller.abort(this.caller?.reason);
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param ms How long it may take, in milliseconds.
   * @param caller The caller's own signal.
   */
  constructor(ms: number, private readonly caller: AbortSignal | undefined) {
    caller?.throwIfAborted();
    this.ends = performance.now() + ms;
    this.start(ms, () => new ConsentRegistryError("timeout", `There was no whole answer within ${ms} milliseconds.`));
    caller?.addEventListener("abort", this.follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** What is left, in milliseconds. */
  get left(): number {
    return this.ends - performance.now();
  }

  /** From now on another time counts, with another reason for the end. */
  start(ms: number, reason: () => ConsentRegistryError): void {
    this.stop();
    this.timer = setTimeout(() => this.controller.abort(reason()), ms);
  }

  /** No time counts any more; the caller's signal still does. */
  stop(): void {
    clearTimeout(this.timer);
  }

  /** Everything is over: what still runs with the signal ends as well. */
  end(): void {
    this.stop();
    this.caller?.removeEventListener("abort", this.follow);
    this.controller.abort();
  }

  /** What a promise gives, or the reason for the end if that comes first. */
  async within<T>(promise: T | Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    let over!: () => void;
    const ended = new Promise<never>((_, reject) => {
      over = () => reject(this.signal.reason as Error);
      this.signal.addEventListener("abort", over, { once: true });
    });
    try {
      return await Promise.race([promise, ended]);
    } finally {
      this.signal.removeEventListener("abort", over);
    }
  }

  /** Waits so long. */
  async pause(ms: number): Promise<void> {
    let waiting: NodeJS.Timeout | undefined;
    try {
      await this.within(new Promise<void>((resolve) => { waiting = setTimeout(resolve, ms); }));
    } finally {
      clearTimeout(waiting);
    }
  }
}
