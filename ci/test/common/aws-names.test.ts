import assert from "node:assert/strict";
import { test } from "node:test";
import { createAws } from "../../lib/aws/clients.js";
import { partitionOf, regionPattern, registryHost, shortArns } from "../../lib/common/aws-names.js";

const regions: [region: string, partition: string, registry: string][] = [
  ["us-west-2", "aws", "dkr.ecr.us-west-2.amazonaws.com"],
  ["ap-southeast-7", "aws", "dkr.ecr.ap-southeast-7.amazonaws.com"],
  ["us-gov-west-1", "aws-us-gov", "dkr.ecr.us-gov-west-1.amazonaws.com"],
  ["cn-north-1", "aws-cn", "dkr.ecr.cn-north-1.amazonaws.com.cn"],
  ["eusc-de-east-1", "aws-eusc", "dkr.ecr.eusc-de-east-1.amazonaws.eu"],
  ["us-iso-east-1", "aws-iso", "dkr.ecr.us-iso-east-1.c2s.ic.gov"],
  ["us-isob-east-1", "aws-iso-b", "dkr.ecr.us-isob-east-1.sc2s.sgov.gov"],
  ["eu-isoe-west-1", "aws-iso-e", "dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk"],
  ["us-isof-south-1", "aws-iso-f", "dkr.ecr.us-isof-south-1.csp.hci.ic.gov"],
];
for (const [region, partition, registry] of regions) {
  test(`${region} is in the partition ${partition}, and its endpoints and registries end alike`, async () => {
    assert.match(region, regionPattern);
    assert.equal(partitionOf(region).id, partition);
    assert.equal(registryHost("123456789012", region), `123456789012.${registry}`);
    const { ecs } = createAws({ region, credentials: { accessKeyId: "A", secretAccessKey: "B" } });
    const { hostname } = ecs.config.endpointProvider({ Region: await ecs.config.region() }).url;
    assert.equal(hostname, `ecs.${region}.${partitionOf(region).dnsSuffix}`);
  });
}

for (const text of ["us-west-2a", "US-WEST-2", "us-west", "us_west_2", "west-2", "us-west-2 ", "aws-global", ""]) {
  test(`${JSON.stringify(text)} is no region`, () => assert.doesNotMatch(text, regionPattern));
}

test("ARNs of tasks, revisions, deployments and target groups are shortened for people; those for policies stay whole", () => {
  const ecs = "arn:aws:ecs:us-west-2:123456789012";
  const elb = "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012";
  const role = "arn:aws:iam::123456789012:role/execution";
  assert.equal(
    shortArns(
      `(target-group ${elb}:targetgroup/web-green/0123456789abcdef) ${ecs}:task-definition/web:3. ${ecs}:task/main/0a1b, ${role}`,
    ),
    `(target-group web-green) web:3. 0a1b, ${role}`,
  );
  const rule = `${elb}:listener-rule/app/main/0a/0b/1a`;
  assert.equal(shortArns(rule), rule);
});
