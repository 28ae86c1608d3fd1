import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Options {
  /** Install what is missing without asking. */
  yes: boolean;
  /** Leave the local AWS running at the end. */
  keep: boolean;
  /** End a local AWS that was kept, and do nothing else. */
  stop: boolean;
  /** What runs the module: the stand-in in this repository, or a real Dagger engine through the `dagger` CLI. */
  engine: "stand-in" | "dagger";
  /** The local AWS's port; 0 lets the system choose. */
  port: number;
  /** Play the drills with containers after the steps. */
  drills: boolean;
  /** The directory of the user's own service, absolute; absent for the sample. */
  app?: string;
  /** The released containers of a task definition. */
  container: string[];
  /** Which drills; all when there is none. */
  name: string[];
  /** With `app`: the path of the file that describes the service. Else the file of infra/targets whose service the drills are played on. */
  target: string;
  help: boolean;
}

export const help = `Usage: npm run rehearse -- [options]

Tests, builds, publishes and deploys the sample app on this machine, or a service of your own: real containers behind a local ECR, ECS
and load balancer. A release that can't start is deployed at the end, to see it rolled back.

  --app DIR          rehearse your own service: its repository, or its directory in a repository, with a Dockerfile
  --target FILE      with --app: your target, or what aws ecs describe-task-definition prints
                     (default: infra/targets/production.json in DIR)
  --container NAME   with --app and a task definition: the container that runs your image, where several images leave it open;
                     several times if you like
  --yes              install a container engine without asking, if none is here
  --keep             leave the local AWS running and say how to use it
  --stop             end a local AWS that --keep left running
  --engine dagger    make the same calls through the dagger CLI on a real engine (default: stand-in)
  --port N           the local AWS's port (default: any free one)
  --drills           then play what can go wrong with a deploy on the target's own settings, with real containers, some
                     10 minutes; npm run drill -- --list tells what there is
  --name NAME        with --drills: only this one, or those whose name begins so; several times if you like
  --target NAME      with --drills: on the service of infra/targets/NAME.json (default: production)
  --help             this text
`;

/**
 * @param cwd The user's directory, which paths start at.
 * @throws Error naming what was given and what is accepted.
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
      app: { type: "string" },
      container: { type: "string", multiple: true, default: [] },
      drills: { type: "boolean", default: false },
      name: { type: "string", multiple: true, default: [] },
      target: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { engine, port, app: given, ...others } = values;
  if (engine !== "stand-in" && engine !== "dagger") {
    throw new Error(`--engine was ${JSON.stringify(engine)}. Accepted: stand-in, dagger.`);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new Error(`--port was ${JSON.stringify(port)}. Accepted: 0 (any free port) to 65535.`);
  }
  if (given !== undefined && values.drills) {
    throw new Error("--drills are played on targets of this repository: they are not accepted with --app.");
  }
  if (given === undefined && values.container.length > 0) {
    throw new Error("--container names a container of your own service's task definition: it is accepted with --app.");
  }
  if (!values.drills && (values.name.length > 0 || (values.target !== undefined && given === undefined))) {
    throw new Error(
      "--name and --target are accepted with --drills: which drills, and on whose settings. --target FILE is accepted with --app DIR too.",
    );
  }
  if (values.stop && args.some((arg) => arg !== "--stop" && arg !== "--help")) {
    throw new Error("--stop ends a kept local AWS and does nothing else: it is accepted alone.");
  }
  const common = { ...others, port: Number(port) };
  if (given === undefined) return { ...common, engine, target: values.target ?? "production" };
  const app = resolve(cwd, given);
  return { ...common, engine, app, target: resolve(cwd, values.target ?? join(app, "infra/targets/production.json")) };
}
