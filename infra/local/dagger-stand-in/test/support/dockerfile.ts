import { Directory } from "../../api/directory.js";
import { keyOf } from "../../content/store.js";
import { type Entry, withEntries } from "../../content/tree.js";
import { readDockerfile } from "../../dockerfile/read.js";
import { type BuildPlan, type BuildSettings, planBuild } from "../../dockerfile/stages.js";
import type { Session } from "../../session/session.js";

/** A directory of files with these contents; a name that ends with `*` is that of a program. */
export function directoryOf(session: Session, files: Record<string, string>): Directory {
  return new Directory(session, keyOf("test", files), async () => {
    const entries = Object.entries(files).map(
      async ([name, content]): Promise<[string, Entry]> => [
        name.replace(/\*$/, ""),
        { type: "file", mode: name.endsWith("*") ? 0o755 : 0o644, ...(await session.store.put(content)) },
      ],
    );
    return withEntries(new Map(), await Promise.all(entries));
  });
}

/** The plan of a Dockerfile's text, for linux/arm64 on linux/amd64. */
export function planOf(text: string, settings: Partial<BuildSettings> = {}): BuildPlan {
  const usual = { buildArgs: {}, platform: "linux/arm64", buildPlatform: "linux/amd64" };
  return planBuild(readDockerfile(text, "Dockerfile"), { ...usual, ...settings });
}
