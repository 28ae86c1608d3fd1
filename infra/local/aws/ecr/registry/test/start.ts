import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { CreateRepositoryCommand, type CreateRepositoryCommandInput } from "@aws-sdk/client-ecr";
import type { LocalAwsOptions } from "../../../local-aws-options.js";
import { localAws, type RawResponse, registryLogin } from "../../../test/local-aws.js";

/** A local AWS with the repository `team/app`, logged in to. */
export async function registry(
  t: TestContext,
  repository: Partial<CreateRepositoryCommandInput> = {},
  options: Partial<LocalAwsOptions> = {},
) {
  const started = await localAws(t, options);
  await started.ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app", ...repository }));
  return { ...started, base: `${started.aws.url}/v2/team/app`, login: await registryLogin(started.ecr) };
}

/** Holds an answer against the distribution API's error shape. */
export function assertError(response: RawResponse, status: number, code: string, message?: RegExp): void {
  assert.equal(response.status, status, response.body.toString());
  assert.equal(response.headers["content-type"], "application/json; charset=utf-8");
  const [error] = response.json().errors as { code: string; message: string }[];
  assert.equal(error?.code, code);
  if (message) assert.match(error?.message ?? "", message);
}
