import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { paginateListImages } from "@aws-sdk/client-ecr";
import {
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  ListTaskDefinitionsCommand,
} from "@aws-sdk/client-ecs";
import {
  createSimulatedLoadBalancer,
  createSimulatedRuntime,
  type LocalAwsOptions,
  startLocalAws,
} from "../../aws/index.js";
import { callFunction, closeStandIns } from "../../dagger-stand-in/index.js";
import { withoutOrigins } from "../../dagger-stand-in/telemetry/origin.js";
import {
  connect,
  createPrerequisites,
  createService,
  type LocalClients,
  readSampleTarget,
  type SampleTarget,
} from "../../rehearsal/seed.js";
import { type Checkout, makeCheckout } from "./checkout.js";

/** Exit code and output of a call. */
export interface CallOutput {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A checkout, a local AWS that serves v1.0.0 from simulated tasks, and the module's functions between them. */
export interface TestEnvironment {
  checkout: Checkout;
  clients: LocalClients;
  target: SampleTarget;
  url: string;
  stateDir: string;
  credentialsFile: string;
  /** Constructor's flags for this environment; they precede the function. */
  at: string[];
  /** Calls the module as a user in the checkout. */
  call(args: string[], options?: { cwd?: string; env?: Record<string, string> }): Promise<CallOutput>;
  /** Reads the state that a release changes: revisions, images and the service. */
  state(): Promise<unknown>;
  close(): Promise<void>;
}

const running: Pick<LocalAwsOptions, "runtime" | "loadBalancer"> = {
  runtime: ({ clock }) => createSimulatedRuntime(clock, () => ({ health: [{ after: 0, status: "HEALTHY" }] })),
  loadBalancer: ({ clock }) => ({
    ...createSimulatedLoadBalancer(clock),
    handle: (_, response) => response.writeHead(503).end(),
  }),
};

export async function openEnvironment(options: Partial<LocalAwsOptions> = {}): Promise<TestEnvironment> {
  const stateDir = await mkdtemp(join(tmpdir(), "slipway-stage-"));
  const [checkout, aws] = await Promise.all([
    makeCheckout(),
    startLocalAws({ ...running, log: () => {}, ...options, stateDir }),
  ]);
  const target = await readSampleTarget(pathToFileURL(join(checkout.path, "infra/targets/")));
  const credentialsFile = join(stateDir, "credentials.json");
  const clients = await connect({ url: aws.url, credentialsFile }, target);
  await createPrerequisites(clients, target);
  const image = `${aws.url.replace("http://", "")}/${target.repository}@sha256:${"0".repeat(64)}`;
  await createService(clients, target, image, "v1.0.0", new AbortController().signal);
  return {
    checkout,
    clients,
    target,
    url: aws.url,
    stateDir,
    credentialsFile,
    at: ["--aws", aws.url.replace("http", "tcp"), "--credentials", `file://${credentialsFile}`],
    call: (args, { cwd = checkout.path, env = {} } = {}) => callIn(cwd, args, env),
    state: () => readState(clients, target),
    async close() {
      await closeStandIns();
      await aws.close();
      await checkout.remove();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** Formats a key and its secret as the value of a variable for `env://`. */
export function keys(id: string, secret: string, token?: string): string {
  const lines = [`AWS_ACCESS_KEY_ID=${id}`, `AWS_SECRET_ACCESS_KEY=${secret}`];
  return [...lines, ...(token === undefined ? [] : [`AWS_SESSION_TOKEN=${token}`])].join("\n");
}

/**
 * Makes a call and asserts that it is refused with this exit code and message, and that nothing was changed.
 * @returns Its standard error, without the CLI's prefix and suffix of the message.
 */
export async function refused(
  environment: TestEnvironment,
  args: string[],
  expected: { exitCode?: number; message: RegExp },
  options?: Parameters<TestEnvironment["call"]>[1],
): Promise<string> {
  const before = await environment.state();
  const { exitCode, stdout, stderr } = await environment.call(args, options);
  const message = withoutOrigins(stderr.replace(/^Error: /m, ""));
  assert.match(message, expected.message);
  assert.deepEqual({ exitCode, stdout }, { exitCode: expected.exitCode ?? 2, stdout: "" });
  assert.deepEqual(await environment.state(), before);
  return message;
}

async function callIn(cwd: string, args: string[], env: Record<string, string>): Promise<CallOutput> {
  const output = { stdout: "", stderr: "" };
  const exitCode = await callFunction({
    args,
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME, ...env },
    onStdout: (text) => (output.stdout += text),
    onStderr: (text) => (output.stderr += text),
    signal: new AbortController().signal,
  });
  return { exitCode, ...output };
}

async function readState({ ecs, ecr }: LocalClients, { cluster, service, repository }: SampleTarget): Promise<unknown> {
  const images = [];
  for await (const page of paginateListImages({ client: ecr }, { repositoryName: repository }))
    images.push(...(page.imageIds ?? []));
  const { taskDefinitionArns } = await ecs.send(new ListTaskDefinitionsCommand({}));
  const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand({ cluster, service }));
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  return {
    images,
    taskDefinitionArns,
    serviceDeployments: serviceDeployments?.map((each) => each.serviceDeploymentArn),
    services: services?.map((each) => [each.taskDefinition, each.desiredCount, each.deployments?.map(({ id }) => id)]),
  };
}
