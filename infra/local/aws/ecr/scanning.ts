import type { JsonObject } from "../protocol/service.js";
import type { EcrStore, Image, RegistryScanning, Repository } from "./store.js";
import { matchesWildcard } from "./wildcard.js";

/** Scanning configuration of a repository: from the registry's rules, or else its own setting. */
export interface RepositoryScanning {
  scanOnPush: boolean;
  scanFrequency: string;
  appliedScanFilters: { filter: string; filterType: string }[];
}

/** Returns a registry's configuration. Default: basic scanning without rules, as for a new account. */
export function registryScanning(store: EcrStore, region: string): RegistryScanning {
  return store.document.value.scanning.get(region) ?? { scanType: "BASIC", rules: [] };
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html#image-scanning-filters */
export function scanningOf(store: EcrStore, repository: Repository): RepositoryScanning {
  const { scanType, rules } = registryScanning(store, repository.region);
  for (const { scanFrequency, repositoryFilters } of rules) {
    const applied = repositoryFilters.filter(({ filter }) => fits(filter, repository.name));
    if (applied.length === 0) continue;
    return { scanOnPush: scanFrequency !== "MANUAL", scanFrequency, appliedScanFilters: applied };
  }
  // Enhanced scanning replaces the repositories' own settings.
  const scanOnPush = scanType === "BASIC" && repository.scanOnPush;
  return { scanOnPush, scanFrequency: scanOnPush ? "SCAN_ON_PUSH" : "MANUAL", appliedScanFilters: [] };
}

/** Matches a filter. One without an asterisk matches every name that contains it. */
function fits(filter: string, name: string): boolean {
  return filter.includes("*") ? matchesWildcard(filter, name) : name.includes(filter);
}

/**
 * Returns the result of a scan; an empty object for an image that was never scanned. Nothing is scanned: a scan completes at once, without
 * findings.
 */
export function scanSummary({ scannedAt }: Image): JsonObject {
  if (scannedAt === undefined) return {};
  const at = scannedAt / 1000;
  return {
    imageScanStatus: COMPLETE,
    imageScanFindingsSummary: { imageScanCompletedAt: at, vulnerabilitySourceUpdatedAt: at, findingSeverityCounts: {} },
  };
}

export const COMPLETE: JsonObject = { status: "COMPLETE", description: "The scan was completed successfully." };
