import { existsSync } from "node:fs";
import { join } from "node:path";
import { StandInError, UsageError } from "../errors.js";
import { kebab } from "./names.js";
import { contextOf, findConfig, findModule, type InstalledToolchain, type ModuleSource } from "./source.js";
import type { ModuleTypes } from "./types.js";

/** Module that a command line calls, and its part of the words. */
export interface Called {
  source: ModuleSource;
  args: string[];
}

/**
 * Finds the module that the words after `dagger call` name: a toolchain of the nearest dagger.json upward by the first word that is not a
 * flag, or else the module of that dagger.json. A toolchain's defaults are those of the repository that has installed it.
 *
 * @throws {StandInError} There is no dagger.json, or the toolchain is not on this machine.
 * @throws {UsageError} A dagger.json without functions of its own has no toolchain of that name.
 */
export function findCalled(from: string, args: string[]): Called {
  const { root, config } = findConfig(from);
  const { toolchains = [], sdk } = config;
  const at = args.findIndex((word) => !word.startsWith("-"));
  const word = args[at];
  const entry = toolchains.find(({ name }) => word !== undefined && kebab(name) === kebab(word));
  if (!entry) {
    if (toolchains.length === 0 || sdk !== undefined) return { source: findModule(from), args };
    refuseFlags(args, at);
    const names = toolchains.map(({ name }) => kebab(name)).join(", ");
    throw new UsageError(
      word === undefined
        ? `${join(root, "dagger.json")} has no functions of its own. Its toolchains: ${names}. Call one by its name.`
        : `unknown command "${word}" for "npm run call --". Accepted: ${names}.`,
    );
  }
  refuseFlags(args, at);
  const { name, source, customizations = [] } = entry;
  const path = join(root, source);
  if (!existsSync(path))
    throw new StandInError(
      `The toolchain ${name} of ${join(root, "dagger.json")} is in ${source}, and there is no such directory. The stand-in reads toolchains on this machine only.`,
    );
  const module = { ...findModule(path), context: contextOf(root), defaultsRoot: root };
  return {
    source: { ...module, toolchain: { name, customizations } },
    args: args.slice(at + 1),
  };
}

/** Applies the defaults that a repository sets for a toolchain's arguments. */
export function customized(
  types: ModuleTypes,
  main: string,
  { customizations }: Pick<InstalledToolchain, "customizations">,
): ModuleTypes {
  const copy = structuredClone(types);
  const object = copy.objects.find(({ name }) => name === main);
  for (const { function: [name] = [], argument, ...changes } of customizations) {
    const called = name ? object?.functions.find((one) => kebab(one.name) === kebab(name)) : object?.constructor_;
    const found = called?.args.find((one) => kebab(one.name) === kebab(argument));
    if (!found) throw new StandInError(`The toolchain has no argument ${JSON.stringify(argument)} to customize.`);
    if (changes.default !== undefined) found.defaultValue = JSON.stringify(changes.default);
    if (changes.defaultPath !== undefined) found.defaultPath = changes.defaultPath;
    if (changes.ignore !== undefined) found.ignore = changes.ignore;
  }
  return copy;
}

/** The flags of a toolchain's constructor stand after its name, which is at the index `at`, or at -1 where it is missing. */
function refuseFlags([first]: string[], at: number): void {
  if (at !== 0 && first !== undefined)
    throw new UsageError(`unknown flag: ${first}. The flags of a toolchain stand after its name.`);
}
