import assert from "node:assert/strict";
import { test } from "node:test";
import { lazyClients } from "../../lib/aws/clients.js";
import { Fault, fakeAws } from "../support/fake-aws.js";

const settings = {
  region: "us-west-2",
  credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "example" },
  maxAttempts: 1,
};
/** The members of a client's configuration that these tests read. */
interface Configured {
  config: { region(): Promise<string>; endpointProvider(parameters: { Region: string }): { url: URL } };
}
async function hostOf(client: Promise<unknown>): Promise<string> {
  const { config } = (await client) as Configured;
  return config.endpointProvider({ Region: await config.region() }).url.host;
}

test("IAM has its one endpoint, the load balancer that of the service's region, secrets those of their own regions", async () => {
  const { iam, elb, secretsManager, ssm } = lazyClients(settings);
  assert.deepEqual(await Promise.all([iam(), elb(), secretsManager("eu-west-1"), ssm("eu-north-1")].map(hostOf)), [
    "iam.amazonaws.com",
    "elasticloadbalancing.us-west-2.amazonaws.com",
    "secretsmanager.eu-west-1.amazonaws.com",
    "ssm.eu-north-1.amazonaws.com",
  ]);
});

test("with a local AWS all of them use its endpoint, in every region", async (t) => {
  const fake = await fakeAws({ DescribeSecret: () => new Fault("AccessDeniedException", "seen") });
  t.after(() => fake.close());
  const { DescribeSecretCommand } = await import("@aws-sdk/client-secrets-manager");
  const { DescribeParametersCommand } = await import("@aws-sdk/client-ssm");
  const client = await fake.aws.lazy.secretsManager("eu-west-1");
  await assert.rejects(client.send(new DescribeSecretCommand({ SecretId: "x" })), {
    name: "AccessDeniedError",
    action: "secretsmanager:DescribeSecret",
  });
  const ssm = await fake.aws.lazy.ssm("eu-north-1");
  await assert.rejects(ssm.send(new DescribeParametersCommand({})), { name: "UnknownOperationException" });
  assert.deepEqual(
    fake.calls.map(({ operation }) => operation),
    ["DescribeSecret", "DescribeParameters"],
  );
});
