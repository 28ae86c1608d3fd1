import type { ContainerRuntime } from "../../containers/connect.js";
import { loadImage } from "../../containers/image.js";
import type { Store } from "../content/store.js";
import { StandInError } from "../errors.js";
import type { ContainerState } from "../image/state.js";

/** Loads a container's files into the container runtime as an image without a config, so that many containers share it. */
export async function loadFiles(runtime: ContainerRuntime, store: Store, state: ContainerState): Promise<string> {
  const [os, architecture, variant] = state.platform.split("/");
  if (architecture !== runtime.platform.architecture) {
    throw new StandInError(
      `A container for ${state.platform} can't run here: this machine is ${runtime.platform.os}/${runtime.platform.architecture}, ` +
        "and the stand-in does not emulate other platforms. Leave --platform out, or use Dagger's runtime.",
    );
  }
  const diffIds = state.layers.map(({ digest }) => digest);
  const config = {
    os,
    architecture,
    ...(variant && { variant }),
    config: {},
    rootfs: { type: "layers", diff_ids: diffIds },
  };
  const layers = state.layers.map(({ digest, size }) => ({ diffId: digest, size, open: () => store.open(digest) }));
  return loadImage(runtime, { config: Buffer.from(JSON.stringify(config)), layers }, "step");
}
