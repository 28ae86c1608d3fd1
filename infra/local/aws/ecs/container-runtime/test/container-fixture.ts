import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { busyboxImage, digestOf } from "../../../../containers/busybox.js";
import { type ContainerRuntime, connectRuntime } from "../../../../containers/connect.js";
import { removeOwned } from "../../../../containers/owned.js";
import { systemClock } from "../../../clock.js";
import type { JsonObject } from "../../../protocol/service.js";
import type { TaskEvent, TaskListener, TaskRuntime, TaskSpec } from "../../task-runtime.js";
import { type ContainerTaskRuntimeDeps, createContainerTaskRuntime } from "../container-task-runtime.js";

/** Task runtime on the real container runtime, a registry that holds busybox, and all reported events. */
export interface Fixture {
  containerRuntime: ContainerRuntime;
  owner: string;
  runtime: TaskRuntime;
  /** Address of the image in the registry. */
  image: string;
  imageDigest: string;
  /** Lines that the containers wrote, by `group stream`. */
  logs: Map<string, string[]>;
  events: TaskEvent[];
  problems: string[];
  listener: TaskListener;
  run(containers: JsonObject[], definition?: JsonObject, spec?: Partial<TaskSpec>): TaskSpec;
  /** Waits for the task's first event of this kind that `matches`. */
  reported<T extends TaskEvent["type"]>(
    task: TaskSpec,
    type: T,
    matches?: (event: Extract<TaskEvent, { type: T }>) => boolean,
  ): Promise<Extract<TaskEvent, { type: T }>>;
  /** Waits until a container with the `awslogs` driver and the prefix `p` has written a line. */
  wrote(task: TaskSpec, container: string, line: string): Promise<void>;
  /** Calls `reach` until it succeeds. @throws Its error when the task has stopped. */
  reached<T>(task: TaskSpec, reach: () => Promise<T>): Promise<T>;
  /** Returns another runtime for the same owner, as after a restart. */
  another(options?: Partial<ContainerTaskRuntimeDeps>): TaskRuntime;
  close(): Promise<void>;
}

export async function openFixture(options: Partial<ContainerTaskRuntimeDeps> = {}): Promise<Fixture> {
  const containerRuntime = await connectRuntime();
  const owner = `test-${randomBytes(6).toString("hex")}`;
  const registry = await serveImages(owner);
  const { port } = registry.server.address() as AddressInfo;
  const logs = new Map<string, string[]>([["known", []]]);
  const events: TaskEvent[] = [];
  const problems: string[] = [];
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const each of listeners) each();
  };
  const changed = () => new Promise<void>((resolve) => listeners.add(resolve));
  const listener = (event: TaskEvent) => {
    events.push(event);
    notify();
  };
  const another = (more: Partial<ContainerTaskRuntimeDeps> = {}) =>
    createContainerTaskRuntime({
      containerRuntime,
      owner,
      registry: { url: () => `http://127.0.0.1:${port}`, authorization: () => "Basic test" },
      logs: () => ({
        groupExists: (group) => logs.has(group),
        createGroup: (group) => void logs.set(group, []),
        append(group, stream, lines) {
          const key = `${group} ${stream}`;
          logs.set(key, [...(logs.get(key) ?? []), ...lines.map(({ message }) => message)]);
          notify();
        },
      }),
      clock: systemClock,
      log: (line) => problems.push(line),
      ...options,
      ...more,
    });
  const runtime = another();
  return {
    containerRuntime,
    owner,
    runtime,
    image: `127.0.0.1:${port}/busybox:1`,
    imageDigest: registry.digest,
    logs,
    events,
    problems,
    another,
    listener,
    run(containers, definition = {}, more = {}) {
      const spec = taskSpec(containers, definition, more);
      runtime.start(spec, listener);
      return spec;
    },
    async reported(task, type, matches = () => true) {
      for (;;) {
        const found = events.find(
          (event) => event.taskArn === task.taskArn && event.type === type && matches(event as never),
        );
        if (found) return found as never;
        await changed();
      }
    },
    async wrote(task, container, line) {
      while (!logs.get(`known p/${container}/${task.taskId}`)?.includes(line)) await changed();
    },
    async reached(task, reach) {
      for (;;) {
        try {
          return await reach();
        } catch (error) {
          if (events.some((event) => event.taskArn === task.taskArn && event.type === "stopped")) throw error;
          await pause(50);
        }
      }
    },
    async close() {
      registry.server.closeAllConnections();
      registry.server.close();
      await runtime.close({ remove: false });
      await removeOwned(containerRuntime, owner);
      const images = await containerRuntime.docker.listImages({
        filters: JSON.stringify({ label: [`slipway.test=${owner}`] }),
      });
      await Promise.all(images.map(({ Id }) => containerRuntime.docker.getImage(Id).remove({ force: true })));
    },
  };
}

export function taskSpec(containers: JsonObject[], definition: JsonObject, more: Partial<TaskSpec>): TaskSpec {
  const taskId = randomBytes(16).toString("hex");
  return {
    taskArn: `arn:aws:ecs:us-west-2:123456789012:task/test/${taskId}`,
    taskId,
    clusterArn: "arn:aws:ecs:us-west-2:123456789012:cluster/test",
    group: "service:test",
    cpu: 256,
    memory: 512,
    taskDefinition: { networkMode: "awsvpc", containerDefinitions: containers, ...definition },
    ...more,
  };
}

/** Serves the part of a registry that a pull needs: busybox as `1`, an index of another platform as `other`. */
async function serveImages(owner: string): Promise<{ server: Server; digest: string }> {
  const image = await busyboxImage({
    gzip: true,
    // A separate image: tests of other files run at the same time, and each removes the images that it has pulled.
    config: { Labels: { "slipway.test": owner } },
    files: { "www/healthz": "ok", "www/version": '{"version":"v1.0.0"}' },
  });
  const index = Buffer.from(
    JSON.stringify({ manifests: [{ digest: image.digest, platform: { os: "linux", architecture: "s390x" } }] }),
  );
  const content: Record<string, Buffer> = {
    "manifests/1": image.manifest,
    [`manifests/${image.digest}`]: image.manifest,
    "manifests/other": index,
    [`blobs/${digestOf(image.config)}`]: image.config,
    [`blobs/${digestOf(image.layer)}`]: image.layer,
  };
  // Longer than clients keep connections: no connection is closed while a request is written to it.
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    const body = content[(request.url ?? "").replace("/v2/busybox/", "")];
    const allowed = request.headers.authorization === "Basic test";
    response.writeHead(allowed ? (body ? 200 : 404) : 401).end(allowed ? body : "no login");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, digest: image.digest };
}
