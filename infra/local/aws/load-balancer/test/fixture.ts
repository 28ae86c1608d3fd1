import { once } from "node:events";
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TestContext } from "node:test";
import type { Clock } from "../../clock.js";
import type { TargetHealth } from "../../ecs/task-runtime.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { createLoadBalancer } from "../index.js";
import type { LoadBalancerSettings } from "../settings.js";

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A load balancer on loopback under a virtual clock, with node's own servers as targets. */
export async function openLoadBalancer(
  t: TestContext,
  settings: Partial<LoadBalancerSettings> = {},
  log: (line: string) => void = console.error,
) {
  const clock = createVirtualClock();
  const checks = countTimers(clock, settings.healthCheckInterval);
  const loadBalancer = createLoadBalancer({ clock: checks.clock, settings, log });
  const front = await listen(t, (incoming, response) => loadBalancer.handle(incoming, response));
  t.after(() => loadBalancer.close());

  const start = (path: string, options: { host?: string; method?: string; headers?: object } = {}): ClientRequest =>
    request({
      ...{ host: "127.0.0.1", port: portOf(front), path, method: options.method ?? "GET", agent: false },
      headers: { host: options.host ?? "web.example.com", ...options.headers },
    });

  return {
    clock,
    loadBalancer,
    start,
    /** Advances the clock to the next health check of so many targets and waits until each has been judged. */
    async check(targets: number) {
      await checks.reached(targets);
      checks.reset();
      clock.advance(settings.healthCheckInterval ?? 0);
      await checks.reached(targets);
    },
    async get(path: string, options: Parameters<typeof start>[1] & { body?: string } = {}): Promise<Answer> {
      const call = start(path, options).end(options.body);
      const [response] = (await once(call, "response")) as [IncomingMessage];
      return { status: response.statusCode ?? 0, headers: response.headers, body: (await buffer(response)).toString() };
    },
    /** Registers a server as a task's target. `next` waits for the next change of its health. */
    register(server: { port: number }, { task = "task", service = "web", group = arnOf(service) } = {}) {
      const changes: TargetHealth[] = [];
      const waiting: ((health: TargetHealth) => void)[] = [];
      loadBalancer.register(
        { targetGroupArn: group, taskArn: task, serviceName: service, ip: "127.0.0.1", port: server.port },
        (health) => {
          const next = waiting.shift();
          if (next) next(health);
          else changes.push(health);
        },
      );
      return {
        next: async () => changes.shift() ?? (await new Promise<TargetHealth>((resolve) => waiting.push(resolve))),
        deregister: (drained: () => void) => loadBalancer.deregister(group, task, drained),
      };
    },
  };
}

export function arnOf(name: string): string {
  return `arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/${name}/0123456789abcdef`;
}

/** A target: healthy by its health path unless `health` differs, else as `listener` does. */
export async function openTarget(
  t: TestContext,
  listener: RequestListener,
  health: { status: number } = { status: 200 },
) {
  let checks = 0;
  const waiting = new Set<() => void>();
  const server = await listen(t, (incoming, response) => {
    if (incoming.url !== "/healthz") return listener(incoming, response);
    response.writeHead(health.status).end(() => {
      checks++;
      for (const each of waiting) each();
    });
  });
  return {
    port: portOf(server),
    server,
    /** Waits until so many health checks have been answered. */
    async checked(count: number) {
      while (checks < count) await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}

/** Counts the timers of one length that are set on a clock: a target sets one for its next check as soon as it has judged the last. */
function countTimers(clock: Clock, length: number | undefined) {
  let count = 0;
  const waiting = new Set<() => void>();
  return {
    clock: {
      now: clock.now,
      after(ms: number, callback: () => void) {
        if (ms === length) count++;
        for (const each of waiting) each();
        return clock.after(ms, callback);
      },
    },
    reset() {
      count = 0;
    },
    async reached(expected: number) {
      while (count < expected) await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}

async function listen(t: TestContext, listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
