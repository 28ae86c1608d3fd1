import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connectRuntime } from "../../containers/connect.js";
import { ownerLabel } from "../../containers/owned.js";
import { defaultPlatform } from "../base/platform.js";
import { testModule } from "./support/module.js";
import { publicRegistry } from "./support/registry.js";

const call = fileURLToPath(new URL("../call.ts", import.meta.url));
const source = `import { dag, func, object } from "@dagger.io/dagger";

@object()
export class Trial {
  @func({ cache: "never" })
  async rest(image: string): Promise<string> {
    return dag.container().from(image).withExec(["sleep", "9876"]).stdout();
  }
}
`;

test("Ctrl-C ends the module's process and removes the container that it waits for", async () => {
  const { docker } = await connectRuntime();
  const registry = await publicRegistry(defaultPlatform().split("/")[1] ?? "");
  const module = await testModule(source);
  const sleeping = async () => {
    const containers = await docker.listContainers({ all: true, filters: JSON.stringify({ label: [ownerLabel] }) });
    return containers.filter(({ Command }) => Command.includes("sleep 9876"));
  };
  try {
    const child = spawn(
      process.execPath,
      [
        "--import",
        import.meta.resolve("../../typescript.mjs"),
        call,
        "rest",
        "--image",
        `${registry.host}/tools/busybox:1.0`,
      ],
      {
        cwd: module.path,
        env: { ...process.env, XDG_CACHE_HOME: module.path, INIT_CWD: module.path },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    const stderr = text(child.stderr);
    while (!(await sleeping()).some(({ State }) => State === "running") && child.exitCode === null) await sleep(50);
    child.kill("SIGINT");
    const [exitCode] = await once(child, "close");
    assert.match(await stderr, /: (┆ )*withExec sleep 9876$[\s\S]*: ! context canceled\n[\s\S]*\n\nCanceled\.\n$/m);
    assert.equal(exitCode, 1);
    assert.deepEqual(await sleeping(), []);
  } finally {
    registry.close();
    await module.remove();
  }
});
