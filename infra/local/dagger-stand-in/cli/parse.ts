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

export interface CommandLine {
  /** Constructor, then the chained calls. */
  steps: Step[];
  help: boolean;
  json: boolean;
  silent: boolean;
  /** Path to which the result is saved. */
  output?: string;
  /** Directory of the module. */
  mod?: string;
}

type Options = Omit<CommandLine, "steps">;

/**
 * Reads the words of `dagger call`: flags belong to the function before them, those before the first function to the constructor.
 *
 * @throws {UsageError} A flag or function is unknown, or a flag has no value.
 */
export function parseCommandLine(words: string[], catalog: Catalog): CommandLine {
  const options: Options = { help: false, json: false, silent: false };
  const steps: Step[] = [];
  let rest = words;
  let next: FunctionType | undefined = catalog.constructor_;
  while (next) {
    const step: Step = { function: next, given: {} };
    const taken = flagsOf(step).find(({ name }) => globalFlags.has(kebab(name)));
    if (taken) throw new UsageError(`flag already exists: ${kebab(taken.name)}`);
    steps.push(step);
    rest = parseFlags(rest, step, options);
    next = nextFunction(rest[0], steps, catalog);
    rest = rest.slice(1);
  }
  return { steps, ...options };
}

/** Returns the value of `--mod`, which is needed before the module is known. */
export function parseModuleDirectory(words: string[]): string | undefined {
  const index = words.findIndex((word) => /^(-m|--mod)(=|$)/.test(word));
  return index === -1 ? undefined : (words[index]?.split(/=(.*)/s)[1] ?? words[index + 1]);
}

export interface Progress {
  /** `tty` draws on a terminal, `plain` writes lines, `silent` shows errors alone. */
  mode: "tty" | "plain" | "silent";
  /** Error message when the wanted mode is not possible. */
  refused?: string;
}

/** Reads the mode of progress: `--silent`, then `--progress`, then DAGGER_PROGRESS, then the presence of a terminal. */
export function parseProgress(
  words: string[],
  env: Record<string, string | undefined>,
  hasTerminal: boolean,
): Progress {
  const index = words.findIndex((word) => /^--progress(=|$)/.test(word));
  const given = index === -1 ? undefined : (words[index]?.split(/=(.*)/s)[1] ?? words[index + 1]);
  const wanted = !given || given === "auto" ? env.DAGGER_PROGRESS || "auto" : given;
  if (words.some((word) => word === "-s" || word === "--silent")) return { mode: "silent" };
  if (wanted === "auto") return { mode: hasTerminal ? "tty" : "plain" };
  if (wanted === "plain") return { mode: "plain" };
  if (wanted !== "tty")
    return { mode: "plain", refused: `unknown progress type ${JSON.stringify(wanted)}. Accepted: auto, plain, tty.` };
  return hasTerminal ? { mode: "tty" } : { mode: "plain", refused: 'no tty available for progress "tty"' };
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

function parseFlags(words: string[], step: Step, options: Options): string[] {
  let rest = words;
  while (rest[0]?.startsWith("-") && rest[0] !== "-") {
    const [word = "", ...after] = rest;
    if (word === "--") return after;
    const [flag = "", inline] = word.split(/=(.*)/s);
    const argument = flagsOf(step).find(({ name }) => flag.startsWith("--") && kebab(name) === kebab(flag));
    const takesValue = argument ? argument.type.kind !== "BOOLEAN" : valueOptions.has(flag);
    if (takesValue && inline === undefined && after.length === 0)
      throw new UsageError(`flag needs an argument: ${flag}`);
    const value = inline ?? (takesValue ? (after[0] ?? "") : "true");
    if (argument) give(step, argument, value);
    else if (!setOption(options, flag, value)) throw unknownFlag(flag, step);
    rest = takesValue && inline === undefined ? after.slice(1) : after;
  }
  return rest;
}

function give({ given }: Step, { name }: ArgumentType, value: string): void {
  given[name] = [...(given[name] ?? []), value];
}

/** Flags of Dagger's CLI: a function with an argument of such a name is listed and can't be called there. */
const globalFlags = new Set([
  ...["help", "json", "output", "mod", "no-mod", "workdir", "verbose", "quiet", "silent", "debug", "progress", "lock"],
  ...["interactive", "interactive-command", "web", "no-exit", "auto-apply", "x-release", "cloud", "scale-out"],
  ...["dot-output", "dot-focus-field", "dot-show-internal", "allow-llm", "eager-runtime"],
]);

export const valueOptions: ReadonlySet<string> = new Set(["-o", "--output", "-m", "--mod", "--progress"]);

function flagsOf({ function: { args } }: Step): ArgumentType[] {
  return args.filter((argument) => !isInjected(argument));
}

function unknownFlag(flag: string, step: Step): UsageError {
  const accepted = [...flagsOf(step).map(({ name }) => `--${kebab(name)}`), "--help"];
  return new UsageError(`unknown flag: ${flag}. Accepted here: ${accepted.join(", ")}.`);
}

/** Sets an option of the CLI. @returns False when there is no such option. */
function setOption(options: Options, flag: string, value: string): boolean {
  if (flag === "-h" || flag === "--help") options.help = true;
  else if (flag === "-j" || flag === "--json") options.json = true;
  else if (flag === "-s" || flag === "--silent") options.silent = true;
  else if (flag === "-o" || flag === "--output") options.output = value;
  else if (flag === "-m" || flag === "--mod") options.mod = value;
  else return flag === "--progress";
  return true;
}
