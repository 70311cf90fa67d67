// Asks a stream of checks in a thread of its own, whose memory is nobody else's, and tells how much it kept on the way.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { ConsentRegistry, type Check } from "../../src/index.js";

const { baseUrl, checks, early } = workerData as { baseUrl: string; checks: number; early: number };

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function kept(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function* questions(): Generator<Check> {
  for (let i = 0; i < checks; i++) yield { creatorId: "ana", videoId: `v${i}`, purpose: "remix" };
}

let answers = 0;
let before = 0;
let more = 0;
for await (const _ of new ConsentRegistry({ baseUrl, token: "t" }).checkStream(questions())) {
  answers++;
  if (answers === early) before = kept();
  // Before it is over: what the stream itself keeps is measured with it.
  if (answers === checks) more = kept() - before;
}
parentPort!.postMessage({ answers, more });
