import { gzipSync } from "node:zlib";
import { busyboxImage } from "../../infra/local/containers/busybox.js";
import { digestOf, type ImageMaker } from "../scenario/images.js";
import type { Scenario } from "../scenario/scenario.js";
import { program } from "./program.js";

/** Label of the images of one environment, used to remove them. */
export const imageLabel = "slipway.drill";

/** Builds images of the program. Their configurations differ by version, and all share one layer. */
export function programImages(scenario: Scenario, label: string): ImageMaker {
  return async (version, { platform = "linux/amd64" }) => {
    const made = await busyboxImage({
      gzip: true,
      architecture: platform.split("/")[1] ?? "",
      files: program,
      config: { Cmd: ["/bin/app"], Env: ["PATH=/bin", `VERSION=${version}`], Labels: { [imageLabel]: label } },
    });
    const { config, layer, manifest } = made;
    if (!isCorrupt(scenario, version)) return { blobs: [config, layer], manifest };
    return withBrokenLayer({ config, manifest });
  };
}

function isCorrupt({ release }: Scenario, version: string): boolean {
  const errors = release?.tasks?.map(({ pullError = "" }) => pullError) ?? [];
  return (
    version === (release?.version ?? "v2.0.0") && errors.some((error) => error.includes("failed to extract layer"))
  );
}

/** A valid image for the registry; its one layer is not an archive. */
function withBrokenLayer({ config, manifest }: { config: Buffer; manifest: Buffer }) {
  const content = Buffer.alloc(4096, "no archive ");
  const layer = gzipSync(content);
  const changed = JSON.parse(config.toString());
  changed.rootfs.diff_ids = [digestOf(content)];
  const broken = Buffer.from(JSON.stringify(changed));
  const document = JSON.parse(manifest.toString());
  document.config = { ...document.config, digest: digestOf(broken), size: broken.length };
  document.layers = [{ ...document.layers[0], digest: digestOf(layer), size: layer.length }];
  return { blobs: [broken, layer], manifest: Buffer.from(JSON.stringify(document)) };
}
