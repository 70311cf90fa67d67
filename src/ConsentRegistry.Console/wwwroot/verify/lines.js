/** Reads a stream line by line. It never holds more than one line and one piece of the stream. */

import { concat } from "./encoding.js";
import { LINE_BYTES } from "./limits.js";

const LINE_FEED = 0x0a;

/**
 * @typedef {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} Bytes
 * @typedef {{ bytes: Uint8Array, number: number, end: "lineFeed" | "streamEnd" | "tooLong" }} Line `bytes` are valid
 * until the next line is read. After `tooLong` there is none.
 */

/**
 * @param {Bytes} source
 * @param {number} [limit]
 * @returns {AsyncGenerator<Line, void>}
 */
export async function* readLines(source, limit = LINE_BYTES) {
    let number = 1;
    /** @type {Uint8Array[]} */
    let begun = [];
    let length = 0;
    for await (const piece of source) {
        let start = 0;
        for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, start)) {
            const rest = piece.subarray(start, end);
            const bytes = begun.length === 0 ? rest : concat(...begun, rest);
            if (bytes.length > limit) return yield { bytes: bytes.subarray(0, limit), number, end: "tooLong" };
            yield { bytes, number, end: "lineFeed" };
            begun = [];
            length = 0;
            number++;
            start = end + 1;
        }
        if (start === piece.length) continue;
        // A piece may be a buffer that its source writes to again.
        begun.push(piece.slice(start));
        length += piece.length - start;
        if (length > limit) return yield { bytes: concat(...begun).subarray(0, limit), number, end: "tooLong" };
    }
    if (length > 0) yield { bytes: concat(...begun), number, end: "streamEnd" };
}

/**
 * The bytes of a browser's stream, which not every browser can iterate over.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<Uint8Array, void>}
 */
export async function* bytesOf(stream, signal) {
    const reader = stream.getReader();
    try {
        for (;;) {
            signal?.throwIfAborted();
            const { done, value } = await reader.read();
            if (done) return;
            yield value;
        }
    } finally {
        await reader.cancel().catch(() => undefined);
    }
}

/**
 * Looks at the beginning of a stream, and gives the whole of it.
 *
 * @param {Bytes} source
 * @param {number} length
 * @returns {Promise<{ start: Uint8Array, whole: AsyncGenerator<Uint8Array, void> }>}
 */
export async function peek(source, length) {
    const iterator = iterate(source);
    /** @type {Uint8Array[]} */
    const read = [];
    let count = 0;
    while (count < length) {
        const { done, value } = await iterator.next();
        if (done) break;
        read.push(value.slice());
        count += value.length;
    }
    async function* whole() {
        try {
            yield* read;
            for (;;) {
                const { done, value } = await iterator.next();
                if (done) return;
                yield value;
            }
        } finally {
            await iterator.return();
        }
    }
    return { start: concat(...read).subarray(0, length), whole: whole() };
}

/** @param {Bytes} source @returns {AsyncGenerator<Uint8Array, void>} */
async function* iterate(source) {
    yield* source;
}
