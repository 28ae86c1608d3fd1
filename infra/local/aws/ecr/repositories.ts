import { partitionOf } from "../partition.js";
import { flag, number, record, required, text, texts } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import { AwsError, type Caller, type JsonObject, type Operation } from "../protocol/service.js";
import { deleteRepository } from "./delete-image.js";
import { readEncryption } from "./encryption.js";
import { invalidParameter } from "./errors.js";
import { readMutability } from "./mutability.js";
import { checkRepositoryName } from "./names.js";
import { type EcrStore, findRepository, type Repository, repositoriesOf, repositoryKey } from "./store.js";
import { readTags } from "./tags.js";

/** Operations on repositories. */
export function repositoryOperations(store: EcrStore): Record<string, Operation> {
  const find = (input: JsonObject, caller: Caller) =>
    findRepository(store, caller.region, required(input, "repositoryName"), text(input, "registryId"));

  return {
    CreateRepository(input, caller) {
      const name = required(input, "repositoryName");
      checkRepositoryName(name);
      const key = repositoryKey(caller.region, name);
      if (store.document.value.repositories.has(key)) {
        throw new AwsError(
          "RepositoryAlreadyExistsException",
          `The repository with name '${name}' already exists in the registry with id '${caller.accountId}'`,
        );
      }
      const repository: Repository = {
        name,
        region: caller.region,
        createdAt: store.clock.now(),
        ...readMutability(input),
        scanOnPush: flag(record(input, "imageScanningConfiguration") ?? {}, "scanOnPush") ?? false,
        encryption: readEncryption(input, caller),
        tags: readTags(input, "tags"),
        images: new Map(),
        layers: new Map(),
      };
      store.document.value.repositories.set(key, repository);
      store.document.save();
      return { repository: describeRepository(repository, caller) };
    },

    DescribeRepositories(input, caller) {
      const names = texts(input, "repositoryNames");
      const found = names
        ? names.map((name) => findRepository(store, caller.region, name, text(input, "registryId")))
        : repositoriesOf(store, caller.region);
      const { items, nextToken } = page(found, pageSize(input), text(input, "nextToken"), badToken);
      return { repositories: items.map((each) => describeRepository(each, caller)), ...(nextToken && { nextToken }) };
    },

    async DeleteRepository(input, caller) {
      const repository = find(input, caller);
      if (repository.images.size > 0 && !flag(input, "force")) {
        throw new AwsError(
          "RepositoryNotEmptyException",
          `The repository with name '${repository.name}' in registry with id '${caller.accountId}' cannot be deleted because it still contains images`,
        );
      }
      await deleteRepository(store, repositoryKey(caller.region, repository.name), repository);
      return { repository: describeRepository(repository, caller) };
    },

    PutImageTagMutability(input, caller) {
      const repository = find(input, caller);
      Object.assign(repository, readMutability(input));
      store.document.save();
      const { imageTagMutability, ...rest } = describeRepository(repository, caller);
      const filters = rest.imageTagMutabilityExclusionFilters;
      return {
        ...owner(repository, caller),
        imageTagMutability: imageTagMutability ?? null,
        ...(filters && { imageTagMutabilityExclusionFilters: filters }),
      };
    },

    PutImageScanningConfiguration(input, caller) {
      const repository = find(input, caller);
      repository.scanOnPush = flag(record(input, "imageScanningConfiguration") ?? {}, "scanOnPush") ?? false;
      store.document.save();
      return { ...owner(repository, caller), imageScanningConfiguration: { scanOnPush: repository.scanOnPush } };
    },
  };
}

/** Returns the common members of responses about a repository. */
export function owner(repository: Repository, caller: Caller): JsonObject {
  return { registryId: caller.accountId, repositoryName: repository.name };
}

/** Reads the page size: 1 to 1000, 100 by default. */
export function pageSize(input: JsonObject): number {
  const size = number(input, "maxResults") ?? 100;
  if (size < 1) throw invalidParameter("maxResults", "must have value greater than or equal to 1");
  if (size > 1000) throw invalidParameter("maxResults", "must have value less than or equal to 1000");
  return size;
}

export function badToken(): AwsError {
  return invalidParameter("nextToken", "must be a token that an earlier call has answered");
}

function describeRepository(repository: Repository, caller: Caller): JsonObject {
  return {
    repositoryArn: `arn:${partitionOf(repository.region)}:ecr:${repository.region}:${caller.accountId}:repository/${repository.name}`,
    ...owner(repository, caller),
    repositoryUri: `${caller.authority}/${repository.name}`,
    createdAt: repository.createdAt / 1000,
    imageTagMutability: repository.tagMutability,
    ...(repository.exclusionFilters.length > 0 && {
      imageTagMutabilityExclusionFilters: repository.exclusionFilters,
    }),
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: repository.encryption,
  };
}
