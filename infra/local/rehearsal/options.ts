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
  /** Which drills; all when there is none. */
  name: string[];
  /** The file of infra/targets whose service the drills are played on. */
  target: string;
  help: boolean;
}

export const help = `Usage: npm run rehearse -- [options]

Tests, builds, publishes and deploys the app on this machine: real containers behind a local ECR, ECS and load balancer.

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

/** @throws Error naming what was given and what is accepted. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      yes: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      stop: { type: "boolean", default: false },
      engine: { type: "string", default: "stand-in" },
      port: { type: "string", default: "0" },
      drills: { type: "boolean", default: false },
      name: { type: "string", multiple: true, default: [] },
      target: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { engine, port } = values;
  if (engine !== "stand-in" && engine !== "dagger") {
    throw new Error(`--engine was ${JSON.stringify(engine)}. Accepted: stand-in, dagger.`);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new Error(`--port was ${JSON.stringify(port)}. Accepted: 0 (any free port) to 65535.`);
  }
  if (!values.drills && (values.name.length > 0 || values.target !== undefined)) {
    throw new Error("--name and --target say which drills, and on whose settings: they are accepted with --drills.");
  }
  if (values.stop && args.some((arg) => arg !== "--stop" && arg !== "--help")) {
    throw new Error("--stop ends a kept local AWS and does nothing else: it is accepted alone.");
  }
  return { ...values, engine, port: Number(port), target: values.target ?? "production" };
}
