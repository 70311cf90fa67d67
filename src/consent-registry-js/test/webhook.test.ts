import assert from "node:assert/strict";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { verifyWebhook, WebhookVerificationError } from "../src/index.js";

const secret = `whsec_${Buffer.from("a secret of thirty-two bytes, so").toString("base64")}`;
const other = `whsec_${Buffer.from("another secret that has 32 bytes").toString("base64")}`;
const body = '{"type":"lockdown","timestamp":"2026-11-23T15:29:53Z","data":{"creatorId":"ána","version":3}}';

function signed(text: string, by = secret, at = new Date()): Record<string, string> {
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(by).sign("msg_1", at, text),
  };
}

test("a signed message is read, with its id", () => {
  const message = verifyWebhook(secret, signed(body), body);

  assert.deepEqual([message.id, message.type, message.timestamp], ["msg_1", "lockdown", "2026-11-23T15:29:53Z"]);
  // The type says which members the data have.
  assert.ok(message.type === "lockdown");
  assert.deepEqual([message.data.creatorId, message.data.version], ["ána", 3]);
});

test("headers and bodies may be as fetch and Node have them", () => {
  const bytes = new TextEncoder().encode(body);
  const upper = Object.fromEntries(Object.entries(signed(body)).map(([name, value]) => [name.toUpperCase(), value]));
  const asNode = { ...signed(body), accept: undefined, cookie: ["a", "b"] };

  for (const headers of [new Headers(signed(body)), upper, asNode])
    for (const one of [body, bytes, Buffer.from(bytes)])
      assert.equal(verifyWebhook(secret, headers, one).type, "lockdown");
});

test("while a secret is replaced, either has signed", () => {
  assert.equal(verifyWebhook([other, secret], signed(body), body).id, "msg_1");
  const both = signed(body, other);
  both["webhook-signature"] += ` ${signed(body)["webhook-signature"]}`;
  assert.equal(verifyWebhook(secret, both, body).id, "msg_1");
});

const pick = (headers: Record<string, string>, name: string) => ({ [name]: headers[name]! });
const longAgo = new Date(Date.now() - 6 * 60_000);
const forged: Record<string, [Record<string, string>, string | Uint8Array]> = {
  "altered": [signed(body), body.replace("3", "4")],
  "with a mark before it": [signed(body), `\uFEFF${body}`],
  "signed by somebody else": [signed(body, other), body],
  "old": [signed(body, secret, longAgo), body],
  "of the future": [signed(body, secret, new Date(Date.now() + 6 * 60_000)), body],
  "old, with a new date": [{ ...signed(body), ...pick(signed(body, secret, longAgo), "webhook-signature") }, body],
  "with another id": [{ ...signed(body), "webhook-id": "msg_2" }, body],
  "without headers": [{}, body],
  "without a signature": [{ ...signed(body), "webhook-signature": "" }, body],
  "with half a signature": [{ ...signed(body), "webhook-signature": "v1," }, body],
  "with a signature of no kind": [{ ...signed(body), "webhook-signature": "v1" }, body],
  "that is no JSON": [signed("{"), "{"],
  "that is nothing": [signed(""), ""],
  "without data": [signed('{"type":"a","timestamp":"b"}'), '{"type":"a","timestamp":"b"}'],
  "that is a list": [signed("[]"), "[]"],
  "that is no UTF-8": [signed(body), new Uint8Array([0xff, 0xfe])],
};

for (const [name, [headers, text]] of Object.entries(forged))
  test(`refused: a message ${name}`, () => {
    assert.throws(() => verifyWebhook(secret, headers, text), WebhookVerificationError);
  });

test("without a secret nothing is verified", () => {
  assert.throws(() => verifyWebhook([], signed(body), body), WebhookVerificationError);
  assert.throws(() => verifyWebhook("", signed(body), body));
});
