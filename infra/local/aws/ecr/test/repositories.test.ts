import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  paginateDescribeRepositories,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ecr";
import { clientsOf, localAws } from "../../test/local-aws.js";
import { imageIn, pushManifest } from "../registry/test/layers.js";
import { registry } from "../registry/test/start.js";

function create(ecr: ECRClient, repositoryName: string) {
  return ecr.send(new CreateRepositoryCommand({ repositoryName }));
}

test("a new repository has an ARN, and an address on this server's port", async (t) => {
  const started = Date.now();
  const { aws, ecr } = await localAws(t);
  const { repository } = await create(ecr, "team/app");
  assert.equal(repository?.repositoryArn, "arn:aws:ecr:us-west-2:123456789012:repository/team/app");
  assert.equal(repository?.repositoryUri, `127.0.0.1:${aws.port}/team/app`);
  assert.equal(repository?.registryId, "123456789012");
  assert.equal(repository?.imageTagMutability, "MUTABLE");
  const createdAt = repository?.createdAt?.getTime() ?? 0;
  assert.ok(createdAt >= started && createdAt <= Date.now(), String(createdAt));
});

test("a repository that exists, has a bad name or is missing gets ECR's error", async (t) => {
  const { ecr } = await localAws(t);
  await create(ecr, "constructor");
  await assert.rejects(create(ecr, "constructor"), {
    name: "RepositoryAlreadyExistsException",
    message: "The repository with name 'constructor' already exists in the registry with id '123456789012'",
  });
  for (const name of ["Upper", "../up", "a//b", "-a", "a", "x".repeat(257)]) {
    await assert.rejects(create(ecr, name), { name: "InvalidParameterException" }, name);
  }
  await assert.rejects(ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ["tostring"] })), {
    name: "RepositoryNotFoundException",
    message: "The repository with name 'tostring' does not exist in the registry with id '123456789012'",
  });
});

test("the registry of another account and the same name in another region are not this one", async (t) => {
  const { aws, ecr } = await localAws(t);
  await create(ecr, "app");
  const repositoryNames = ["app"];
  await assert.rejects(ecr.send(new DescribeRepositoriesCommand({ repositoryNames, registryId: "999999999999" })), {
    message: "The repository with name 'app' does not exist in the registry with id '999999999999'",
  });
  const elsewhere = clientsOf(aws, undefined, "eu-west-1").ecr;
  assert.deepEqual((await elsewhere.send(new DescribeRepositoriesCommand({}))).repositories, []);
});

test("repositories are listed by name, in pages", async (t) => {
  const { ecr } = await localAws(t);
  for (const name of ["cc", "aa", "bb"]) await create(ecr, name);
  const names: (string | undefined)[][] = [];
  for await (const page of paginateDescribeRepositories({ client: ecr, pageSize: 2 }, {})) {
    names.push((page.repositories ?? []).map((each) => each.repositoryName));
  }
  assert.deepEqual(names, [["aa", "bb"], ["cc"]]);
  const forged = new DescribeRepositoriesCommand({ nextToken: "forged" });
  await assert.rejects(ecr.send(forged), { name: "InvalidParameterException" });
});

test("a repository with images is deleted only by force", async (t) => {
  const { ecr, base, login } = await registry(t);
  await pushManifest(base, login, "v1", (await imageIn(base, login)).manifest);
  const repositoryName = "team/app";
  await assert.rejects(ecr.send(new DeleteRepositoryCommand({ repositoryName })), {
    name: "RepositoryNotEmptyException",
  });
  await ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
  await assert.rejects(ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true })), {
    name: "RepositoryNotFoundException",
  });
});

test("tags, mutability and policies are kept and given back", async (t) => {
  const { ecr } = await localAws(t);
  const repositoryName = "app";
  const resourceArn = (await create(ecr, repositoryName)).repository?.repositoryArn;
  await ecr.send(
    new TagResourceCommand({
      resourceArn,
      tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    }),
  );
  await ecr.send(new TagResourceCommand({ resourceArn, tags: [{ Key: "a", Value: "3" }] }));
  await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ["b"] }));
  const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn }));
  assert.deepEqual(tags, [{ Key: "a", Value: "3" }]);

  await assert.rejects(ecr.send(new GetLifecyclePolicyCommand({ repositoryName })), {
    name: "LifecyclePolicyNotFoundException",
  });
  const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 10 };
  const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: "expire" } }] });
  await ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
  const lifecycle = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
  assert.equal(lifecycle.lifecyclePolicyText, lifecyclePolicyText);

  await assert.rejects(ecr.send(new GetRepositoryPolicyCommand({ repositoryName })), {
    name: "RepositoryPolicyNotFoundException",
  });
  const policyText = JSON.stringify({ Statement: { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" } });
  await ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
  assert.equal((await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).policyText, policyText);
});

test("an exclusion filter makes single tags movable", async (t) => {
  const { ecr, base, login } = await registry(t);
  const filters = [{ filterType: "WILDCARD" as const, filter: "dev-*" }];
  const changed = await ecr.send(
    new PutImageTagMutabilityCommand({
      repositoryName: "team/app",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: filters,
    }),
  );
  assert.deepEqual(changed.imageTagMutabilityExclusionFilters, filters);
  const images = [await imageIn(base, login), await imageIn(base, login)];
  const push = async (tag: string) => {
    const answers = [];
    for (const { manifest } of images) answers.push((await pushManifest(base, login, tag, manifest)).status);
    return answers;
  };
  assert.deepEqual(await push("dev-1"), [201, 201]);
  assert.deepEqual(await push("v1"), [201, 400]);
});
