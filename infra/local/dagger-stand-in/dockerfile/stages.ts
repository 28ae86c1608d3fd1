import { StandInError } from "../errors.js";
import { type Command, parseCommand } from "./command.js";
import { expandWord } from "./expand.js";
import { DockerfileError, type Instruction } from "./instruction.js";
import type { ParsedDockerfile } from "./read.js";
import { splitWords } from "./words.js";

/** Stage of a Dockerfile, with global arguments replaced in its FROM. */
export interface Stage {
  /** Position in the file, from 0. */
  index: number;
  /** In lower case, as Docker compares names. */
  name?: string;
  /** Base: an image, or an earlier stage. */
  base: string | Stage;
  platform: string;
  from: Instruction;
  steps: { instruction: Instruction; command: Command }[];
}

/** Plan of a build, made before any command runs. */
export interface BuildPlan {
  file: string;
  escapeChar: string;
  stages: Stage[];
  /** The stage that is built. */
  target: Stage;
  /** Values of arguments that stand before the first FROM, and of those that every build has. */
  globals: ReadonlyMap<string, string>;
}

export interface BuildSettings {
  buildArgs: Readonly<Record<string, string>>;
  /** Platform of the image, such as `linux/amd64`. */
  platform: string;
  /** Platform of this machine. */
  buildPlatform: string;
  /** Name or number of the stage to build; the last one when undefined. */
  target?: string;
}

/**
 * Reads the stages of a Dockerfile and every instruction in them.
 *
 * @throws {DockerfileError} An instruction is invalid, also in a stage that is not built.
 * @throws {StandInError} The target stage does not exist, or there is no stage.
 */
export function planBuild({ file, escapeChar, instructions }: ParsedDockerfile, settings: BuildSettings): BuildPlan {
  const globals = new Map(Object.entries(platformArguments(settings)));
  const stages: Stage[] = [];
  for (const instruction of instructions) {
    const stage = stages.at(-1);
    if (instruction.keyword === "FROM") stages.push(stageOf(instruction, stages, globals, escapeChar, settings));
    else if (stage) stage.steps.push({ instruction, command: parseCommand(instruction, escapeChar) });
    else readGlobal(instruction, globals, escapeChar, settings);
  }
  return { file, escapeChar, stages, target: targetOf(stages, file, settings.target), globals };
}

/** https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
function platformArguments({ platform, buildPlatform, target }: BuildSettings): Record<string, string> {
  const parts = (prefix: string, value: string) => {
    const [os = "", architecture = "", variant = ""] = value.split("/");
    return {
      [`${prefix}PLATFORM`]: value,
      [`${prefix}OS`]: os,
      [`${prefix}ARCH`]: architecture,
      [`${prefix}VARIANT`]: variant,
    };
  };
  return { ...parts("BUILD", buildPlatform), ...parts("TARGET", platform), TARGETSTAGE: target ?? "default" };
}

function readGlobal(
  instruction: Instruction,
  globals: Map<string, string>,
  escapeChar: string,
  { buildArgs }: BuildSettings,
): void {
  if (instruction.keyword !== "ARG") {
    throw new DockerfileError(instruction, "it precedes the first FROM. Accepted there: ARG.");
  }
  const command = parseCommand(instruction, escapeChar);
  if (command.type !== "ARG") return;
  for (const { name, value } of command.args) {
    const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
    const own = value === undefined ? globals.get(name) : expanded(instruction, value, globals, escapeChar);
    const decided = given ?? own;
    if (decided !== undefined) globals.set(name, decided);
  }
}

function stageOf(
  instruction: Instruction,
  stages: Stage[],
  globals: ReadonlyMap<string, string>,
  escapeChar: string,
  settings: BuildSettings,
): Stage {
  const words = splitWords(instruction.text, escapeChar).map(({ text }) => text);
  const [base = "", as, name] = words;
  const named = words.length === 3 && /^as$/i.test(as ?? "");
  if (base === "" || (words.length !== 1 && !named)) {
    throw new DockerfileError(instruction, `${JSON.stringify(instruction.text)}. Accepted: IMAGE or IMAGE AS NAME.`);
  }
  if (named && !/^[a-z][a-z0-9_.-]*$/i.test(name ?? "")) {
    throw new DockerfileError(
      instruction,
      `${JSON.stringify(name)} is not a name for a stage. Accepted: letters, digits and _.- after a letter.`,
    );
  }
  const other = instruction.flags.find(([flag]) => flag !== "platform");
  if (other) throw new DockerfileError(instruction, `--${other[0]} is not an option of FROM. Accepted: --platform.`);
  const platform = instruction.flags.at(-1)?.[1];
  const image = expanded(instruction, base, globals, escapeChar);
  if (image === "") {
    throw new DockerfileError(
      instruction,
      `${base} is empty: give the argument a default before the first FROM, or a build argument.`,
    );
  }
  const parent = findStage(stages, image);
  return {
    index: stages.length,
    ...(named && { name: (name ?? "").toLowerCase() }),
    base: parent ?? image,
    platform:
      platform === undefined
        ? (parent?.platform ?? settings.platform)
        : expanded(instruction, platform, globals, escapeChar),
    from: instruction,
    steps: [],
  };
}

/** Returns the last stage of a name: names can repeat. */
export function findStage(stages: readonly Stage[], name: string): Stage | undefined {
  return stages.findLast((stage) => stage.name === name.toLowerCase());
}

function targetOf(stages: Stage[], file: string, target: string | undefined): Stage {
  const last = stages.at(-1);
  if (!last) throw new StandInError(`${file} has no FROM. Accepted: a Dockerfile with at least one stage.`);
  if (target === undefined || target === "") return last;
  const found = findStage(stages, target) ?? (/^\d+$/.test(target) ? stages[Number(target)] : undefined);
  if (found) return found;
  const names = stages.flatMap(({ name }) => name ?? []).join(", ");
  throw new StandInError(`${file} has no stage ${JSON.stringify(target)}. Its stages: ${names || "none with a name"}.`);
}

function expanded(
  instruction: Instruction,
  word: string,
  globals: ReadonlyMap<string, string>,
  escapeChar: string,
): string {
  try {
    return expandWord(word, (name) => globals.get(name), escapeChar);
  } catch (error) {
    throw new DockerfileError(instruction, (error as Error).message);
  }
}
