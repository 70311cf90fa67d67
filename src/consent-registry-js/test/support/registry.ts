import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryFolder } from "./repository.js";

const program = join(repositoryFolder, "src/ConsentRegistry.Api/bin/Release/net10.0/ConsentRegistry.Api.dll");

/** How long the registry may take to start, in milliseconds: it makes a database at first. */
const LONGEST_START_MS = 120_000;

/** How long it may take to end, in milliseconds, before it is killed. */
const LONGEST_END_MS = 20_000;

/** A registry of its own, with its own folder and its own PostgreSQL. */
export class Registry {
  private constructor(
    /** Where it listens. */
    readonly url: URL,
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Starts one that has these settings. */
  static async start(settings: Record<string, string> = {}): Promise<Registry> {
    const folder = await mkdtemp(join(tmpdir(), "consent-js-"));
    const environment = {
      ...process.env, ASPNETCORE_ENVIRONMENT: "Development", CONSENT_DATA: folder, ...settings,
    };
    const service = spawn("dotnet", [program, "--urls", "http://127.0.0.1:0"], {
      cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = () => service.kill("SIGTERM");
    // However this process ends, the registry ends with it.
    process.once("exit", stop);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
    service.once("exit", () => process.off("exit", stop));
    try {
      return new Registry(await listens(service), service, folder, environment);
    } catch (error) {
      await end(service, folder);
      throw error;
    }
  }

  /** A token, as `./dev token` makes them. */
  async token(kind: string, id: string): Promise<string> {
    const { stdout } = await promisify(execFile)("dotnet", [program, "token", kind, id], { env: this.environment });
    return stdout.trim().split("\n").at(-1)!;
  }

  async stop(): Promise<void> {
    await end(this.process, this.folder);
  }
}

async function listens(service: ChildProcess): Promise<URL> {
  let said = "";
  return await new Promise<URL>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The registry ${why}.\n${said}`));
    const late = setTimeout(() => fail("did not start in time"), LONGEST_START_MS);
    service.once("error", (error) => fail(`cannot be started: ${error.message}`));
    service.once("exit", () => fail("has ended"));
    for (const output of [service.stdout!, service.stderr!]) output.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const url = /Now listening on: (http:\/\/\S+)/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      output.removeAllListeners("data");
      // What it says later is not kept, but has to go somewhere.
      output.resume();
      resolve(new URL(url));
    });
  });
}

// The registry stops its PostgreSQL when it is asked to end.
async function end(service: ChildProcess, folder: string): Promise<void> {
  if (service.exitCode === null && service.signalCode === null) {
    const ended = new Promise((resolve) => service.once("exit", resolve));
    service.kill("SIGTERM");
    const late = setTimeout(() => service.kill("SIGKILL"), LONGEST_END_MS);
    await ended;
    clearTimeout(late);
  }
  await rm(folder, { recursive: true, force: true });
}
