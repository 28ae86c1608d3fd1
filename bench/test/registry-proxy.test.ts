import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createVirtualClock } from "../../infra/local/aws/index.js";
import { openRegistryProxy } from "../containers/registry-proxy.js";

test("tasks that pull at the same time meet each with its own fault", async (t) => {
  const registry = createServer((request, response) => response.end(request.url)).listen(0, "127.0.0.1");
  await once(registry, "listening");
  const clock = createVirtualClock(0);
  const { port } = registry.address() as AddressInfo;
  const door = await openRegistryProxy(() => `http://127.0.0.1:${port}`, clock);
  t.after(async () => {
    await door.close();
    registry.close();
  });
  const pull = (url: string) => fetch(`${url}/v2/app/manifests/1`);
  const urls = [{}, { answer: 404 as const }, { delay: 60_000 }, { answer: "cut" as const }].map(door.urlFor);
  const [good = "", missing = "", slow = "", cut = ""] = urls;
  const late = pull(slow);
  assert.equal((await pull(missing)).status, 404);
  await assert.rejects(pull(cut));
  assert.equal(await (await pull(good)).text(), "/v2/app/manifests/1");
  while (!clock.next()) await turn();
  assert.equal(clock.now(), 60_000);
  assert.equal((await late).status, 200);
});
