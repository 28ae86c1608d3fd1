import type { Secret } from "../api/secret.js";
import { baseState } from "../base/base.js";
import { defaultPlatform } from "../base/platform.js";
import { keyOf } from "../content/store.js";
import { normalPath, type Tree } from "../content/tree.js";
import { StandInError } from "../errors.js";
import { type ContainerState, scratchState } from "../image/state.js";
import type { Session } from "../session/session.js";
import { buildStage } from "./evaluate.js";
import { withoutIgnored } from "./ignore.js";
import { readDockerfile } from "./read.js";
import type { Build, StageState } from "./stage.js";
import { planBuild, type Stage } from "./stages.js";

/** Arguments of `Directory.dockerBuild`. */
export interface DockerBuild {
  /** Path in the context; `Dockerfile` unless given. */
  dockerfile?: string | undefined;
  platform?: string | undefined;
  buildArgs?: { name: string; value: string }[] | undefined;
  target?: string | undefined;
  secrets: Secret[];
}

/**
 * Builds an image from a Dockerfile. Only the stages that the target needs are built, and a command that ran before with
 * the same files, variables and mounts does not run again.
 *
 * @throws {DockerfileError} The Dockerfile has an error; no command has run.
 * @throws {ExecError} A command of a RUN failed.
 */
export async function dockerBuild(session: Session, files: Tree, options: DockerBuild): Promise<ContainerState> {
  const { platform = defaultPlatform(), target } = options;
  const file = normalPath(options.dockerfile ?? "Dockerfile");
  const entry = files.get(file);
  if (entry?.type !== "file") {
    throw new StandInError(`There is no file ${file} in this directory. Accepted: the path of a Dockerfile in it.`);
  }
  const text = (await session.store.read(entry.digest)).toString("utf8");
  const buildArgs = Object.fromEntries((options.buildArgs ?? []).map(({ name, value }) => [name, value]));
  const settings = { buildArgs, platform, buildPlatform: defaultPlatform(), ...(target !== undefined && { target }) };
  const plan = planBuild(readDockerfile(text, file), settings);
  const stages = new Map<Stage, Promise<StageState>>();
  const build: Build = {
    session,
    plan,
    context: await withoutIgnored(session.store, files, file),
    buildArgs,
    secrets: new Map(options.secrets.map((secret) => [secret.label, secret])),
    stage(stage) {
      const building = stages.get(stage) ?? buildStage(build, stage);
      stages.set(stage, building);
      return building;
    },
    image: (address, wanted) =>
      session.once(keyOf("dockerBuild image", address, wanted), () =>
        session.trace.step(`FROM ${address}`, () => baseState(session, scratchState(wanted), address)),
      ),
  };
  const { container } = await build.stage(plan.target);
  const { OnBuild = [], ...config } = container.config;
  const { last: _last, ...built } = container;
  return { ...built, config: { ...config, ...(OnBuild.length > 0 && { OnBuild }) } };
}
