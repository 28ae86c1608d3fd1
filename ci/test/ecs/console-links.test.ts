import assert from "node:assert/strict";
import { test } from "node:test";
import { consoleLinks, logStreamLink } from "../../lib/ecs/console-links.js";

const where = { region: "eu-central-1", cluster: "main", service: "api" };

test("the console's pages name region, cluster and service", () => {
  assert.deepEqual(consoleLinks(where, undefined), {
    service: "https://eu-central-1.console.aws.amazon.com/ecs/v2/clusters/main/services/api/health?region=eu-central-1",
    deployments:
      "https://eu-central-1.console.aws.amazon.com/ecs/v2/clusters/main/services/api/deployments?region=eu-central-1",
  });
});

test("a partition has its own console, or none", () => {
  const serviceIn = (region: string) => consoleLinks({ ...where, region }, undefined)?.service.split("/")[2];
  assert.equal(serviceIn("cn-north-1"), "cn-north-1.console.amazonaws.cn");
  assert.equal(serviceIn("us-gov-west-1"), "us-gov-west-1.console.amazonaws-us-gov.com");
  assert.equal(serviceIn("us-iso-east-1"), undefined);
});

test("a local AWS has no console", () => {
  assert.equal(consoleLinks(where, "http://127.0.0.1:4566"), undefined);
  assert.equal(logStreamLink({ group: "/app", stream: "s" }, where.region, "http://127.0.0.1:4566"), undefined);
});

test("names in the link of a log stream are encoded twice, with $ in place of %", () => {
  const link = logStreamLink({ group: "/ecs/api", stream: "web/app/0123" }, "us-west-2", undefined);
  assert.equal(
    link,
    "https://us-west-2.console.aws.amazon.com/cloudwatch/home?region=us-west-2#logsV2:log-groups/log-group/$252Fecs$252Fapi/log-events/web$252Fapp$252F0123",
  );
});
