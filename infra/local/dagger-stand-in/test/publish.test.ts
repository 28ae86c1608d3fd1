import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { CreateRepositoryCommand, DescribeImagesCommand } from "@aws-sdk/client-ecr";
import { localAws, registryLogin } from "../../aws/test/local-aws.js";
import { connectRuntime } from "../../containers/connect.js";
import { Container } from "../api/container.js";
import { Secret } from "../api/secret.js";
import { Service } from "../api/service.js";
import { defaultPlatform } from "../base/platform.js";
import { publicRegistry, type ReadOnlyRegistry } from "./support/registry.js";
import { type TestSession, testSession } from "./support/session.js";

let registry: ReadOnlyRegistry;
let made: TestSession;

before(async () => {
  registry = await publicRegistry(defaultPlatform().split("/")[1] ?? "");
  made = await testSession();
});
after(async () => {
  registry.close();
  await made.remove();
});

const image = () =>
  Container.scratch(made.session, defaultPlatform())
    .from({ address: `${registry.host}/tools/busybox:1.0` })
    .withLabel({ name: "a", value: "b" })
    .withDefaultArgs({ args: ["echo", "it runs"] });

test("an image is pushed with the login given, comes back by its digest, and is the same each time", async (t) => {
  const { aws, ecr } = await localAws(t, {});
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app" }));
  const { authorization = "" } = await registryLogin(ecr);
  const [username = "", password = ""] = Buffer.from(authorization.slice("Basic ".length), "base64")
    .toString()
    .split(":");
  const address = `127.0.0.1:${aws.port}/team/app:v1`;
  const secret = Secret.ofValue(made.session, "password", password).id();
  const authorized = image().withRegistryAuth({ address, username, secret });
  const registryService = Service.ofHost(made.session, `tcp://127.0.0.1:${aws.port}`).id();

  const published = await authorized.publish({ address, registryService });
  assert.equal(await authorized.publish({ address }), published);
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: "team/app" }));
  assert.equal(`${address}@${imageDetails?.[0]?.imageDigest}`, published);

  const back = Container.scratch(made.session, defaultPlatform())
    .withRegistryAuth({ address, username, secret })
    .from({ address: published });
  assert.equal(await back.withExec({ args: ["echo", "it is back"] }).stdout(), "it is back\n");
  assert.deepEqual((await back.labels()).at(-1), { name: "a", value: "b" });
  await assert.rejects(image().publish({ address }), /answered 401/);
  assert.ok(!made.lines.join("\n").includes(password));
});

/** A way to the local AWS that breaks off in the middle of the blob of this number, counted from 1. */
async function breakingDoor(t: TestContext, port: number, at: number) {
  let blobs = 0;
  const puts: string[] = [];
  const server = createServer((incoming, response) => {
    const { method, url: path = "/", headers } = incoming;
    const isBlob = method === "PUT" && path.includes("/blobs/uploads/");
    if (method === "PUT") puts.push(isBlob ? "blob" : "manifest");
    const onward = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    if (isBlob && ++blobs === at) {
      incoming.once("data", () => {
        onward.destroy();
        incoming.destroy();
      });
      return;
    }
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, puts };
}

test("a push that breaks off in the middle makes no tag, and the next one sends only what is missing", async (t) => {
  const { aws, ecr } = await localAws(t, {});
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app" }));
  const { authorization = "" } = await registryLogin(ecr);
  const [username = "", password = ""] = Buffer.from(authorization.slice("Basic ".length), "base64")
    .toString()
    .split(":");
  const door = await breakingDoor(t, aws.port, 2);
  const address = `127.0.0.1:${door.port}/team/app:v1`;
  const secret = Secret.ofValue(made.session, "password", password).id();
  const authorized = image().withRegistryAuth({ address, username, secret });
  const registryService = Service.ofHost(made.session, `tcp://127.0.0.1:${door.port}`).id();
  const tags = async () => {
    const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName: "team/app" }));
    return imageDetails.flatMap(({ imageTags = [] }) => imageTags);
  };

  await assert.rejects(authorized.publish({ address, registryService }));
  assert.deepEqual(door.puts, ["blob", "blob"]);
  assert.deepEqual(await tags(), []);
  door.puts.length = 0;
  await authorized.publish({ address, registryService });
  assert.deepEqual(door.puts, ["blob", "manifest"]);
  assert.deepEqual(await tags(), ["v1"]);
});

test("an image's archive is one that the container runtime loads and runs", async () => {
  const path = await image().export({ path: "image.tar" });
  assert.equal(path, join(made.path, "image.tar"));
  const { docker } = await connectRuntime();
  await promisify(execFile)("tar", ["--list", "--file", path]);
  const loaded = await docker.loadImage(path);
  const printed = await new Promise<string>((resolve, reject) => {
    let text = "";
    loaded
      .on("data", (chunk) => (text += chunk))
      .on("end", () => resolve(text))
      .on("error", reject);
  });
  const id = /sha256:[0-9a-f]{64}/.exec(printed)?.[0] ?? "";
  const { Config } = await docker.getImage(id).inspect();
  assert.deepEqual(Config.Cmd, ["echo", "it runs"]);
  await docker.getImage(id).remove();
});
