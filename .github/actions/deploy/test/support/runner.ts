import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const folder = fileURLToPath(new URL("../../", import.meta.url));

interface Step {
  id?: string;
  run?: string;
  env?: Record<string, string>;
}

interface Action {
  inputs: Record<string, { default: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: Step[] };
}

export interface Run {
  exitCode: number;
  /** As the runner shows it: its own commands are not in it. */
  log: string;
  /** Workflow commands that the runner carried out, in order. */
  commands: { name: string; properties: string; data: string }[];
  outputs: Record<string, string>;
  summary: string;
  /** Everything that the step wrote anywhere. */
  all: string;
}

export interface RunOptions {
  /** Put before the PATH. */
  path: string;
  env?: Record<string, string>;
  /** Outputs of the steps before, such as `aws.aws-access-key-id`. */
  steps?: Record<string, string>;
  cwd?: string;
  /** Called when the step has started. */
  started?: (pid: number, printed: (text: string) => Promise<void>) => Promise<void>;
}

/** Runs the script step of action.yml as a runner does, with its environment variables and files. */
export async function runAction(given: Record<string, string>, options: RunOptions): Promise<Run> {
  const action = parse(await readFile(join(folder, "action.yml"), "utf8")) as Action;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(action.inputs, name));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(", ")}`);
  const values: Record<string, string> = { ...prefixed("steps", options.steps ?? {}) };
  for (const [name, { default: value }] of Object.entries(action.inputs))
    values[`inputs.${name}`] = given[name] ?? value;
  const temp = await mkdtemp(join(tmpdir(), "slipway-runner-"));
  try {
    const files = Object.fromEntries(
      ["OUTPUT", "STEP_SUMMARY", "ENV", "PATH", "STATE"].map((name) => [`GITHUB_${name}`, join(temp, name)]),
    );
    for (const file of Object.values(files)) await writeFile(file, "");
    const cwd = options.cwd ?? join(temp, "workspace");
    if (!options.cwd) await mkdir(cwd);
    let raw = "";
    const runStep = async (id: string, { started }: Pick<RunOptions, "started">) => {
      const step = action.runs.steps.find((one) => one.id === id) ?? {};
      const script = join(temp, "step.sh");
      await writeFile(script, step.run ?? "");
      const environment = Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text, values)]);
      const child = spawn("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", script], {
        cwd,
        env: {
          ...{ HOME: process.env.HOME, PATH: `${options.path}${delimiter}${process.env.PATH}` },
          ...{
            GITHUB_ACTIONS: "true",
            CI: "true",
            GITHUB_WORKSPACE: cwd,
            GITHUB_ACTION_PATH: folder,
            RUNNER_TEMP: temp,
          },
          ...{ ...files, ...options.env, ...Object.fromEntries(environment) },
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const listeners = new Set<() => void>();
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          raw += text;
          for (const listener of listeners) listener();
        });
      }
      const printed = (text: string) =>
        new Promise<void>((resolve) => {
          const look = () => raw.includes(text) && resolve();
          listeners.add(look);
          look();
        });
      await started?.(child.pid ?? 0, printed);
      const [code] = (await once(child, "close")) as [number | null];
      return code ?? -1;
    };
    const exitCode = await runStep("call", options);
    const called = readOutputs(await readFile(files.GITHUB_OUTPUT ?? "", "utf8"));
    // The condition of the step in action.yml.
    const isReported =
      values["inputs.report-files"] === "true" &&
      called["service-deployment-arn"] !== undefined &&
      called["service-deployment-arn"] !== "";
    await writeFile(files.GITHUB_OUTPUT ?? "", "");
    const reportExit = isReported ? await runStep("report", {}) : 0;
    if (reportExit !== 0) throw new Error(`The step of the report ended with ${reportExit}: ${raw}`);
    const reported = readOutputs(await readFile(files.GITHUB_OUTPUT ?? "", "utf8"));
    const [output = "", summary = "", ...others] = await Promise.all(
      Object.values(files).map((file) => readFile(file, "utf8")),
    );
    if (others.join("") !== "") throw new Error(`The step wrote variables or paths: ${others.join("")}`);
    const results = prefixed("steps", { ...prefixed("call", called), ...prefixed("report", reported) });
    const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value, results)]);
    return {
      exitCode,
      ...interpret(raw),
      outputs: Object.fromEntries(outputs),
      summary,
      all: `${raw}\n${Object.values(called).join("\n")}\n${output}\n${summary}`,
    };
  } finally {
    await rm(temp, { recursive: true });
  }
}

function prefixed(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const [step, output] = name.split(".");
      return [output ? `${prefix}.${step}.outputs.${output}` : `${prefix}.${name}`, value];
    }),
  );
}

/** Evaluates `${{ inputs.name }}` and `${{ steps.id.outputs.name }}`: nothing else stands in the action. */
function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\$\{\{ *(?:(inputs)\.|steps\.(\w+)\.outputs\.)([\w-]+) *\}\}/g, (_all, inputs, step, name) =>
    inputs
      ? (values[`inputs.${name}`] ?? "")
      : (values[`steps.${step}.outputs.${name}`] ?? values[`steps.${step}.${name}`] ?? ""),
  );
}

/** Reads GITHUB_OUTPUT as the runner does: `NAME<<DELIMITER`, lines, `DELIMITER`; or `NAME=VALUE`. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  while (lines.length > 0) {
    const line = lines.shift() ?? "";
    const [, name, end] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (name && end) {
      const at = lines.indexOf(end);
      if (at < 0) throw new Error(`GITHUB_OUTPUT has no end of ${name}`);
      outputs[name] = lines
        .splice(0, at + 1)
        .slice(0, -1)
        .join("\n");
    } else if (line.includes("=")) outputs[line.split("=")[0] ?? ""] = line.split(/=(.*)/s)[1] ?? "";
    else if (line !== "") throw new Error(`GITHUB_OUTPUT has ${JSON.stringify(line)}`);
  }
  return outputs;
}

/**
 * Carries out workflow commands as the runner does: `::name properties::data` at the start of a line and `##[name properties]data`
 * anywhere, none between `::stop-commands::WORD` and `::WORD::`.
 */
function interpret(raw: string): Pick<Run, "log" | "commands"> {
  const commands: Run["commands"] = [];
  const log: string[] = [];
  let stopped: string | undefined;
  for (const line of raw.split(/\r\n|[\r\n]/)) {
    const [, name = "", properties = "", data = ""] =
      /^\s*::([\w-]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? /##\[([\w-]+)(?: ([^\]]*))?\](.*)$/.exec(line) ?? [];
    if (stopped !== undefined) {
      if (line.trim() === `::${stopped}::`) stopped = undefined;
      else log.push(line);
    } else if (name === "stop-commands") stopped = data;
    else if (name !== "") commands.push({ name, properties, data });
    else log.push(line);
  }
  return { commands, log: log.join("\n") };
}
