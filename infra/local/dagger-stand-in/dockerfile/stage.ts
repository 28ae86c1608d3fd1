import type { Secret } from "../api/secret.js";
import type { Tree } from "../content/tree.js";
import { withConfig } from "../image/edit.js";
import type { ContainerState } from "../image/state.js";
import type { Session } from "../session/session.js";
import type { BuildPlan, Stage } from "./stages.js";

/** Inputs of a build. */
export interface Build {
  session: Session;
  plan: BuildPlan;
  /** Files that COPY can read, without ignored ones. */
  context: Tree;
  buildArgs: Readonly<Record<string, string>>;
  secrets: ReadonlyMap<string, Secret>;
  /** Builds a stage, once. */
  stage(stage: Stage): Promise<StageState>;
  /** Pulls an image, once. */
  image(address: string, platform: string): Promise<ContainerState>;
}

/** State of a stage after an instruction. */
export interface StageState {
  container: ContainerState;
  /** Variables of RUN and of other instructions: those of the image, and arguments. */
  variables: ReadonlyMap<string, string>;
  /** The words before a script. */
  shell: string[];
  /** True when this stage has a CMD, which ENTRYPOINT then keeps. */
  hasCommand: boolean;
}

/** https://docs.docker.com/reference/dockerfile/#shell */
const defaultShell = ["/bin/sh", "-c"];

/** PATH that Docker sets for an image without one. */
const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Begins a stage with an image. */
export function fromImage(container: ContainerState): StageState {
  const { Env = [] } = container.config;
  const env = Env.some((line) => line.startsWith("PATH=")) ? Env : [defaultPath, ...Env];
  return {
    container: withConfig(container, { Env: env, WorkingDir: container.config.WorkingDir || "/" }),
    variables: new Map(env.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])),
    shell: defaultShell,
    hasCommand: false,
  };
}
