import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { createApp } from "../src/app.js";

const app = createApp("v1.2.3").listen(0);
const get = (path) => fetch(`http://127.0.0.1:${app.address().port}${path}`);

before(() => once(app, "listening"));
after(() => app.close());

test("the start page is JSON and carries the version in a header", async () => {
  const response = await get("/");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("x-version"), "v1.2.3");
  assert.deepEqual(await response.json(), { message: "Hello from Node.js" });
});

test("the health check returns 200, an unknown path 404", async () => {
  assert.equal((await get("/healthz")).status, 200);
  assert.equal((await get("/none")).status, 404);
});
