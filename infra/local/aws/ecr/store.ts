import type { Clock } from "../clock.js";
import type { Json } from "../protocol/service.js";
import type { Document } from "../state.js";
import { storedMap } from "../stored-map.js";
import { repositoryNotFound } from "./errors.js";
import type { BlobStore } from "./registry/blobs.js";
import type { Uploads } from "./registry/uploads.js";

/** Stored repository. Times are milliseconds since the epoch. */
export interface Repository {
  name: string;
  region: string;
  createdAt: number;
  tagMutability: string;
  /** Wildcards of tags that are excluded from it. */
  exclusionFilters: { filterType: string; filter: string }[];
  scanOnPush: boolean;
  encryption: { [key: string]: Json };
  tags: { key: string; value: string }[];
  lifecyclePolicy?: { text: string; at: number };
  policy?: string;
  /** By digest. */
  images: Map<string, Image>;
  /** Sizes in bytes by digest, of content that was pushed or mounted in the repository. */
  layers: Map<string, number>;
}

export interface Image {
  digest: string;
  mediaType: string;
  /** Media type of the config. */
  artifactMediaType?: string;
  /** Size of layers and config in bytes, as ECR counts; of a manifest list, the size of its largest image. */
  size: number;
  /** Size of the manifest in bytes. */
  manifestSize: number;
  pushedAt: number;
  pulledAt?: number;
  /** True in the archival storage class: it can be described and not pulled. */
  isArchived?: true;
  /** Time of the last scan. */
  scannedAt?: number;
  tags: string[];
  /** Digests of config and layers. */
  layers: string[];
  /** Digests of a manifest list's images. */
  manifests: string[];
  /** Digest of the image that this one refers to, such as the signed one. */
  subject?: string;
}

export interface EcrDocument {
  /** By `repositoryKey`. */
  repositories: Map<string, Repository>;
  /** Scanning configuration of the registry, by region. */
  scanning: Map<string, RegistryScanning>;
  /** Secret that signs registry tokens. */
  tokenKey: string;
}

/** Input of PutRegistryScanningConfiguration. */
export interface RegistryScanning {
  scanType: string;
  rules: { scanFrequency: string; repositoryFilters: { filter: string; filterType: string }[] }[];
}

type StoredRepository = Omit<Repository, "images" | "layers"> & {
  images: Record<string, Image>;
  layers: Record<string, number>;
};

export interface StoredEcr extends Omit<EcrDocument, "repositories" | "scanning"> {
  repositories?: Record<string, StoredRepository>;
  scanning?: Record<string, RegistryScanning>;
}

/** Converts the content of the file to the document. */
export function restoreEcr({ repositories, scanning, ...rest }: StoredEcr): EcrDocument {
  return {
    ...rest,
    scanning: storedMap(scanning),
    repositories: storedMap(repositories, (stored) => ({
      ...stored,
      images: storedMap(stored.images),
      layers: storedMap(stored.layers),
    })),
  };
}

/** State that ECR's API and the registry share. */
export interface EcrStore {
  document: Document<EcrDocument>;
  blobs: BlobStore;
  uploads: Uploads;
  clock: Clock;
  accountId: string;
}

/** Returns the key of a repository. The same name in another region is another repository. */
export function repositoryKey(region: string, name: string): string {
  return `${region}/${name}`;
}

/** Returns the repository. @throws AwsError when it does not exist, or when the registry is another account's. */
export function findRepository(store: EcrStore, region: string, name: string, registryId?: string): Repository {
  const found = store.document.value.repositories.get(repositoryKey(region, name));
  if (!found || (registryId ?? store.accountId) !== store.accountId) {
    throw repositoryNotFound(name, registryId ?? store.accountId);
  }
  return found;
}

/** Returns the repositories of a region, sorted by name. */
export function repositoriesOf(store: EcrStore, region: string): Repository[] {
  return [...store.document.value.repositories.values()]
    .filter((each) => each.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns the image with this digest or tag; with both, both must match. */
export function findImage(repository: Repository, id: { digest?: string; tag?: string }): Image | undefined {
  const found =
    id.digest === undefined
      ? [...repository.images.values()].find((image) => image.tags.includes(id.tag ?? ""))
      : repository.images.get(id.digest);
  return found && (id.tag === undefined || found.tags.includes(id.tag)) ? found : undefined;
}
