import assert from "node:assert/strict";
import { test } from "node:test";
import { draftTarget } from "../../lib/init/draft-target.js";

const wanted = { region: "us-west-2", cluster: "main", service: "My_API", account: "123456789012" };
const registry = "123456789012.dkr.ecr.us-west-2.amazonaws.com";

/** Drafts a target for containers given by name and image; those in `ports` have a port mapping. */
function draft(images: Record<string, string>, balanced?: string, ports: string[] = []) {
  const containerDefinitions = Object.entries(images).map(([name, image]) => ({
    name,
    image,
    ...(ports.includes(name) && { portMappings: [{ containerPort: 80 }] }),
  }));
  const loadBalancers = balanced === undefined ? [] : [{ containerName: balanced }];
  return draftTarget(wanted, { loadBalancers }, { taskDefinitionArn: "arn", family: "api", containerDefinitions });
}

test("keys that the live service provides are left out of the file", () => {
  const { file, target, choices } = draft({ web: `${registry}/api:v1`, worker: `${registry}/api:v1`, proxy: "nginx" });
  assert.deepEqual([file, choices], [wanted, []]);
  assert.deepEqual([target.containers, target.repository], [["web", "worker"], "api"]);
});

test("of several own images, that behind the load balancer is chosen, with all containers that run it", () => {
  const images = { job: `${registry}/job:v1`, web: `${registry}/api:v1`, worker: `${registry}/api:v1` };
  const { file, choices } = draft(images, "web");
  assert.deepEqual(file.containers, ["web", "worker"]);
  assert.match(choices.join(), /^"containers" is \["web","worker"\] \(behind the load balancer\); job runs .*job:v1\./);
});

test("without a load balancer, the first with a port is chosen", () => {
  const images = { job: `${registry}/job:v1`, web: `${registry}/api:v1` };
  assert.deepEqual(draft(images, undefined, ["web"]).file.containers, ["web"]);
  assert.deepEqual(draft(images).file.containers, ["job"]);
});

test("where no image is in a private repository, the draft names one to create", () => {
  for (const images of [{ web: "nginx:1" }, { web: "nginx:1", agent: "datadog/agent:7" }] as Record<string, string>[]) {
    const { file, missingRepository, target } = draft(images, "web");
    assert.deepEqual([file.repository, missingRepository, target.container], ["my-api", "my-api", "web"]);
  }
});
