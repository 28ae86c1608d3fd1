import { type Container, dag, type GitRepository, type Service } from "@dagger.io/dagger";
import type { Login } from "../aws/ecr.js";
import { once } from "../common/memoize.js";
import type { Build } from "../image/build-options.js";
import { type Revision, readCommitTime } from "../image/commit.js";
import { type Dockerfile, resolvedBase, resolvedBases, runtimeImage } from "../image/image.js";
import { imageDigestIn } from "../image/image-archive.js";
import { labelsOf, splitReference } from "../image/labels.js";
import { buildDigest, exportedFile } from "../image/sources.js";
import { runCommand, runTests } from "../image/tests.js";

/** The engine's part of publishing. */
export interface ImageSource {
  /** `ready` is a container that exists already and is published as it is; its identity is its image digest. */
  kind: "build" | "ready";
  /** Identity: the digest of what a build is made from, or the image digest of a ready container. */
  identity(): Promise<string>;
  /** Current digest reference of the base image; undefined when its name resolves to no digest. */
  baseDigest(): Promise<string | undefined>;
  /** Returns undefined where there are no tests. Fails when a test fails. */
  test(): Promise<string | undefined>;
  /** Builds and pushes. Returns the digest of the pushed image. */
  push(address: string, login: Login): Promise<string>;
}

/** The checkout that an image is built from. */
interface Checkout {
  build: Build;
  file: Dockerfile;
  version: string;
  repository: GitRepository;
  revision: Revision;
  /** The URL of the source code, if it is known. */
  source: string | undefined;
}

/**
 * Returns the image of a checkout, which the engine builds when it is needed.
 * @param service A local AWS, whose registry is reached through it.
 */
export function buildSource(checkout: Checkout, service: Service | undefined): ImageSource {
  const { build, file, version } = checkout;
  const identity = once(() => buildDigest(build, file));
  return {
    kind: "build",
    identity,
    baseDigest: async () => splitReference(await resolvedBase(build, file)).digest,
    test: () => runTests(build, file),
    push: async (address, login) => {
      const image = await runtimeImage(build, version, await readLabels(checkout, await identity()));
      return await pushed(image, address, login, service);
    },
  };
}

async function readLabels(checkout: Checkout, inputDigest: string): Promise<Record<string, string>> {
  const { build, file, version, repository, revision, source } = checkout;
  const [bases, time] = await Promise.all([resolvedBases(build, file), readCommitTime(repository, revision.commit)]);
  const { commit, dirty } = revision;
  return labelsOf({ version, inputDigest, bases, commit: { id: commit, time }, dirty, ...(source && { source }) });
}

/**
 * Returns a container that exists already, such as one that another Dagger module returns. It is published as it is: no label and no
 * variable is added, because its image digest is its identity.
 * @param command The target's test command; without one nothing is tested.
 * @param service A local AWS, whose registry is reached through it.
 */
export function readySource(
  container: Container,
  command: readonly string[] | undefined,
  service: Service | undefined,
): ImageSource {
  return {
    kind: "ready",
    // The engine has no function for it before 1.0, where Container.manifest is: an archive holds the manifest that publish pushes.
    identity: once(() => exportedFile(container.asTarball(), imageDigestIn)),
    baseDigest: async () => undefined,
    test: async () => command && (await runCommand(container, command)),
    push: (address, login) => pushed(container, address, login, service),
  };
}

async function pushed(image: Container, address: string, { username, password }: Login, service: Service | undefined) {
  const reference = await image
    .withRegistryAuth(address, username, dag.setSecret("registry-password", password))
    .publish(address, service && { registryService: service });
  const { digest } = splitReference(reference);
  if (!digest) throw new Error(`The engine published ${reference} without naming its digest.`);
  return digest;
}
