import { resolve } from "node:path";
import { explained } from "../../containers/errors.js";
import { UsageError } from "../errors.js";
import { FunctionError } from "../module/invoke.js";
import { findModule } from "../module/source.js";
import type { ArgumentType } from "../module/types.js";
import { Session } from "../session/session.js";
import type { StandIn } from "../stand-in.js";
import { catalogOf } from "./catalog.js";
import { readDefaults } from "./dotenv.js";
import { type Evaluation, evaluate, fromDotenv } from "./evaluate.js";
import { functionList, helpText } from "./help.js";
import { type CommandLine, parseCommandLine, parseModuleDirectory } from "./parse.js";
import { present } from "./print.js";

export interface CallOptions {
  /** The words after `dagger call`. */
  args: string[];
  cwd: string;
  env: Record<string, string | undefined>;
  /** Hears the result alone. */
  onStdout: (text: string) => void;
  /** Hears progress and errors, whole lines. */
  onStderr: (text: string) => void;
  signal: AbortSignal;
}

/** Makes one call as `dagger call` does, and answers its exit code. */
export async function call(standIn: StandIn, options: CallOptions): Promise<number> {
  const silence = { silent: options.args.some((word) => word === "-s" || word === "--silent") };
  const say = (text: string) => options.onStderr(text.endsWith("\n") ? text : `${text}\n`);
  try {
    return await answer(standIn, options, (line) => silence.silent || say(line));
  } catch (error) {
    return options.signal.aborted ? stopped(say) : failed(error, say);
  }
}

async function answer(standIn: StandIn, options: CallOptions, progress: (line: string) => void): Promise<number> {
  const { args, cwd, env, signal, onStdout } = options;
  const source = findModule(resolve(cwd, parseModuleDirectory(args) ?? "."));
  const session = new Session({ machine: standIn, contextDirectory: source.context, cwd, env, progress, signal });
  try {
    const catalog = catalogOf(source.name, await standIn.types(session, source));
    if (args[0] === "functions") {
      onStdout(`${functionList(catalog.functions(catalog.constructor_.returns) ?? [])}\n`);
      return 0;
    }
    const line = parseCommandLine(args, catalog);
    const defaults = readDefaults(source, cwd, env);
    const evaluation: Evaluation = { session, source, catalog, defaults, start: () => standIn.process(source) };
    if (line.help || line.steps.length === 1) onStdout(`${help(evaluation, line)}\n`);
    else onStdout(await present(await evaluate(evaluation, line.steps), { session, catalog, ...line }));
    return 0;
  } finally {
    await session.close();
  }
}

function help(evaluation: Evaluation, { steps }: CommandLine): string {
  const last = steps.at(-1);
  const owner = steps.at(-2)?.function.returns;
  const given = (argument: ArgumentType) => last && fromDotenv(evaluation, last, owner, argument);
  return helpText(steps, evaluation.catalog, given);
}

function failed(error: unknown, say: (text: string) => void): number {
  const message = explained(error as Error);
  say(`Error: ${message}`);
  if (error instanceof UsageError) say("Run 'npm run call -- --help' for usage.");
  if (!(error instanceof FunctionError)) return 1;
  const { stdout, stderr } = error.output;
  if (stdout && !message.includes(stdout.trim())) say(`Stdout:\n${stdout}`);
  if (stderr && !message.includes(stderr.trim())) say(`Stderr:\n${stderr}`);
  return error.exitCode;
}

/** As a shell tells of what Ctrl-C ended. */
function stopped(say: (text: string) => void): number {
  say("Canceled.");
  return 130;
}
