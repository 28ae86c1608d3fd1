import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { connectRuntime } from "../../containers/connect.js";
import { gone } from "../../containers/owned.js";
import { temporary } from "./checkout.js";

/** Proxies this machine's container runtime and closes all connections when the first container has started. */
export async function failingRuntime(t: TestContext): Promise<{ host: string }> {
  const { docker, socketPath } = await connectRuntime();
  const path = join(await temporary(t), "runtime.sock");
  const sockets = new Set<Socket>();
  const started = new Set<string>();

  const server = createServer((near) => {
    const far = connect(socketPath);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy()).on("close", () => sockets.delete(from));
      from.pipe(to);
    }
    near.on("data", (bytes: Buffer) => {
      const id = /^POST .*\/containers\/(\w+)\/start/.exec(bytes.toString("latin1"))?.[1];
      if (id === undefined) return;
      started.add(id);
      far.once("data", end);
    });
  });
  function end() {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(async () => {
    end();
    for (const id of started) await gone(docker.getContainer(id).remove({ force: true, v: true }));
  });
  return { host: `unix://${path}` };
}
