import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { startLoad } from "../../../rehearsal/load.js";
import { systemClock } from "../../clock.js";
import { openFixture } from "../../ecs/container-runtime/test/container-fixture.js";
import { createLoadBalancer } from "../index.js";
import { arnOf } from "./fixture.js";

/** Nothing is given up because the machine is busy. */
const unhurried = {
  healthCheckTimeout: 3_600_000,
  deregistrationDelay: 3_600_000,
  connectTimeout: 3_600_000,
  idleTimeout: 3_600_000,
};

test("tasks are replaced under 50 requests a second without a failed one", async (t) => {
  const aws = await openFixture();
  t.after(() => aws.close());
  const loadBalancer = createLoadBalancer({ clock: systemClock, settings: unhurried });
  t.after(() => loadBalancer.close());
  // Longer than the client keeps its connections: none is closed while a request is written to it.
  const front = createServer({ keepAliveTimeout: 75_000 }, (request, response) =>
    loadBalancer.handle(request, response),
  );
  front.listen(0, "127.0.0.1");
  t.after(() => {
    front.closeAllConnections();
    front.close();
  });
  await once(front, "listening");
  const targetGroupArn = arnOf("web");

  const startTask = async () => {
    const command = ["httpd", "-f", "-p", "5000", "-h", "/www"];
    const task = aws.run([{ name: "app", image: aws.image, command, stopTimeout: 1 }]);
    const { ip } = await aws.reported(task, "running");
    const target = { targetGroupArn, taskArn: task.taskArn, serviceName: "web", ip, port: 5000 };
    await new Promise<void>((resolve) => {
      loadBalancer.register(target, ({ state }) => state === "healthy" && resolve());
    });
    return task;
  };

  let task = await startTask();
  const load = startLoad(`http://127.0.0.1:${(front.address() as AddressInfo).port}`, "web.example.com", 50);
  for (let replacement = 0; replacement < 3; replacement++) {
    const next = await startTask();
    await new Promise<void>((resolve) => loadBalancer.deregister(targetGroupArn, task.taskArn, resolve));
    aws.runtime.stop(task.taskArn);
    await aws.reported(task, "stopped");
    task = next;
  }
  const { ok, failed, failures } = await load.stop();
  t.diagnostic(`${ok} requests answered, ${failed} failed`);
  assert.ok(ok > 50, `${ok} requests`);
  assert.deepEqual(failures, []);
  assert.equal(failed, 0);
});
