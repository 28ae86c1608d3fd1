import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import type { Socket } from "node:net";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Store } from "../content/store.js";
import type { ApiServer } from "../session/server.js";
import type { Session } from "../session/session.js";
import type { Answer, Assignment, Call } from "./assignment.js";
import { type ModuleSource, sourceFiles } from "./source.js";
import { clientTypes, moduleView } from "./view.js";

const entry = fileURLToPath(new URL("entry.mjs", import.meta.url));

/** As the engine runs it; and its Node.js is newer than the one that the AWS SDK warns of. */
const quiet = ["--no-deprecation", "--disable-warning=NodeVersionSupportWarning"];

/** How a process of the module ended that gave no answer. */
export interface Ended {
  exitCode: number;
  stderr: string;
}

/**
 * One process of a module: it runs one function and ends. It can be started before there is a function to run; by the time that there
 * is one, it has read the sources.
 */
export class ModuleProcess {
  private assign!: (assignment: Assignment) => void;
  private onLine: (line: string) => void = () => undefined;
  private readonly stderr: Promise<string>;
  private readonly exit: Promise<number>;

  private constructor(
    private readonly child: ChildProcess,
    stdout: NodeJS.ReadableStream,
    stderr: NodeJS.ReadableStream,
    private readonly done: () => void,
  ) {
    createInterface({ input: stdout }).on("line", (line) => this.onLine(line));
    this.stderr = text(stderr);
    this.exit = new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (code) => resolve(code ?? 1));
    });
    this.exit.then(done, done);
  }

  static async start(source: ModuleSource, store: Store, server: ApiServer): Promise<ModuleProcess> {
    let assign: (assignment: Assignment) => void = () => undefined;
    const assignment = new Promise<Assignment>((resolve) => {
      assign = resolve;
    });
    const token = server.admit({ moduleName: source.name, assignment });
    const home = await store.scratch();
    const child = spawn(process.execPath, [...quiet, entry, ...(await args(source, store))], {
      cwd: home,
      stdio: ["ignore", "pipe", "pipe"],
      env: environment(source, store, { port: server.port, token, home }),
    });
    const done = () => {
      server.dismiss(token);
      rmSync(home, { recursive: true, force: true });
    };
    const started = new ModuleProcess(child, child.stdout, child.stderr, done);
    started.assign = assign;
    return started;
  }

  /**
   * Runs a function in it.
   *
   * @returns Its answer, or how the process ended without one. What the function writes to its standard output is told as progress.
   */
  async run(session: Session, call: Call): Promise<Answer | Ended> {
    let answer: Answer | undefined;
    this.wake();
    this.onLine = session.progress;
    const kill = () => this.kill();
    session.signal.addEventListener("abort", kill, { once: true });
    if (session.signal.aborted) kill();
    try {
      this.assign({ session, call, settle: (settled) => (answer = settled) });
      const [exitCode, stderr] = await Promise.all([this.exit, this.stderr]);
      session.signal.throwIfAborted();
      if (answer === undefined) return { exitCode, stderr };
      if (stderr) session.progress(stderr.trimEnd());
      return answer;
    } finally {
      session.signal.removeEventListener("abort", kill);
    }
  }

  /** Lets this process of ours end without it: it is killed then. */
  rest(): void {
    this.child.unref();
    for (const stream of [this.child.stdout, this.child.stderr]) (stream as Socket | null)?.unref();
    process.once("exit", this.killNow);
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

async function args(source: ModuleSource, store: Store): Promise<string[]> {
  const view = await moduleView(store, source);
  const files = (await sourceFiles(source.directory)).map((path) => join(view, relative(source.directory, path)));
  const entrypoint = join(source.sdk, "dist/src/module/entrypoint/entrypoint.js");
  return [pathToFileURL(entrypoint).href, clientTypes(view), ...files];
}

/** The host's environment does not reach a function, here as on the engine. */
function environment(
  source: ModuleSource,
  store: Store,
  { port, token, home }: { port: number; token: string; home: string },
): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, NODE_EXTRA_CA_CERTS } = process.env;
  return {
    PATH,
    ...(TMPDIR && { TMPDIR }),
    ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }),
    HOME: home,
    // The SDK brings a whole compiler along. Node.js 22 and newer need not compile it each time.
    NODE_COMPILE_CACHE: join(store.path, "compiled"),
    // The engine's own Node.js is newer than those that the AWS SDK warns about.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    TSX_TSCONFIG_PATH: join(source.directory, "tsconfig.json"),
    DAGGER_SESSION_PORT: String(port),
    DAGGER_SESSION_TOKEN: token,
  };
}
