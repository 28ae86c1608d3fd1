import type { GitRepository, Service } from "@dagger.io/dagger";
import { once } from "../common/memoize.js";
import type { Build } from "../image/build-options.js";
import { type Revision, readCommitTime } from "../image/commit.js";
import { type Dockerfile, resolvedBase, resolvedBases, runtimeImage } from "../image/image.js";
import { labelsOf, splitReference } from "../image/labels.js";
import { buildDigest } from "../image/sources.js";
import { runTests } from "../image/tests.js";
import type { ImageSource } from "./publish-release.js";
import { pushed } from "./push.js";

/** Source of the image to publish. */
export interface Checkout {
  build: Build;
  file: Dockerfile;
  version: string;
  repository: GitRepository;
  revision: Revision;
  /** The URL of the source code, if it is known. */
  source: string | undefined;
  /** A local AWS, whose registry is reached through it. */
  service: Service | undefined;
}

/** The image of a checkout, made on the engine when it is needed. */
export function imageSource(checkout: Checkout): ImageSource {
  const { build, file, service } = checkout;
  const inputDigest = once(() => buildDigest(build, file));
  return {
    kind: "build",
    identity: inputDigest,
    baseDigest: async () => splitReference(await resolvedBase(build, file)).digest,
    test: () => runTests(build, file),
    push: async (address, login) =>
      await pushed(
        await runtimeImage(build, checkout.version, await labels(checkout, await inputDigest())),
        address,
        login,
        service,
      ),
  };
}

async function labels(checkout: Checkout, inputDigest: string): Promise<Record<string, string>> {
  const { build, file, version, repository, revision, source } = checkout;
  const [bases, time] = await Promise.all([resolvedBases(build, file), readCommitTime(repository, revision.commit)]);
  const { commit, dirty } = revision;
  return labelsOf({ version, inputDigest, bases, commit: { id: commit, time }, dirty, ...(source && { source }) });
}
