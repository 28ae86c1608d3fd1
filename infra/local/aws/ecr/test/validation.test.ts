import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  type CreateRepositoryCommandInput,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  ListImagesCommand,
  PutImageTagMutabilityCommand,
} from "@aws-sdk/client-ecr";
import { localAws } from "../../test/local-aws.js";
import { digestOf, imageIn, pushManifest } from "../registry/test/layers.js";
import { registry } from "../registry/test/start.js";

const repositoryName = "team/app";
const foreign = "109876543210";

for (const Batch of [BatchGetImageCommand, BatchDeleteImageCommand]) {
  test(`${Batch.name}: what is wrong with an id is a failure beside the others`, async (t) => {
    const { ecr, base, login } = await registry(t);
    const { manifest } = await imageIn(base, login);
    await pushManifest(base, login, "v1", manifest);
    const imageIds = [
      {},
      { imageDigest: "bad" },
      { imageDigest: "__proto__" },
      { imageTag: "-bad" },
      { imageTag: "v2" },
      { imageDigest: digestOf("other"), imageTag: "v1" },
      { imageTag: "v1" },
    ];
    const answer = await ecr.send(new Batch({ repositoryName, imageIds }) as BatchGetImageCommand);
    const { failures = [], images } = answer;
    assert.deepEqual(
      failures.map(({ failureCode }) => failureCode),
      [
        "MissingDigestAndTag",
        "InvalidImageDigest",
        "InvalidImageDigest",
        "InvalidImageTag",
        "ImageNotFound",
        "ImageNotFound",
      ],
    );
    assert.deepEqual(failures[0], {
      imageId: {},
      failureCode: "MissingDigestAndTag",
      failureReason: "Invalid request parameters: both tag and digest cannot be null",
    });
    assert.deepEqual(failures[1], {
      imageId: { imageDigest: "bad" },
      failureCode: "InvalidImageDigest",
      failureReason:
        "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
    });
    const done = images ?? (answer as { imageIds?: unknown[] }).imageIds;
    assert.equal(done?.length, 1);
    await assert.rejects(ecr.send(new Batch({ repositoryName, imageIds: [] }) as BatchGetImageCommand), {
      name: "InvalidParameterException",
      message:
        "Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length greater than or equal to 1'",
    });
  });
}

test("the registry of another account has nothing here and allows nothing", async (t) => {
  const { ecr } = await registry(t);
  const denied = (action: string, resource: string) => ({
    name: "AccessDeniedException",
    message: `User: arn:aws:iam::123456789012:user/local is not authorized to perform: ecr:${action} on resource: arn:aws:ecr:us-west-2:${foreign}:repository/${resource} because no resource-based policy allows the ecr:${action} action`,
  });
  const registryId = foreign;
  await assert.rejects(ecr.send(new DescribeRepositoriesCommand({ registryId })), denied("DescribeRepositories", "*"));
  for (const name of ["new", repositoryName]) {
    const create = new CreateRepositoryCommand({ registryId, repositoryName: name });
    await assert.rejects(ecr.send(create), denied("CreateRepository", name));
  }
  const missing = {
    name: "RepositoryNotFoundException",
    message: `The repository with name 'team/app' does not exist in the registry with id '${foreign}'`,
  };
  await assert.rejects(
    ecr.send(new DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] })),
    missing,
  );
  await assert.rejects(ecr.send(new ListImagesCommand({ registryId, repositoryName })), missing);
  await assert.rejects(ecr.send(new DescribeImagesCommand({ registryId, repositoryName })), missing);
  await assert.rejects(ecr.send(new DescribeRepositoriesCommand({ registryId: "12" })), {
    name: "InvalidParameterException",
    message:
      "Invalid parameter at 'registryId' failed to satisfy constraint: 'must satisfy regular expression '[0-9]{12}''",
  });
  const own = await ecr.send(new DescribeRepositoriesCommand({ registryId: "123456789012" }));
  assert.equal(own.repositories?.length, 1);
  const { authorizationData } = await ecr.send(
    new GetAuthorizationTokenCommand({ registryIds: ["123456789012", foreign] }),
  );
  assert.match(authorizationData?.[0]?.proxyEndpoint ?? "", /^http:\/\/127\.0\.0\.1:/);
  assert.equal(authorizationData?.[1]?.proxyEndpoint, `https://${foreign}.dkr.ecr.us-west-2.amazonaws.com`);
});

test("exclusion filters are 1 to 5 wildcards of a tag's characters", async (t) => {
  const { ecr } = await registry(t);
  const good = { filterType: "WILDCARD", filter: "dev-*" };
  const wrong = [
    [{ filterType: "NOPE", filter: "a*" }],
    [{ filterType: "__proto__", filter: "a*" }],
    [{ ...good, filter: "a b" }],
    [{ ...good, filter: "" }],
    [{ ...good, filter: "x".repeat(129) }],
    Array(6).fill(good),
    [],
  ];
  for (const filters of wrong) {
    const settings = {
      imageTagMutability: "MUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: filters,
    } as Pick<CreateRepositoryCommandInput, "imageTagMutability" | "imageTagMutabilityExclusionFilters">;
    const refused = { name: "InvalidParameterException" };
    const create = new CreateRepositoryCommand({ repositoryName: "new", ...settings });
    await assert.rejects(ecr.send(create), refused, JSON.stringify(filters));
    const put = new PutImageTagMutabilityCommand({
      repositoryName,
      ...settings,
      imageTagMutability: "MUTABLE_WITH_EXCLUSION",
    });
    await assert.rejects(ecr.send(put), refused, JSON.stringify(filters));
  }
});

test("a repository that is encrypted with KMS shows its key by ARN, the managed one unless another is named", async (t) => {
  const { ecr } = await localAws(t);
  let made = 0;
  const encryption = async (configuration: { encryptionType: string; kmsKey?: string }) => {
    const encryptionConfiguration = configuration as NonNullable<
      CreateRepositoryCommandInput["encryptionConfiguration"]
    >;
    const command = new CreateRepositoryCommand({ repositoryName: `app-${made++}`, encryptionConfiguration });
    return (await ecr.send(command)).repository?.encryptionConfiguration;
  };
  const managed = await encryption({ encryptionType: "KMS" });
  assert.match(
    managed?.kmsKey ?? "",
    /^arn:aws:kms:us-west-2:123456789012:key\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  );
  assert.deepEqual(await encryption({ encryptionType: "KMS", kmsKey: "alias/aws/ecr" }), managed);
  const id = "11111111-2222-3333-4444-555555555555";
  const arn = `arn:aws:kms:us-west-2:123456789012:key/${id}`;
  for (const kmsKey of [id, arn]) {
    assert.deepEqual(await encryption({ encryptionType: "KMS_DSSE", kmsKey }), {
      encryptionType: "KMS_DSSE",
      kmsKey: arn,
    });
  }
  assert.deepEqual(await encryption({ encryptionType: "AES256" }), { encryptionType: "AES256" });
  for (const wrong of [{ encryptionType: "NOPE" }, { encryptionType: "AES256", kmsKey: id }]) {
    await assert.rejects(encryption(wrong), { name: "InvalidParameterException" });
  }
});

test("images are filtered by a tag status that there is", async (t) => {
  const { ecr } = await registry(t);
  for (const tagStatus of ["NOPE", "constructor"]) {
    const filter = { tagStatus: tagStatus as "ANY" };
    const refused = { name: "InvalidParameterException" };
    await assert.rejects(ecr.send(new ListImagesCommand({ repositoryName, filter })), refused);
    await assert.rejects(ecr.send(new DescribeImagesCommand({ repositoryName, filter })), refused);
  }
});

test("a page has 1 to 1000 results", async (t) => {
  const { ecr } = await localAws(t);
  for (const maxResults of [0, -1, 1001]) {
    const list = ecr.send(new DescribeRepositoriesCommand({ maxResults }));
    await assert.rejects(list, { name: "InvalidParameterException" });
  }
});
