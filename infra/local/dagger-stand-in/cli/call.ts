import { resolve } from "node:path";
import { Display, type Output } from "../display/display.js";
import { UsageError } from "../errors.js";
import { catalogOf } from "../module/catalog.js";
import { findCalled } from "../module/toolchain.js";
import type { ArgumentType } from "../module/types.js";
import { Session } from "../session/session.js";
import type { StandIn } from "../stand-in.js";
import { Trace } from "../telemetry/trace.js";
import { readDefaults } from "./dotenv.js";
import { type Evaluation, evaluate, fromDotenv, prepare } from "./evaluate.js";
import { functionList, helpText } from "./help.js";
import { parseSteps, type Step, takeOptions } from "./parse.js";
import { present } from "./print.js";

export interface CallOptions extends Output {
  /** Arguments after `dagger call`. */
  args: string[];
  cwd: string;
  signal: AbortSignal;
  /** True when no call follows: no process is started ahead. */
  isLast?: boolean;
}

type CommandLine = ReturnType<typeof takeOptions>;

/** Runs one command line like `dagger call`. @returns Its exit code. */
export async function call(standIn: StandIn, options: CallOptions): Promise<number> {
  const { signal, onStderr } = options;
  let line: CommandLine;
  try {
    line = takeOptions(options.args);
  } catch (error) {
    onStderr(`Error: ${(error as Error).message}\n`);
    return 1;
  }
  const trace = new Trace(Date.now, signal);
  const { terminal, ...output } = options;
  const display = new Display(trace, line.options.progress === "plain" ? output : options);
  try {
    await answer(standIn, options, line, trace, display);
    display.close();
    return 0;
  } catch (error) {
    return signal.aborted ? stopped(display) : failed(error, trace, display);
  }
}

async function answer(
  standIn: StandIn,
  { cwd, env, signal, isLast, stdoutColumns = 80 }: CallOptions,
  { options, words }: CommandLine,
  trace: Trace,
  display: Display,
): Promise<void> {
  const moduleDirectory = options.mod ?? ".";
  const { source, args, session, catalog } = await trace.step(`load workspace: ${moduleDirectory}`, async () => {
    const { source, args } = findCalled(resolve(cwd, moduleDirectory), words);
    const session = new Session({ machine: standIn, contextDirectory: source.context, cwd, env, trace, signal });
    return { source, args, session, catalog: catalogOf(source, await standIn.types(session, source)) };
  });
  try {
    if (args[0] === "functions") {
      display.stdout(`${functionList(catalog.functions(catalog.constructor_.returns) ?? [], stdoutColumns)}\n`);
      return;
    }
    const evaluation: Evaluation = {
      session,
      source,
      catalog,
      defaults: [],
      start: () => standIn.process(source, isLast),
      onDefault: (line) => display.stderr(line),
    };
    const { steps, calls } = await trace.step("parsing command line arguments", async () => {
      const steps = parseSteps(args, catalog);
      evaluation.defaults = readDefaults(source, cwd, env);
      const isHelp = options.help || steps.length === 1;
      return { steps, calls: isHelp ? undefined : prepare(evaluation, steps) };
    });
    if (!calls) display.stdout(`${help(evaluation, steps, stdoutColumns)}\n`);
    else display.stdout(await present(await evaluate(evaluation, calls), { session, catalog, display, ...options }));
  } finally {
    await session.close();
  }
}

function help(evaluation: Evaluation, steps: Step[], columns: number): string {
  const last = steps.at(-1);
  const owner = steps.at(-2)?.function.returns;
  const given = (argument: ArgumentType) => last && fromDotenv(evaluation, last, owner, argument)?.value;
  return helpText(steps, evaluation.catalog, given, columns);
}

/** Writes an error like Dagger's CLI, and the output of a failed command when no terminal shows its log. */
function failed(error: unknown, trace: Trace, display: Display): number {
  const message = trace.messageOf(error, "0".repeat(16));
  display.stderr(`Error: ${message}`);
  if (error instanceof UsageError) display.stderr("Run 'npm run call -- --help' for usage.");
  const { _type, exitCode, stdout, stderr } = (error as { extensions?: Record<string, unknown> }).extensions ?? {};
  const isExec = _type === "EXEC_ERROR";
  if (isExec && !display.isTerminal) {
    if (typeof stdout === "string" && stdout !== "") display.stderr(`Stdout:\n${stdout}`);
    if (typeof stderr === "string" && stderr !== "") display.stderr(`Stderr:\n${stderr}`);
  }
  display.close(message);
  return isExec && typeof exitCode === "number" ? Math.trunc(exitCode) || 1 : 1;
}

/** Returns the exit code of Dagger's CLI after Ctrl-C: 2 on a terminal and 1 without one (tried with 0.21.8). */
function stopped(display: Display): number {
  display.stderr("Canceled.");
  display.close();
  return display.isTerminal ? 2 : 1;
}
