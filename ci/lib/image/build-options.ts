import type { Directory, Platform, Secret } from "@dagger.io/dagger";
import { InputError } from "../common/errors.js";
import type { TargetFile } from "../config/target.js";
import { stagePattern } from "../config/target-schema.js";

/** The arguments of a build, which replace members of the target's `build`. */
export interface BuildOptions {
  dockerfile: string | undefined;
  stage: string | undefined;
  buildArg: string[] | undefined;
  buildSecret: Secret[] | undefined;
  platform: Platform | undefined;
}

/** Inputs of an image build. */
export interface Build {
  /** Build context that COPY reads from; `.dockerignore` is not applied yet. */
  context: Directory;
  /** Relative to `context`. */
  dockerfile: string;
  /** The stage that is released; the last one when absent. */
  stage?: string;
  /** Build arguments by name. */
  args: Record<string, string>;
  /** Mounted by RUN --mount=type=secret, by the name of their variable or file. They do not affect the image's identity. */
  secrets: Secret[];
  /** The engine's own when absent. */
  platform?: Platform;
  test: NonNullable<TargetFile["test"]>;
  /** The variable of the image that holds its version; VERSION by default, and none with false. */
  versionVariable?: TargetFile["versionVariable"];
}

/** Build settings of a target. */
export type BuildSettings = Partial<Pick<TargetFile, "build" | "test" | "versionVariable">> & {
  platform?: string | undefined;
};

const DOCKERFILE = "Dockerfile";
const NAME = /^[A-Za-z_]\w*$/;

/**
 * Merges the arguments into the target's build settings.
 * @param context Returns the directory of a path of the repository.
 * @throws InputError
 */
export function buildOf(options: BuildOptions, file: BuildSettings, context: (path: string) => Directory): Build {
  const { build = {}, test = {}, versionVariable } = file;
  const dockerfile = checkedPath(options.dockerfile) ?? build.dockerfile ?? DOCKERFILE;
  const stage = checkedStage(options.stage) ?? build.stage;
  const platform = options.platform ?? (file.platform as Platform | undefined);
  return {
    context: context(build.context ?? "."),
    dockerfile,
    ...(stage !== undefined && { stage }),
    args: { ...build.args, ...parseBuildArgs(options.buildArg) },
    secrets: options.buildSecret ?? [],
    ...(platform !== undefined && { platform }),
    ...(versionVariable !== undefined && { versionVariable }),
    test,
  };
}

/**
 * Checks the arguments alone, before anything is read.
 * @throws InputError
 */
export function checkBuildOptions(options: BuildOptions): void {
  checkedPath(options.dockerfile);
  checkedStage(options.stage);
  parseBuildArgs(options.buildArg);
}

function checkedPath(path: string | undefined): string | undefined {
  if (path === undefined || (/^(?!\/)[^\0\\]{1,1024}$/.test(path) && !path.split("/").includes(".."))) return path;
  throw new InputError(
    "bad-dockerfile",
    `The Dockerfile ${JSON.stringify(path)} is not a path below the app's directory. Accepted: a relative path without "..", such as deploy/Dockerfile.`,
  );
}

function checkedStage(stage: string | undefined): string | undefined {
  if (stage === undefined || stagePattern.test(stage)) return stage;
  throw new InputError(
    "bad-stage",
    `The stage ${JSON.stringify(stage)} is not a stage's name. Accepted: letters, digits, ".", "_" and "-", as after AS in a Dockerfile.`,
  );
}

function parseBuildArgs(given: string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
      if (NAME.test(name)) return [name, value];
      throw new InputError(
        "bad-build-arg",
        `The build argument ${JSON.stringify(text.split("=", 1)[0])} is not NAME=VALUE. Accepted: a name of letters, digits and "_", as in NODE_ENV=production. Pass secrets with --build-secret.`,
      );
    }),
  );
}
