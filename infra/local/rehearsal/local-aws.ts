import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { lockPath } from "../aws/state.js";
import { lockHolder } from "../process-lock.mjs";

const main = fileURLToPath(new URL("../aws/main.ts", import.meta.url));
const typescript = import.meta.resolve("../typescript.mjs");

/** Local AWS in a separate process, which can outlive the rehearsal. */
export interface LocalAwsProcess {
  url: string;
  port: number;
  pid: number;
  /** `aws configure export-credentials` format, mode 0600. */
  credentialsFile: string;
  logFile: string;
  /** Stops the process and waits until its containers are removed. */
  stop(): Promise<void>;
}

interface Endpoint {
  url: string;
  port: number;
  pid: number;
}

/**
 * Starts a local AWS with an empty state directory.
 *
 * @param options Further options of `npm run aws`.
 * @throws {Error} The process does not start; the message has the end of its log.
 */
export async function startLocalAwsProcess(
  stateDir: string,
  port: number,
  signal: AbortSignal,
  options: string[] = [],
): Promise<LocalAwsProcess> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await rm(join(stateDir, "endpoint.json"), { force: true });
  const logFile = join(stateDir, "aws.log");
  await rm(logFile, { force: true });
  const log = openSync(logFile, "a", 0o600);
  const args = ["--port", String(port), "--state", stateDir, "--profile", "rehearsal", "--reset", ...options];
  // A group of its own: the terminal's Ctrl-C goes to the rehearsal, which then ends this process in order.
  const child = spawn(process.execPath, ["--import", typescript, main, ...args], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  child.unref();
  const endpoint = await waitUntilItListens(child, stateDir, logFile, signal);
  return describe(stateDir, endpoint);
}

/** Returns the running local AWS of an earlier `--keep` in this directory. */
export async function findKeptLocalAws(stateDir: string): Promise<LocalAwsProcess | undefined> {
  const endpoint = await readEndpoint(stateDir);
  return endpoint && isRunning(stateDir, endpoint.pid) ? describe(stateDir, endpoint) : undefined;
}

async function waitUntilItListens(child: ChildProcess, stateDir: string, logFile: string, signal: AbortSignal) {
  for (;;) {
    const endpoint = await readEndpoint(stateDir);
    if (endpoint) return endpoint;
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The local AWS did not start. Its log:\n${(await readFile(logFile, "utf8")).trim()}`);
    }
    if (signal.aborted) {
      child.kill("SIGTERM");
      await once(child, "exit");
      throw signal.reason;
    }
    await delay(50);
  }
}

async function readEndpoint(stateDir: string): Promise<Endpoint | undefined> {
  try {
    return JSON.parse(await readFile(join(stateDir, "endpoint.json"), "utf8")) as Endpoint;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function describe(stateDir: string, { url, port, pid }: Endpoint): LocalAwsProcess {
  return {
    url,
    port,
    pid,
    credentialsFile: join(stateDir, "credentials.json"),
    logFile: join(stateDir, "aws.log"),
    async stop() {
      if (!isRunning(stateDir, pid)) return;
      process.kill(pid, "SIGTERM");
      while (isRunning(stateDir, pid)) await delay(50);
    },
  };
}

/** Returns true while the process holds the lock of the state; a later process with the same id does not. */
function isRunning(stateDir: string, pid: number): boolean {
  return lockHolder(lockPath(stateDir)) === pid;
}

/**
 * Returns the commands with which a shell uses a local AWS that keeps running. They suit either version of the AWS CLI, boto3 and the SDKs.
 *
 * @param path Path of a request that the service answers; undefined for a service without requests.
 */
export function localAwsHelp(
  aws: LocalAwsProcess,
  target: { region: string; cluster: string; service: string; repository: string; url?: string },
  path?: string,
): string {
  const registry = `127.0.0.1:${aws.port}`;
  const host = target.url ? new URL(target.url).host : `${target.service}.localhost`;
  return `The local AWS keeps running at ${aws.url}. To use it from a shell:

  export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=${target.region} AWS_DEFAULT_REGION=${target.region}
  export AWS_ACCESS_KEY_ID=$(sed -n 's/.*"AccessKeyId": *"\\([^"]*\\)".*/\\1/p' ${aws.credentialsFile})
  export AWS_SECRET_ACCESS_KEY=$(sed -n 's/.*"SecretAccessKey": *"\\([^"]*\\)".*/\\1/p' ${aws.credentialsFile})
  unset AWS_PROFILE AWS_SESSION_TOKEN

  aws ecs describe-services --cluster ${target.cluster} --services ${target.service}
  aws ecs wait services-stable --cluster ${target.cluster} --services ${target.service}
  aws ecr describe-images --repository-name ${target.repository}
  aws logs filter-log-events --log-group-name /ecs/${target.service} --query 'events[].message'
  aws ecr get-login-password | docker login --username AWS --password-stdin ${registry}
  docker pull ${registry}/${target.repository}:v1.1.0${path === undefined ? "" : `\n  curl -H 'Host: ${host}' ${aws.url}${path}`}

  npm run call -- --aws tcp://127.0.0.1:${aws.port} --credentials file://${aws.credentialsFile} status

podman and skopeo need --tls-verify=false. An AWS CLI older than 1.29 or 2.13 needs --endpoint-url $AWS_ENDPOINT_URL.
Log: ${aws.logFile}
To stop it: npm run rehearse -- --stop`;
}
