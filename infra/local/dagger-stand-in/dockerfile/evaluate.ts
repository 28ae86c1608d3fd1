import { listLayers, realPath } from "../content/listing.js";
import type { Entry } from "../content/tree.js";
import { StandInError } from "../errors.js";
import { pathIn, withConfig, withEnv } from "../image/edit.js";
import { withLayer } from "../image/files.js";
import { type ContainerState, type ImageConfig, scratchState } from "../image/state.js";
import { copyFiles } from "./add.js";
import { type Command, type CommandLine, parseCommand } from "./command.js";
import { addParents } from "./copy.js";
import { expandWord } from "./expand.js";
import { describe, type Instruction, placed } from "./instruction.js";
import { ownerOf } from "./owner.js";
import { readDockerfile } from "./read.js";
import { runCommand } from "./run.js";
import { type Build, fromImage, type StageState } from "./stage.js";
import type { Stage } from "./stages.js";

/** Builds a stage: its base, then its instructions in order. */
export async function buildStage(build: Build, stage: Stage): Promise<StageState> {
  let state = await placed(stage.from, () => begin(build, stage));
  for (const { instruction, command } of [...triggers(build, stage, state), ...stage.steps]) {
    state = await placed(instruction, () => apply(build, stage, state, command, instruction));
  }
  return state;
}

async function begin(build: Build, { base, platform }: Stage): Promise<StageState> {
  if (typeof base !== "string") return { ...(await build.stage(base)), hasCommand: false };
  if (base === "scratch") return fromImage(scratchState(platform));
  return fromImage(await build.image(base, platform));
}

/** ONBUILD instructions of the base image. */
function triggers({ plan }: Build, { from }: Stage, state: StageState): Stage["steps"] {
  const lines = state.container.config.OnBuild ?? [];
  state.container = withConfig(state.container, { OnBuild: [] });
  return lines.flatMap((line) =>
    readDockerfile(line, from.file).instructions.map((read) => {
      const instruction = { ...read, line: from.line };
      return { instruction, command: parseCommand(instruction, plan.escapeChar) };
    }),
  );
}

async function apply(
  build: Build,
  stage: Stage,
  state: StageState,
  command: Command,
  instruction: Instruction,
): Promise<StageState> {
  const { session, plan } = build;
  const { container } = state;
  const expand = (word: string) => expandWord(word, (name) => state.variables.get(name), plan.escapeChar);
  const configured = (change: Partial<ImageConfig>) => ({ ...state, container: withConfig(container, change) });
  const label = labelOf(stage, instruction);
  switch (command.type) {
    case "ARG":
      return command.args.reduce((after, arg) => withArgument(build, after, arg, expand), state);
    case "ENV":
      return command.pairs.reduce((after, [name, value]) => withVariable(after, expand(name), expand(value)), state);
    case "LABEL": {
      const labels = command.pairs.map(([name, value]) => [expand(name), expand(value)]);
      return configured({ Labels: { ...container.config.Labels, ...Object.fromEntries(labels) } });
    }
    case "RUN":
      return { ...state, container: await runCommand(build, stage, state, command, label, expand) };
    case "COPY":
    case "ADD": {
      const copying = { copy: command, unpack: command.type === "ADD", label };
      const copied = await session.trace.step(label, () => copyFiles(build, stage, state, copying, expand));
      return { ...state, container: copied };
    }
    case "WORKDIR":
      return { ...state, container: await withDirectory(build, container, expand(command.value), label) };
    case "USER":
      return configured({ User: expand(command.value) });
    case "STOPSIGNAL":
      return configured({ StopSignal: expand(command.value) });
    case "EXPOSE":
      return configured({ ExposedPorts: { ...container.config.ExposedPorts, ...ports(command.words.map(expand)) } });
    case "VOLUME": {
      const volumes = command.words.map((word) => [expand(word), {}]);
      return configured({ Volumes: { ...container.config.Volumes, ...Object.fromEntries(volumes) } });
    }
    case "CMD":
      return { ...configured({ Cmd: wordsOf(command.line, state) }), hasCommand: true };
    case "ENTRYPOINT":
      return configured({ Entrypoint: wordsOf(command.line, state), ...(!state.hasCommand && { Cmd: [] }) });
    case "HEALTHCHECK":
      return configured({ Healthcheck: command.check });
    case "SHELL":
      return { ...state, shell: command.args };
    case "ONBUILD":
      return configured({ OnBuild: [...(container.config.OnBuild ?? []), command.trigger] });
    case "MAINTAINER":
      return state;
  }
}

function labelOf({ name, index }: Stage, instruction: Instruction): string {
  return `[${name ?? `stage ${index}`}] ${describe(instruction)}`;
}

/** Sets an ARG: a build argument wins over a default; without either, the argument of the same name before the first FROM is used. */
function withArgument(
  { buildArgs, plan }: Build,
  state: StageState,
  { name, value }: { name: string; value?: string },
  expand: (word: string) => string,
): StageState {
  const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
  const decided = given ?? (value === undefined ? plan.globals.get(name) : expand(value));
  if (decided === undefined) return state;
  return { ...state, variables: new Map([...state.variables, [name, decided]]) };
}

function withVariable(state: StageState, name: string, value: string): StageState {
  return {
    ...state,
    container: withEnv(state.container, name, value),
    variables: new Map([...state.variables, [name, value]]),
  };
}

function wordsOf(line: CommandLine, { shell }: StageState): string[] {
  return "args" in line ? line.args : [...shell, line.script];
}

/** Sets the working directory. A missing directory is created and owned by the current user. */
async function withDirectory(
  { session: { store } }: Build,
  state: ContainerState,
  path: string,
  label: string,
): Promise<ContainerState> {
  const changed = withConfig(state, { WorkingDir: pathIn(state, path) });
  const image = await listLayers(store, state.layers);
  const place = realPath(image, pathIn(changed, ".").slice(1));
  if (place === "" || image.has(place)) return changed;
  const { User } = state.config;
  const owner = User ? await ownerOf(store, state, User) : undefined;
  const entries = new Map<string, Entry>();
  addParents(entries, { image, ...(owner && { owner }) }, `${place}/.`);
  return withLayer(store, changed, entries, label);
}

/** Reads the ports of EXPOSE. @throws {StandInError} A word is not a port. */
function ports(words: string[]): Record<string, object> {
  const found = words
    .flatMap((word) => word.split(/\s+/).filter(Boolean))
    .flatMap((word) => {
      const [, first = "", last = first, protocol = "tcp"] =
        /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(word) ?? [];
      const [from, to] = [Number(first), Number(last)];
      if (first === "" || from < 1 || to > 65535 || to < from) {
        throw new StandInError(
          `${JSON.stringify(word)} is not a port. Accepted: 1 to 65535, a range such as 8000-8010, with /tcp or /udp.`,
        );
      }
      return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol.toLowerCase()}`);
    });
  return Object.fromEntries(found.map((port) => [port, {}]));
}
