import { required, text } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Operation } from "../protocol/service.js";
import { checkLifecyclePolicy } from "./lifecycle-policy.js";
import { owner } from "./repositories.js";
import { checkRepositoryPolicy } from "./repository-policy.js";
import { type EcrStore, findRepository, type Repository } from "./store.js";

/** Operations on lifecycle and repository policies. Policies are stored and returned, not enforced. */
export function policyOperations(store: EcrStore): Record<string, Operation> {
  const find = (input: JsonObject, caller: Caller) =>
    findRepository(store, caller.region, required(input, "repositoryName"), text(input, "registryId"));

  return {
    PutLifecyclePolicy(input, caller) {
      const repository = find(input, caller);
      const policy = required(input, "lifecyclePolicyText");
      checkLifecyclePolicy(policy);
      repository.lifecyclePolicy = { text: policy, at: store.clock.now() };
      store.document.save();
      return { ...owner(repository, caller), lifecyclePolicyText: policy };
    },
    GetLifecyclePolicy: (input, caller) => lifecycle(find(input, caller), caller),
    DeleteLifecyclePolicy(input, caller) {
      const repository = find(input, caller);
      const answer = lifecycle(repository, caller);
      delete repository.lifecyclePolicy;
      store.document.save();
      return answer;
    },

    SetRepositoryPolicy(input, caller) {
      const repository = find(input, caller);
      const policy = required(input, "policyText");
      checkRepositoryPolicy(policy);
      repository.policy = policy;
      store.document.save();
      return access(repository, caller);
    },
    GetRepositoryPolicy: (input, caller) => access(find(input, caller), caller),
    DeleteRepositoryPolicy(input, caller) {
      const repository = find(input, caller);
      const answer = access(repository, caller);
      delete repository.policy;
      store.document.save();
      return answer;
    },
  };
}

function lifecycle(repository: Repository, caller: Caller): JsonObject {
  const policy = repository.lifecyclePolicy;
  if (!policy) throw noPolicy("Lifecycle", repository, caller);
  return { ...owner(repository, caller), lifecyclePolicyText: policy.text, lastEvaluatedAt: policy.at / 1000 };
}

function access(repository: Repository, caller: Caller): JsonObject {
  if (repository.policy === undefined) throw noPolicy("Repository", repository, caller);
  return { ...owner(repository, caller), policyText: repository.policy };
}

function noPolicy(kind: "Lifecycle" | "Repository", repository: Repository, caller: Caller): AwsError {
  return new AwsError(
    `${kind}PolicyNotFoundException`,
    `${kind} policy does not exist for the repository with name '${repository.name}' in the registry with id '${caller.accountId}'`,
  );
}
