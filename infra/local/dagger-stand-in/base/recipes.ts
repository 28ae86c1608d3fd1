import type { Listing } from "../content/listing.js";
import type { Store } from "../content/store.js";
import type { Tree } from "../content/tree.js";
import type { ImageReference } from "../image/reference.js";
import type { ImageConfig } from "../image/state.js";
import { goFiles } from "./go.js";
import { nodeFiles } from "./node.js";

/** Recipe by which an official image is made from packages when no registry can be reached. */
export interface Recipe {
  /** Name of the image, such as `python`. */
  name: string;
  /** Names of Debian packages. */
  packages: string[];
  config: ImageConfig;
  /** Files from other sources than Debian packages. */
  more?: {
    /** Cache key: equal for equal files. */
    key: string;
    files(store: Store, scratch: string, signal: AbortSignal): Promise<{ tree: Tree; version: string }>;
  };
  /** Returns the actual program and version, such as `Python 3.11`. */
  describe(listing: Listing, version: string): string;
}

const system = [
  ...["base-files", "base-passwd", "bash", "ca-certificates", "coreutils", "dash", "debianutils", "diffutils"],
  ...["findutils", "grep", "gzip", "hostname", "libc-bin", "login", "media-types", "netbase", "passwd", "sed", "tar"],
  "tzdata",
];
const path = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin";

/** Returns the recipe of an official image, undefined where there is none. */
export function recipeOf({ registry, name, tag = "latest" }: ImageReference): Recipe | undefined {
  if (registry !== "docker.io") return undefined;
  const wanted = /^\d+(?:\.\d+)*/.exec(tag)?.[0] ?? "";
  switch (name) {
    case "library/python":
      return {
        name: "python",
        packages: [...system, "python3", "python3-pip", "python3-venv"],
        config: { Env: [`PATH=${path}`, "LANG=C.UTF-8"], Cmd: ["python3"] },
        describe: (listing) => `Python ${pythonVersion(listing)}`,
      };
    case "library/debian":
      return {
        name: "debian",
        packages: system,
        config: { Env: [`PATH=${path}`], Cmd: ["bash"] },
        describe: () => "Debian without apt-get",
      };
    case "library/node":
      return {
        name: "node",
        packages: [...system, "libstdc++6", "libatomic1"],
        config: { Env: [`PATH=${path}`], Cmd: ["node"] },
        more: { key: `node 1 ${wanted}`, files: nodeFiles(wanted) },
        describe: (_, version) => `Node.js ${version}`,
      };
    case "library/golang":
      return {
        name: "golang",
        packages: system,
        config: {
          Env: [`PATH=/go/bin:/usr/local/go/bin:${path}`, "GOPATH=/go", "GOTOOLCHAIN=local"],
          WorkingDir: "/go",
          Cmd: ["bash"],
        },
        more: { key: `go 1 ${wanted}`, files: goFiles(wanted) },
        describe: (_, version) => `Go ${version} without a C compiler`,
      };
    default:
      return undefined;
  }
}

function pythonVersion(listing: Listing): string {
  const versions = [...listing.keys()].flatMap((one) => /^usr\/bin\/python(\d+\.\d+)$/.exec(one)?.[1] ?? []);
  return versions[0] ?? "3";
}
