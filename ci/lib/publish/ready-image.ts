import type { Container, Service } from "@dagger.io/dagger";
import { once } from "../common/memoize.js";
import { imageDigestIn } from "../image/image-archive.js";
import { exportedFile } from "../image/sources.js";
import { runCommand } from "../image/tests.js";
import type { ImageSource } from "./publish-release.js";
import { pushed } from "./push.js";

/**
 * Publishes a container that exists already, such as one that another Dagger module returns. It is published as it is: no label and no
 * variable is added, because its image digest is its identity.
 * @param command The target's test command; without one nothing is tested.
 * @param service A local AWS, whose registry is reached through it.
 */
export function readyImage(
  container: Container,
  { command, service }: { command: readonly string[] | undefined; service: Service | undefined },
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
