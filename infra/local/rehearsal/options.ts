import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Strategy, strategies } from "./strategy.js";

export interface Options {
  /** Install missing programs without a question. */
  yes: boolean;
  /** Leave the local AWS running at the end. */
  keep: boolean;
  /** Only stop a local AWS that keeps running. */
  stop: boolean;
  /** Runner of the module: the stand-in of this repository, or Dagger's engine through the `dagger` CLI. */
  engine: "stand-in" | "dagger";
  /** Port of the local AWS; 0 for any free port. */
  port: number;
  /** Deployment strategy of the service. */
  strategy: Strategy;
  /** Run the drills with containers after the steps. */
  drills: boolean;
  /** Absolute path of the user's service; absent for the sample. */
  app?: string;
  /** Released containers of a task definition. */
  container: string[];
  /** Names or prefixes of drills; empty for all. */
  name: string[];
  /** With `app`: path of the file that describes the service. Otherwise name of a file of infra/targets for the drills. */
  target: string;
  help: boolean;
}

export const help = `Usage: npm run rehearse -- [options]

Tests, builds, publishes and deploys the sample app on this machine, or a service of your own: real containers behind a local ECR, ECS
and load balancer. At the end a release that can't start is deployed, which is rolled back.

  --app DIR          rehearse your own service: its repository, or its directory in a repository, with a Dockerfile
  --target FILE      with --app: your target, or what aws ecs describe-task-definition prints
                     (default: infra/targets/production.json in DIR)
  --container NAME   with --app and a task definition: the container that runs your image, if there are several images;
                     repeatable
  --yes              install a missing container runtime without a question
  --keep             keep the local AWS running and print how to use it
  --stop             stop the local AWS of an earlier --keep
  --engine dagger    make the same calls through the dagger CLI on Dagger's engine (default: stand-in)
  --port N           port of the local AWS (default: any free port)
  --strategy NAME    deployment strategy of the service: rolling (default), blue-green, linear or canary, with two target groups
                     and a bake minute of 15 s; measures the share of requests that the new version serves at each step
  --drills           then run fault scenarios with the target's settings and real containers, about 10 minutes;
                     npm run drill -- --list lists them
  --name NAME        with --drills: only drills of this name or prefix; repeatable
  --target NAME      with --drills: the target infra/targets/NAME.json (default: production)
  --help             print this help
`;

/**
 * @param cwd Directory of the user, the base of relative paths.
 * @throws {Error} An option is not accepted; the message has the value received and what is accepted.
 */
export function parseOptions(args: string[], cwd = process.env.INIT_CWD ?? process.cwd()): Options {
  const { values } = parseArgs({
    args,
    options: {
      yes: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      stop: { type: "boolean", default: false },
      engine: { type: "string", default: "stand-in" },
      port: { type: "string", default: "0" },
      strategy: { type: "string", default: "rolling" },
      app: { type: "string" },
      container: { type: "string", multiple: true, default: [] },
      drills: { type: "boolean", default: false },
      name: { type: "string", multiple: true, default: [] },
      target: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { engine, port, app: given, strategy: named, ...others } = values;
  if (engine !== "stand-in" && engine !== "dagger") {
    throw new Error(`--engine was ${JSON.stringify(engine)}. Accepted: stand-in, dagger.`);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new Error(`--port was ${JSON.stringify(port)}. Accepted: 0 (any free port) to 65535.`);
  }
  const strategy = strategies.find((each) => each === named);
  if (strategy === undefined) {
    throw new Error(`--strategy was ${JSON.stringify(named)}. Accepted: ${strategies.join(", ")}.`);
  }
  if (given !== undefined && values.drills) {
    throw new Error("--drills runs on targets of this repository and is not accepted with --app.");
  }
  if (given === undefined && values.container.length > 0) {
    throw new Error("--container is accepted with --app only: it names a container of your task definition.");
  }
  if (!values.drills && (values.name.length > 0 || (values.target !== undefined && given === undefined))) {
    throw new Error(
      "--name and --target are accepted with --drills only; --target FILE is also accepted with --app DIR.",
    );
  }
  if (values.stop && args.some((arg) => arg !== "--stop" && arg !== "--help")) {
    throw new Error("--stop is not accepted with other options.");
  }
  const common = { ...others, port: Number(port), strategy };
  if (given === undefined) return { ...common, engine, target: values.target ?? "production" };
  const app = resolve(cwd, given);
  return { ...common, engine, app, target: resolve(cwd, values.target ?? join(app, "infra/targets/production.json")) };
}
