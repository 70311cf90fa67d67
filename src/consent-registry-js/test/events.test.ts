import assert from "node:assert/strict";
import { test } from "node:test";
import { ConsentRegistry } from "../src/index.js";
import { eventually } from "./support/eventually.js";
import { answering, json, serve } from "./support/server.js";

const stream = { "content-type": "text/event-stream" };

const event = (seq: number) =>
  `id: ${seq}\nevent: defaultChanged\ndata: {"seq":${seq},\ndata: "kind":"defaultChanged"}\n\n`;

test("changes are followed from a place on, without the signs of life, until the other side ends", async (t) => {
  const signs = "event: heartbeat\ndata: {}\n\n: a comment\n\n";
  const body = `${signs}${event(4)}${event(5).replaceAll("\n", "\r\n")}event: cut off`;
  const { registry, received } = await answering(t, [(r) => r.writeHead(200, stream).end(body)]);
  const places: unknown[] = [];

  for await (const change of registry.followChanges({ after: 3 })) places.push(change.seq);

  assert.deepEqual(places, [4, 5]);
  assert.equal(received[0]!.path, "/v1/changes?after=3");
  assert.equal(received[0]!.headers.accept, "text/event-stream");
});

test("whoever takes no more ends the request, however long it was quiet", async (t) => {
  let isClosed = false;
  const baseUrl = await serve(t, (_, response) => {
    response.on("close", () => { isClosed = true; });
    response.writeHead(200, stream).write(event(0));
  });
  // The time is for the beginning alone.
  const registry = new ConsentRegistry({ baseUrl, token: "t", timeoutMs: 1_000 });

  for await (const change of registry.followChanges()) {
    assert.equal(change.seq, 0);
    break;
  }

  await eventually(() => isClosed);
});

test("the caller's signal ends it", async (t) => {
  const baseUrl = await serve(t, (_, response) => void response.writeHead(200, stream).write(event(0)));
  const registry = new ConsentRegistry({ baseUrl, token: "t" });
  const controller = new AbortController();
  const changes = registry.followChanges({ signal: controller.signal });

  await changes.next();
  const next = changes.next();
  controller.abort(new Error("enough"));

  await assert.rejects(next, /enough/);
});

test("what breaks off, is no event, or is refused is an error", async (t) => {
  const next = async (...answers: Parameters<typeof answering>[1]) =>
    (await answering(t, answers)).registry.followChanges().next();

  await assert.rejects(next((r) => r.writeHead(200, stream).end("data: {\n\n")), { code: "unreadable" });
  await assert.rejects(next((r) => r.writeHead(200, stream).end("data: {}\n\n")), { code: "unreadable" });
  await assert.rejects(next((r) => r.writeHead(200, { "content-type": "text/html" }).end()), { code: "unreadable" });
  const cut = next((r) => r.writeHead(200, stream).write("data: {", () => r.destroy()));
  await assert.rejects(cut, { code: "unreachable" });
  await assert.rejects(next((r) => json(r, { code: "invalid", detail: "Beyond the end." }, 422)), { code: "invalid" });
});

test("a beginning that does not come in time is an error", async (t) => {
  const registry = new ConsentRegistry({ baseUrl: await serve(t, () => undefined), token: "t", timeoutMs: 50 });

  await assert.rejects(registry.followChanges().next(), { code: "timeout" });
});
