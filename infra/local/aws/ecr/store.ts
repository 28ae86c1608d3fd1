import type { Clock } from "../clock.js";
import type { Json } from "../protocol/service.js";
import type { Document } from "../state.js";
import { storedMap } from "../stored-map.js";
import { repositoryNotFound } from "./errors.js";
import type { BlobStore } from "./registry/blobs.js";
import type { Uploads } from "./registry/uploads.js";

/** A repository as it is kept. Times are milliseconds since the epoch. */
export interface Repository {
  name: string;
  region: string;
  createdAt: number;
  tagMutability: string;
  /** Wildcards of tags that are excepted from it. */
  exclusionFilters: { filterType: string; filter: string }[];
  scanOnPush: boolean;
  encryption: { [key: string]: Json };
  tags: { key: string; value: string }[];
  lifecyclePolicy?: { text: string; at: number };
  policy?: string;
  /** By digest. */
  images: Map<string, Image>;
  /** Sizes in bytes by digest: content is in a repository only if it was pushed or mounted there. */
  layers: Map<string, number>;
}

export interface Image {
  digest: string;
  mediaType: string;
  /** The media type of what the image is of: its config's. */
  artifactMediaType?: string;
  /** Bytes of all its layers and its config, as ECR counts an image's size; of a list, its largest image's. */
  size: number;
  /** Bytes of the manifest itself. */
  manifestSize: number;
  pushedAt: number;
  pulledAt?: number;
  /** When it was scanned last. */
  scannedAt?: number;
  tags: string[];
  /** Digests of config and layers. */
  layers: string[];
  /** Digests of the images of a list. */
  manifests: string[];
  /** The image that this one is about, such as the one that it signs. */
  subject?: string;
}

export interface EcrDocument {
  /** By `repositoryKey`. */
  repositories: Map<string, Repository>;
  /** By region: how the whole registry is scanned. */
  scanning: Map<string, RegistryScanning>;
  /** Secret of the seal on registry tokens. */
  tokenKey: string;
}

/** As PutRegistryScanningConfiguration was sent it. */
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

/** Makes the document of what its file holds. */
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

/** What ECR's API and the registry behind it share. */
export interface EcrStore {
  document: Document<EcrDocument>;
  blobs: BlobStore;
  uploads: Uploads;
  clock: Clock;
  accountId: string;
}

/** The key of a repository: the same name in another region is another repository. */
export function repositoryKey(region: string, name: string): string {
  return `${region}/${name}`;
}

/** The repository, or ECR's error: also when the request names a registry that is not this account's. */
export function findRepository(store: EcrStore, region: string, name: string, registryId?: string): Repository {
  const found = store.document.value.repositories.get(repositoryKey(region, name));
  if (!found || (registryId ?? store.accountId) !== store.accountId) {
    throw repositoryNotFound(name, registryId ?? store.accountId);
  }
  return found;
}

/** The repositories of a region, by name. */
export function repositoriesOf(store: EcrStore, region: string): Repository[] {
  return [...store.document.value.repositories.values()]
    .filter((each) => each.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The image with this digest or tag. With both, both must fit. */
export function findImage(repository: Repository, id: { digest?: string; tag?: string }): Image | undefined {
  const found =
    id.digest === undefined
      ? [...repository.images.values()].find((image) => image.tags.includes(id.tag ?? ""))
      : repository.images.get(id.digest);
  return found && (id.tag === undefined || found.tags.includes(id.tag)) ? found : undefined;
}
