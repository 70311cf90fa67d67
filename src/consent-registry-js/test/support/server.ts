import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { TestContext } from "node:test";
import { ConsentRegistry, type ConsentRegistryOptions } from "../../src/index.js";

export type { IncomingMessage, ServerResponse };

/** What a server was asked. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that answers as a test says, until the test is over. */
export async function serve(test: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Reads a request whole. */
export async function receive(request: IncomingMessage): Promise<Received> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part as string;
  return { method: request.method!, path: request.url!, headers: request.headers, body };
}

export function json(
  response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {},
): void {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type, ...headers }).end(JSON.stringify(body));
}

/** A server that gives these answers one after the other, a client of it, and what it was asked. */
export async function answering(
  test: TestContext, answers: ((response: ServerResponse) => void)[], options: Partial<ConsentRegistryOptions> = {},
): Promise<{ registry: ConsentRegistry; received: Received[] }> {
  const received: Received[] = [];
  const baseUrl = await serve(test, async (request, response) => {
    received.push(await receive(request));
    const answer = answers[received.length - 1];
    if (answer === undefined) response.destroy();
    else answer(response);
  });
  return { registry: new ConsentRegistry({ baseUrl, token: "t0ken", ...options }), received };
}

/** An answer that is surely an allow. */
export const allow = {
  error: null, allowed: true, effect: "allow", reason: "creatorDefault", decidedBy: null, obligations: [], excludes: [],
  version: 3, freshAt: "2026-11-23T15:29:53.000000Z", maxAgeMs: 0,
};

/** The answer to a change. */
export const changed = {
  creatorId: "ana", version: 2, settingsVersion: 1, changes: 1, exceptions: { count: 0, first: [] },
  effectiveEverywhere: true,
};

export const question = { creatorId: "ana", videoId: "first", purpose: "remix" };
