import { healthcheck } from "../image/edit.js";
import type { Healthcheck } from "../image/state.js";
import { DockerfileError, describe, type Heredoc, type Instruction } from "./instruction.js";
import { type MountOptions, mountOptions } from "./mount-options.js";
import { jsonArguments, splitWords } from "./words.js";

/** Command of a RUN, CMD or ENTRYPOINT: a script for the shell, or the words of a command. */
export type CommandLine = { script: string } | { args: string[] };

/** A file copy, its words not expanded yet. */
export interface Copy {
  sources: string[];
  destination: string;
  heredocs: Heredoc[];
  from?: string;
  chown?: string;
  chmod?: string;
  exclude: string[];
}

export interface Run {
  line: CommandLine;
  heredocs: Heredoc[];
  mounts: MountOptions[];
  network: "default" | "none";
}

/** An instruction of a stage with its arguments read, before variables are replaced. */
export type Command =
  | { type: "ARG"; args: { name: string; value?: string }[] }
  | { type: "ENV" | "LABEL"; pairs: [name: string, value: string][] }
  | ({ type: "COPY" | "ADD" } & Copy)
  | ({ type: "RUN" } & Run)
  | { type: "WORKDIR" | "USER" | "STOPSIGNAL"; value: string }
  | { type: "EXPOSE" | "VOLUME"; words: string[] }
  | { type: "CMD" | "ENTRYPOINT"; line: CommandLine }
  | { type: "HEALTHCHECK"; check: Healthcheck }
  | { type: "SHELL"; args: string[] }
  | { type: "ONBUILD"; trigger: string }
  | { type: "MAINTAINER" };

/**
 * Reads the arguments of an instruction other than FROM.
 *
 * @throws {DockerfileError} The instruction does not accept them.
 */
export function parseCommand(instruction: Instruction, escapeChar: string): Command {
  const { keyword, text } = instruction;
  const accepted = acceptedFlags[keyword] ?? [];
  for (const [name] of instruction.flags) {
    if (accepted.includes(name)) continue;
    const list = accepted.map((one) => `--${one}`).join(", ") || "no options";
    throw new DockerfileError(instruction, `--${name} is not an option that is supported here. Accepted: ${list}.`);
  }
  if (text === "") throw new DockerfileError(instruction, `arguments are missing. Accepted: ${usage[keyword]}.`);
  const words = splitWords(text, escapeChar).map((word) => word.text);
  switch (keyword) {
    case "ARG":
      return { type: keyword, args: words.map((word) => argument(instruction, word)) };
    case "ENV":
    case "LABEL":
      return { type: keyword, pairs: pairs(instruction, words) };
    case "COPY":
    case "ADD":
      return { type: keyword, ...copy(instruction, words) };
    case "RUN":
      return { type: keyword, ...run(instruction) };
    case "WORKDIR":
    case "USER":
    case "STOPSIGNAL":
      return { type: keyword, value: text };
    case "EXPOSE":
      return { type: keyword, words };
    case "VOLUME":
      return { type: keyword, words: jsonArguments(text) ?? words };
    case "CMD":
    case "ENTRYPOINT":
      return { type: keyword, line: commandLine(text) };
    case "HEALTHCHECK":
      return { type: keyword, check: health(instruction) };
    case "SHELL":
      return { type: keyword, args: jsonOnly(instruction) };
    case "ONBUILD":
      return { type: keyword, trigger: trigger(instruction) };
    case "MAINTAINER":
      return { type: keyword };
    default:
      throw new DockerfileError(instruction, `${describe(instruction)} is not accepted here.`);
  }
}

const acceptedFlags: Record<string, string[]> = {
  RUN: ["mount", "network", "security"],
  COPY: ["from", "chown", "chmod", "link", "exclude"],
  ADD: ["chown", "chmod", "link", "exclude"],
  HEALTHCHECK: ["interval", "timeout", "start-period", "start-interval", "retries"],
};

const usage: Record<string, string> = {
  ARG: "NAME or NAME=DEFAULT",
  ENV: "NAME=VALUE",
  LABEL: "NAME=VALUE",
  COPY: "SOURCE… DESTINATION",
  ADD: "SOURCE… DESTINATION",
  RUN: 'a script, or ["COMMAND", "ARGUMENT"]',
  CMD: 'a script, or ["COMMAND", "ARGUMENT"]',
  ENTRYPOINT: 'a script, or ["COMMAND", "ARGUMENT"]',
  WORKDIR: "a path",
  USER: "USER or USER:GROUP",
  STOPSIGNAL: "a signal, such as SIGTERM",
  EXPOSE: "PORT or PORT/PROTOCOL",
  VOLUME: 'a path, or ["PATH"]',
  HEALTHCHECK: "NONE, or CMD and a command",
  SHELL: '["SHELL", "OPTION"]',
  ONBUILD: "an instruction",
  MAINTAINER: "a name",
};

function commandLine(text: string): CommandLine {
  const args = jsonArguments(text);
  return args ? { args } : { script: text };
}

function jsonOnly(instruction: Instruction): string[] {
  const args = jsonArguments(instruction.text);
  if (args && args.length > 0) return args;
  throw new DockerfileError(
    instruction,
    `${instruction.text} is not a list of words in JSON. Accepted: ${usage[instruction.keyword]}.`,
  );
}

function argument(instruction: Instruction, word: string): { name: string; value?: string } {
  const [, name = "", value] = /^([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  if (name === "") throw new DockerfileError(instruction, `${word} has no name. Accepted: ${usage.ARG}.`);
  return { name, ...(value !== undefined && { value }) };
}

/** Reads `NAME=VALUE …`, or the older form `NAME VALUE`, in which the rest of the line is the value. */
function pairs(instruction: Instruction, words: string[]): [string, string][] {
  const { text, keyword } = instruction;
  const [first = ""] = words;
  if (!first.includes("=")) {
    const value = text.slice(first.length).trim();
    if (value !== "") return [[first, value]];
  }
  return words.map((word) => {
    const cut = word.indexOf("=");
    if (cut > 0) return [word.slice(0, cut), word.slice(cut + 1)];
    throw new DockerfileError(instruction, `${JSON.stringify(word)} is not NAME=VALUE. Accepted: ${usage[keyword]}.`);
  });
}

function copy(instruction: Instruction, words: string[]): Copy {
  const paths = jsonArguments(instruction.text) ?? words;
  const destination = paths.at(-1) ?? "";
  if (paths.length < 2) {
    throw new DockerfileError(
      instruction,
      `${JSON.stringify(destination)} has no destination. Accepted: ${usage[instruction.keyword]}.`,
    );
  }
  const [from, chown, chmod] = ["from", "chown", "chmod"].map((name) => flag(instruction, name));
  return {
    sources: paths.slice(0, -1),
    destination,
    heredocs: instruction.heredocs,
    exclude: instruction.flags.flatMap(([name, value]) => (name === "exclude" && value ? [value] : [])),
    ...(from !== undefined && { from }),
    ...(chown !== undefined && { chown }),
    ...(chmod !== undefined && { chmod }),
  };
}

function run(instruction: Instruction): Run {
  const network = flag(instruction, "network") ?? "default";
  if (network !== "default" && network !== "none") {
    throw new DockerfileError(instruction, `--network=${network} is not supported here. Accepted: default, none.`);
  }
  const security = flag(instruction, "security") ?? "sandbox";
  if (security !== "sandbox") {
    throw new DockerfileError(instruction, `--security=${security} is not supported here. Accepted: sandbox.`);
  }
  return {
    line: commandLine(instruction.text),
    heredocs: instruction.heredocs,
    mounts: instruction.flags.flatMap(([name, value]) => (name === "mount" ? [mountOptions(instruction, value)] : [])),
    network,
  };
}

function flag({ flags }: Instruction, name: string): string | undefined {
  return flags.findLast(([one]) => one === name)?.[1];
}

function health(instruction: Instruction): Healthcheck {
  const [, kind = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(instruction.text) ?? [];
  if (kind.toUpperCase() === "NONE" && rest === "") return { Test: ["NONE"] };
  if (kind.toUpperCase() !== "CMD" || rest === "") {
    throw new DockerfileError(
      instruction,
      `${JSON.stringify(instruction.text)} is not a health check. Accepted: ${usage.HEALTHCHECK}.`,
    );
  }
  const line = commandLine(rest);
  const options = healthOptions(instruction);
  // Docker's shell form can't name another shell: https://docs.docker.com/reference/dockerfile/#healthcheck
  return "args" in line ? healthcheck(line.args, options) : healthcheck([line.script], { ...options, shell: true });
}

function healthOptions(instruction: Instruction) {
  const times = [
    ["interval", "interval"],
    ["timeout", "timeout"],
    ["start-period", "startPeriod"],
    ["start-interval", "startInterval"],
  ].flatMap(([name = "", key = ""]) => {
    const value = flag(instruction, name);
    if (value === undefined) return [];
    try {
      healthcheck([], { interval: value });
    } catch (error) {
      throw new DockerfileError(instruction, `--${name}: ${(error as Error).message}`);
    }
    return [[key, value]];
  });
  const retries = flag(instruction, "retries");
  if (retries !== undefined && !/^\d+$/.test(retries)) {
    throw new DockerfileError(instruction, `--retries=${retries} is not a number. Accepted: a whole number from 0.`);
  }
  return { ...Object.fromEntries(times), ...(retries !== undefined && { retries: Number(retries) }) };
}

function trigger(instruction: Instruction): string {
  const keyword = /^\S+/.exec(instruction.text)?.[0].toUpperCase() ?? "";
  if (["ONBUILD", "FROM", "MAINTAINER"].includes(keyword)) {
    throw new DockerfileError(instruction, `${keyword} can't be a trigger. Accepted: any other instruction.`);
  }
  return instruction.text;
}
