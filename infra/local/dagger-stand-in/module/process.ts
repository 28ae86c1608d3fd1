import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import type { Socket } from "node:net";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { lineSplitter } from "../../containers/output.js";
import type { Answer, Assignment, Call } from "../api/function-call.js";
import type { Store } from "../content/store.js";
import { StandInError } from "../errors.js";
import { type ApiServer, telemetryPath } from "../session/server.js";
import type { Session } from "../session/session.js";
import { traceparent } from "../telemetry/origin.js";
import type { Span } from "../telemetry/span.js";
import { spanId } from "../telemetry/trace.js";
import type { PreparedCode } from "./prepare.js";
import { type ModuleSource, sourceFiles } from "./source.js";
import { clientTypes, moduleView } from "./view.js";

const entry = fileURLToPath(new URL("entry.mjs", import.meta.url));
const preparedEntry = fileURLToPath(new URL("prepared-entry.mjs", import.meta.url));

/** Environment of a module's process, as in the engine. */
const quiet = ["--no-deprecation", "--disable-warning=NodeVersionSupportWarning"];

/** End of a module's process that returned no result. */
export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Minimum of a long output that is kept for errors, in characters: an error carries its last 100 KiB. */
const keptOutput = 1 << 20;

/**
 * Process of a module: it runs one function and ends. It can be started before there is a function to run, so that it has read
 * the sources when the call arrives.
 */
export class ModuleProcess {
  private assign!: (assignment: Assignment) => void;
  private onLine: (line: string) => void = () => undefined;
  private readonly output = { stdout: "", stderr: "" };
  private readonly exit: Promise<number>;

  private constructor(
    private readonly child: ChildProcess,
    stdout: NodeJS.ReadableStream,
    stderr: NodeJS.ReadableStream,
    private readonly done: () => void,
    /** Id of the span that the process reports as its parent: the process starts before its function's span. */
    private readonly span: string,
  ) {
    this.follow("stdout", stdout);
    this.follow("stderr", stderr);
    this.exit = new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (code) => resolve(code ?? 1));
    });
    this.exit.then(done, done);
  }

  static async start(
    source: ModuleSource,
    store: Store,
    server: ApiServer,
    prepared?: PreparedCode,
  ): Promise<ModuleProcess> {
    let assign: (assignment: Assignment) => void = () => undefined;
    const assignment = new Promise<Assignment>((resolve) => {
      assign = resolve;
    });
    const token = server.admit({ moduleName: source.name, assignment });
    const span = spanId();
    const home = await store.scratch();
    const child = spawn(process.execPath, [...quiet, ...(await args(source, store, prepared))], {
      cwd: home,
      stdio: ["ignore", "pipe", "pipe"],
      env: environment(source, store, { port: server.port, token, home, span }),
    });
    const done = () => {
      server.dismiss(token);
      rmSync(home, { recursive: true, force: true });
    };
    const started = new ModuleProcess(child, child.stdout, child.stderr, done, span);
    started.assign = assign;
    return started;
  }

  /**
   * Runs a function in the process.
   *
   * @param span Receives the function's output as its log, and the spans that the function reports as its children.
   * @returns The result, or the end of a process that returned none.
   */
  async run(session: Session, call: Call, span: Span): Promise<Answer | Ended> {
    let answer: Answer | undefined;
    this.wake();
    session.trace.alias(this.span, span);
    this.onLine = (line) => session.trace.log(line, span);
    const kill = () => this.kill();
    session.signal.addEventListener("abort", kill, { once: true });
    if (session.signal.aborted) kill();
    try {
      const settle = (settled: Answer) => {
        if (answer) throw new StandInError("function call return already set");
        answer = settled;
      };
      this.assign({ session, call, settle });
      const exitCode = await this.exit;
      session.signal.throwIfAborted();
      return answer ?? { exitCode, ...this.output };
    } finally {
      session.signal.removeEventListener("abort", kill);
    }
  }

  /** Lets the current process exit without waiting for this one, which is then killed. */
  rest(): void {
    this.child.unref();
    for (const stream of [this.child.stdout, this.child.stderr]) (stream as Socket | null)?.unref();
    process.once("exit", this.killNow);
  }

  private follow(stream: "stdout" | "stderr", input: NodeJS.ReadableStream): void {
    const lines = lineSplitter((_, line) => {
      const output = `${this.output[stream]}${line}\n`;
      // Cut rarely, by half: each cut copies the rest.
      this.output[stream] = output.length > 2 * keptOutput ? output.slice(-keptOutput) : output;
      this.onLine(line);
    });
    input.on("data", (chunk: Buffer) => lines.write(stream, chunk)).on("end", lines.flush);
  }

  private wake(): void {
    this.child.ref();
    for (const stream of [this.child.stdout, this.child.stderr]) (stream as Socket | null)?.ref();
    process.removeListener("exit", this.killNow);
  }

  private readonly killNow = () => {
    this.kill();
    this.done();
  };

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

async function args(source: ModuleSource, store: Store, prepared?: PreparedCode): Promise<string[]> {
  const view = await moduleView(store, source);
  const files = (await sourceFiles(source.directory)).map((path) => join(view, relative(source.directory, path)));
  const types = clientTypes(view);
  if (prepared) return [preparedEntry, prepared.sdk, prepared.sources, join(view, "src"), types, ...files];
  return [entry, pathToFileURL(join(source.sdk, "dist/src/module/entrypoint/entrypoint.js")).href, types, ...files];
}

/** Environment of a function: like the engine, without the host's variables. */
function environment(
  source: ModuleSource,
  store: Store,
  { port, token, home, span }: { port: number; token: string; home: string; span: string },
): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, NODE_EXTRA_CA_CERTS } = process.env;
  return {
    PATH,
    ...(TMPDIR && { TMPDIR }),
    ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }),
    HOME: home,
    // The SDK includes the TypeScript compiler; Node.js 22 and newer cache its compiled code.
    NODE_COMPILE_CACHE: join(store.path, "compiled"),
    // The engine's own Node.js is newer than those that the AWS SDK warns about.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    TSX_TSCONFIG_PATH: join(source.directory, "tsconfig.json"),
    DAGGER_SESSION_PORT: String(port),
    DAGGER_SESSION_TOKEN: token,
    ...telemetry(`http://127.0.0.1:${port}${telemetryPath(token)}`),
    TRACEPARENT: traceparent(randomBytes(16).toString("hex"), span),
  };
}

/** Telemetry variables, as the engine sets them for each process: `setupOTel` of engine/engineutil/executor_spec.go. */
function telemetry(endpoint: string): NodeJS.ProcessEnv {
  const protocol = "http/protobuf";
  return {
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`,
    OTEL_EXPORTER_OTLP_TRACES_LIVE: "1",
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${endpoint}/v1/logs`,
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${endpoint}/v1/metrics`,
  };
}
