import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { mayLead } from "../image/origin.js";
import { parseReference } from "../image/reference.js";
import { Registry } from "../image/registry.js";

const login = { username: "AWS", password: "hunter2" };
const basic = `Basic ${Buffer.from("AWS:hunter2").toString("base64")}`;
const blob = Buffer.from("a layer");
const digest = `sha256:${createHash("sha256").update(blob).digest("hex")}`;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Server on a free loopback port, which records the paths requested and the authorization of each. */
async function server(t: TestContext, answer: Answer) {
  const seen: { path: string; authorization: string | undefined }[] = [];
  const http = createServer((request, response) => {
    seen.push({ path: `${request.method} ${request.url}`, authorization: request.headers.authorization });
    request.resume().on("end", () => answer(request, response));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  t.after(() => http.close().closeAllConnections());
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { host, url: `http://${host}`, seen };
}

/** Registry that answers /v2/, and everything else by a handler. */
const registry = (t: TestContext, answer: Answer) =>
  server(t, (request, response) => (request.url === "/v2/" ? response.end("{}") : answer(request, response)));
const open = (host: string, name = "team/app") =>
  Registry.open(host, name, { login, signal: new AbortController().signal });

test("an upload's Location on another origin gets the content and not the login", async (t) => {
  const storage = await server(t, (_, response) => response.writeHead(201).end());
  const origin = await registry(t, ({ method }, response) =>
    method === "POST"
      ? response.writeHead(202, { location: `${storage.url}/upload?state=1` }).end()
      : response.writeHead(404).end(),
  );
  await (await open(origin.host)).putBlob(digest, blob.length, () => Readable.from([blob]));
  assert.deepEqual(storage.seen, [
    { path: `PUT /upload?state=1&digest=${encodeURIComponent(digest)}`, authorization: undefined },
  ]);
  assert.ok(origin.seen.slice(1).every(({ authorization }) => authorization === basic));
});

test("a download that is redirected to another origin gets there without the login", async (t) => {
  const storage = await server(t, (_, response) => response.end(blob));
  const origin = await registry(t, (_, response) =>
    response.writeHead(307, { location: `${storage.url}/${digest}` }).end(),
  );
  const response = await (await open(origin.host)).get(`blobs/${digest}`);
  assert.equal(await response.text(), blob.toString());
  assert.deepEqual(storage.seen, [{ path: `GET /${digest}`, authorization: undefined }]);
});

test("a download that comes back to the registry by another origin has the login again only there", async (t) => {
  let origin = { host: "", url: "" };
  const storage = await server(t, (_, response) => response.writeHead(302, { location: `${origin.url}/v2/x` }).end());
  origin = await registry(t, ({ url }, response) =>
    url === "/v2/x" ? response.end("done") : response.writeHead(302, { location: storage.url }).end(),
  );
  assert.equal(await (await (await open(origin.host)).get(`blobs/${digest}`)).text(), "done");
  assert.deepEqual(storage.seen, [{ path: "GET /", authorization: undefined }]);
});

test("a token realm on another origin gets no login, and its token goes to the registry only", async (t) => {
  const tokens = await server(t, (_, response) => response.end(JSON.stringify({ token: "anonymous" })));
  const origin = await registry(t, ({ headers }, response) =>
    headers.authorization === "Bearer anonymous"
      ? response.end("{}")
      : response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url}/token",service="x"` }).end(),
  );
  await (await open(origin.host)).get("manifests/v1");
  assert.deepEqual(tokens.seen, [{ path: "GET /token?service=x", authorization: undefined }]);
});

test("a token realm of the registry itself gets the login", async (t) => {
  let url = "";
  const origin = await registry(t, (request, response) => {
    if (request.url?.startsWith("/token")) response.end(JSON.stringify({ access_token: "granted" }));
    else if (request.headers.authorization === "Bearer granted") response.end("{}");
    else response.writeHead(401, { "www-authenticate": `Bearer realm="${url}/token"` }).end();
  });
  url = origin.url;
  await (await open(origin.host)).get("manifests/v1");
  assert.deepEqual(
    origin.seen.slice(1).map(({ authorization }) => authorization),
    [basic, basic, "Bearer granted"],
  );
});

test("a token server that refuses without the login is named with that reason", async (t) => {
  const tokens = await server(t, (_, response) => response.writeHead(401).end());
  const origin = await registry(t, (_, response) =>
    response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url}/token"` }).end(),
  );
  await assert.rejects((await open(origin.host)).get("manifests/v1"), {
    message: new RegExp(
      `answered 401 to a token from ${tokens.host} \\(without the login, which is not for that host\\)`,
    ),
  });
});

const realms = ["http://10.0.0.1/token", "https://169.254.169.254/token", "http://example.com/token", "file:///x"];
for (const realm of realms) {
  test(`a token realm of ${realm} is not requested`, async (t) => {
    const origin = await registry(t, (_, response) =>
      response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end(),
    );
    const get = (await open(origin.host)).get("manifests/v1");
    await assert.rejects(get, { message: /redirects its token to .*is not requested\. Accepted: / });
  });
}

test("from a public registry only https to public addresses and the registry itself are accepted", () => {
  const from = new URL("https://registry.example.com/v2/");
  const leads = (url: string) => mayLead(from, new URL(url));
  for (const url of ["https://auth.example.com/t", "https://203.0.114.5/", "https://registry.example.com/x", "/v2/x"])
    assert.ok(mayLead(from, new URL(url, from)), url);
  for (const url of [
    "http://auth.example.com/t",
    "http://registry.example.com/x",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://metadata.localhost./",
    "https://10.1.2.3/",
    "https://172.31.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/",
    "https://2852039166/",
    "https://0x7f.1/",
    "https://0/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://user:password@auth.example.com/",
  ])
    assert.ok(!leads(url), url);
});

test("a name or a reference that would lead out of the repository's path is not requested", async (t) => {
  const origin = await registry(t, (_, response) => response.end("{}"));
  for (const name of [
    "../secret",
    "team/../../secret",
    "team//app",
    "./app",
    "team/app/",
    "Team/App",
    "team/%2e%2e/x",
  ]) {
    await assert.rejects(open(origin.host, name), { message: /is not a repository's name/ }, name);
  }
  const opened = await open(origin.host);
  for (const reference of ["../../../secret", "sha256:../x", "a?b", "a#b", "%2e%2e"]) {
    await assert.rejects(opened.get(`blobs/${reference}`), { message: /is neither a digest nor a tag/ }, reference);
  }
  assert.deepEqual(
    origin.seen.map(({ path }) => path),
    ["GET /v2/"],
  );
});

test("an image's address is read by the grammar of references", () => {
  const parts = (address: string) => {
    const { registry, name, tag, digest } = parseReference(address);
    return [registry, name, tag ?? digest];
  };
  assert.deepEqual(parts("python:3.13-slim"), ["docker.io", "library/python", "3.13-slim"]);
  assert.deepEqual(parts("team/app"), ["docker.io", "team/app", "latest"]);
  assert.deepEqual(parts("a__b/c-d.e--f"), ["docker.io", "a__b/c-d.e--f", "latest"]);
  assert.deepEqual(parts("localhost/app:v1"), ["localhost", "app", "v1"]);
  assert.deepEqual(parts("registry:5000/app:v1"), ["registry:5000", "app", "v1"]);
  assert.deepEqual(parts(`ghcr.io/a/b@${digest}`), ["ghcr.io", "a/b", digest]);
  for (const wrong of [
    "a/../b",
    "127.0.0.1:5000/../x",
    "a..b",
    "-a",
    "a/",
    "a:b:c",
    "a@sha256:x",
    "A/b",
    "a b",
    "a.-b",
  ]) {
    assert.throws(() => parseReference(wrong), { message: /is not an image/ }, wrong);
  }
});

test("a token response without an end is aborted", async (t) => {
  const tokens = await server(t, (_, response) => {
    const more = () => {
      while (response.write("x".repeat(65536)));
    };
    response.on("drain", more);
    more();
  });
  const origin = await registry(t, (_, response) =>
    response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url}/token"` }).end(),
  );
  await assert.rejects((await open(origin.host)).get("manifests/v1"), { message: /longer than 1048576 bytes/ });
});
