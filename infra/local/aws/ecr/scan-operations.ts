import { partitionOf } from "../partition.js";
import { record, records, required, text, texts } from "../protocol/input.js";
import { AwsError, type Caller, type Json, type JsonObject, type Operation } from "../protocol/service.js";
import { imageNotFound, invalidParameter, scanLimitExceeded, scanNotFound } from "./errors.js";
import { imageId, shownId } from "./image-ids.js";
import { owner, pageSize } from "./repositories.js";
import { COMPLETE, registryScanning, scanningOf, scanSummary } from "./scanning.js";
import { type EcrStore, findImage, findRepository, type RegistryScanning, repositoryKey } from "./store.js";

/** Minimum time between two scans of one image, in milliseconds: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic.html */
const BETWEEN_SCANS = 24 * 3600_000;
const MOST_NAMES = 25;
const MOST_RULES = 2;
const MOST_FILTERS = 100;
const FREQUENCIES = new Map([
  ["BASIC", ["SCAN_ON_PUSH", "MANUAL"]],
  ["ENHANCED", ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"]],
]);

/** Operations on image scans, their configuration and the registry. */
export function scanOperations(store: EcrStore): Record<string, Operation> {
  const find = (input: JsonObject, caller: Caller) => {
    const repository = findRepository(store, caller.region, required(input, "repositoryName"));
    const id = imageId(record(input, "imageId") ?? {});
    const image = findImage(repository, id);
    if (!image) throw imageNotFound(id, repository, caller.accountId);
    return { repository, image, id, shown: { ...owner(repository, caller), imageId: shownId(image, id.tag) } };
  };

  return {
    DescribeRegistry: (_input, caller) => ({
      registryId: caller.accountId,
      replicationConfiguration: { rules: [] },
    }),

    StartImageScan(input, caller) {
      const { image, shown } = find(input, caller);
      if (registryScanning(store, caller.region).scanType === "ENHANCED") {
        throw new AwsError("ValidationException", "This feature is not available with enhanced scanning.");
      }
      const now = store.clock.now();
      if (now - (image.scannedAt ?? Number.NEGATIVE_INFINITY) < BETWEEN_SCANS) throw scanLimitExceeded();
      image.scannedAt = now;
      store.document.save();
      return { ...shown, imageScanStatus: { status: "IN_PROGRESS" } };
    },

    DescribeImageScanFindings(input, caller) {
      const { repository, image, id, shown } = find(input, caller);
      pageSize(input);
      const { imageScanFindingsSummary } = scanSummary(image);
      if (!imageScanFindingsSummary) throw scanNotFound(id, repository, caller.accountId);
      const enhanced = registryScanning(store, caller.region).scanType === "ENHANCED";
      const findings = enhanced ? { enhancedFindings: [] } : { findings: [] };
      return {
        ...shown,
        imageScanStatus: COMPLETE,
        imageScanFindings: { ...(imageScanFindingsSummary as JsonObject), ...findings },
      };
    },

    GetRegistryScanningConfiguration: (_input, caller) => ({
      registryId: caller.accountId,
      scanningConfiguration: shownScanning(registryScanning(store, caller.region)),
    }),

    PutRegistryScanningConfiguration(input, caller) {
      const scanning = readScanning(input);
      store.document.value.scanning.set(caller.region, scanning);
      store.document.save();
      return { registryScanningConfiguration: shownScanning(scanning) };
    },

    BatchGetRepositoryScanningConfiguration(input, caller) {
      const names = texts(input, "repositoryNames") ?? [];
      if (names.length < 1 || names.length > MOST_NAMES) {
        throw invalidParameter("repositoryNames", `must have between 1 and ${MOST_NAMES} members`);
      }
      const scanningConfigurations: Json[] = [];
      const failures: Json[] = [];
      for (const name of names) {
        const repository = store.document.value.repositories.get(repositoryKey(caller.region, name));
        if (repository) {
          scanningConfigurations.push({
            repositoryArn: `arn:${partitionOf(caller.region)}:ecr:${caller.region}:${caller.accountId}:repository/${name}`,
            repositoryName: name,
            ...scanningOf(store, repository),
          });
        } else {
          const failureReason = `The repository with name '${name}' does not exist in the registry with id '${caller.accountId}'`;
          failures.push({ repositoryName: name, failureCode: "REPOSITORY_NOT_FOUND", failureReason });
        }
      }
      return { scanningConfigurations, failures };
    },
  };
}

const shownScanning = ({ scanType, rules }: RegistryScanning): JsonObject => ({ scanType, rules });

/** @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryScanningConfiguration.html */
function readScanning(input: JsonObject): RegistryScanning {
  const scanType = text(input, "scanType") ?? "BASIC";
  const frequencies = FREQUENCIES.get(scanType);
  if (!frequencies) {
    throw invalidParameter("scanType", `Member must satisfy enum value set: [${[...FREQUENCIES.keys()].join(", ")}]`);
  }
  const rules = (records(input, "rules") ?? []).map((rule) => {
    const scanFrequency = required(rule, "scanFrequency");
    if (!frequencies.includes(scanFrequency)) {
      throw invalidParameter("scanFrequency", `Member must satisfy enum value set: [${frequencies.join(", ")}]`);
    }
    return { scanFrequency, repositoryFilters: readFilters(rule) };
  });
  if (rules.length > MOST_RULES) {
    throw invalidParameter("rules", `Member must have length less than or equal to ${MOST_RULES}`);
  }
  return { scanType, rules };
}

function readFilters(rule: JsonObject): RegistryScanning["rules"][number]["repositoryFilters"] {
  const filters = (records(rule, "repositoryFilters") ?? []).map((each) => {
    const filter = required(each, "filter");
    const filterType = required(each, "filterType");
    if (filterType !== "WILDCARD") {
      throw invalidParameter("repositoryFilters", "Member must satisfy enum value set: [WILDCARD]");
    }
    if (!/^[a-z0-9*._/-]{1,256}$/.test(filter)) {
      throw invalidParameter("repositoryFilters", `the filter '${filter}' is not of a repository's name`);
    }
    return { filter, filterType };
  });
  if (filters.length > MOST_FILTERS) {
    throw invalidParameter("repositoryFilters", `Member must have length less than or equal to ${MOST_FILTERS}`);
  }
  return filters;
}
