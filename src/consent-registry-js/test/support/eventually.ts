import assert from "node:assert/strict";

/** How long something may take to become true, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;

/** Waits until something is true. */
export async function eventually(isTrue: () => boolean): Promise<void> {
  const ends = performance.now() + LONGEST_WAIT_MS;
  while (!isTrue()) {
    assert.ok(performance.now() < ends, `It is not true after ${LONGEST_WAIT_MS} milliseconds: ${isTrue.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
