import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "../errors.js";
import type { Catalog } from "../module/catalog.js";
import { kebab } from "../module/names.js";
import { type ArgumentType, type FunctionType, isInjected } from "../module/types.js";

/** Call of a chain, with its flags as typed. */
export interface Step {
  function: FunctionType;
  /** Values by argument name, one for each occurrence of the flag. */
  given: Record<string, string[]>;
}

/** Options of the command line itself: they may stand anywhere in it. */
export interface Options {
  help?: boolean;
  json?: boolean;
  /** Path to which the result is saved. */
  output?: string;
  /** Directory of the module. */
  mod?: string;
  /** Lines, also on a terminal. */
  progress?: "plain" | "auto";
}

const options = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean", short: "j" },
  output: { type: "string", short: "o" },
  mod: { type: "string", short: "m" },
  progress: { type: "string" },
} as const satisfies ParseArgsConfig["options"];

/**
 * Takes the options of the command line itself out of the words after `dagger call`.
 *
 * @throws {UsageError} An option has no value, or one that is not accepted.
 */
export function takeOptions(args: string[]): { options: Options; words: string[] } {
  const { values, tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const taken = new Set<number>();
  for (const token of tokens) {
    const { type } = (token.kind === "option" && options[token.name as keyof Options]) || {};
    if (token.kind !== "option" || type === undefined) continue;
    if (type === "string" && token.value === undefined)
      throw new UsageError(`flag needs an argument: ${token.rawName}`);
    taken.add(token.index).add(type === "string" && !token.inlineValue ? token.index + 1 : token.index);
  }
  const { progress = "auto" } = values as Options;
  if (!["auto", "plain"].includes(progress))
    throw new UsageError(`unknown progress type ${JSON.stringify(progress)}. Accepted: auto, plain.`);
  return { options: values as Options, words: args.filter((_, index) => !taken.has(index)) };
}

/**
 * Reads the constructor and the chained calls: flags belong to the function before them, those before the first function to the constructor.
 *
 * @throws {UsageError} A flag or function is unknown, or a flag has no value.
 */
export function parseSteps(words: string[], catalog: Catalog): Step[] {
  const steps: Step[] = [];
  let rest = words;
  let next: FunctionType | undefined = catalog.constructor_;
  while (next) {
    const taken = flagsOf(next).find(({ name }) => globalFlags.has(kebab(name)));
    if (taken) throw new UsageError(`flag already exists: ${kebab(taken.name)}`);
    const step: Step = { function: next, given: {} };
    steps.push(step);
    const [word, ...after] = parseFlags(rest, step);
    next = nextFunction(word, steps, catalog);
    rest = after;
  }
  return steps;
}

/** Returns the command as users type it: `npm run call -- build export`, with the name of a toolchain. */
export function commandPath(steps: Step[], { toolchain }: Pick<Catalog, "toolchain">): string {
  return [
    "npm run call --",
    ...(toolchain === undefined ? [] : [kebab(toolchain)]),
    ...steps.slice(1).map((step) => kebab(step.function.name)),
  ].join(" ");
}

function nextFunction(word: string | undefined, steps: Step[], catalog: Catalog): FunctionType | undefined {
  if (word === undefined) return undefined;
  const last = steps.at(-1)?.function;
  const functions = (last && catalog.functions(last.returns)) ?? [];
  const found = functions.find(({ name }) => kebab(name) === kebab(word));
  if (found) return found;
  const accepted = functions.length > 0 ? ` Accepted: ${functions.map(({ name }) => kebab(name)).join(", ")}.` : "";
  throw new UsageError(`unknown command "${word}" for "${commandPath(steps, catalog)}".${accepted}`);
}

/** Reads the flags of a step, up to the name of the next function. @returns The words from that name on. */
function parseFlags(args: string[], { function: called, given }: Step): string[] {
  const flags = flagsOf(called);
  const types = flags.flatMap(({ name, type: { kind } }) =>
    [name, kebab(name)].map((flag) => [flag, { type: kind === "BOOLEAN" ? "boolean" : "string" }] as const),
  );
  const { tokens } = parseArgs({ args, options: Object.fromEntries(types), strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional") return args.slice(token.index);
    if (token.kind === "option-terminator") continue;
    const { name, rawName, value } = token;
    const argument = flags.find((one) => rawName.startsWith("--") && [one.name, kebab(one.name)].includes(name));
    if (!argument) {
      const accepted = [...flags.map((one) => `--${kebab(one.name)}`), "--help"];
      throw new UsageError(`unknown flag: ${rawName}. Accepted here: ${accepted.join(", ")}.`);
    }
    if (value === undefined && argument.type.kind !== "BOOLEAN")
      throw new UsageError(`flag needs an argument: ${rawName}`);
    given[argument.name] = [...(given[argument.name] ?? []), value ?? "true"];
  }
  return [];
}

/** Flags of Dagger's CLI: a function with an argument of such a name is listed and can't be called there. */
const globalFlags = new Set([
  ...["help", "json", "output", "mod", "no-mod", "workdir", "verbose", "quiet", "silent", "debug", "progress", "lock"],
  ...["interactive", "interactive-command", "web", "no-exit", "auto-apply", "x-release", "cloud", "scale-out"],
  ...["dot-output", "dot-focus-field", "dot-show-internal", "allow-llm", "eager-runtime"],
]);

function flagsOf({ args }: FunctionType): ArgumentType[] {
  return args.filter((argument) => !isInjected(argument));
}
