import { parseArgs } from "node:util";
import { givenIn, refuseIdle } from "../common/given-options.js";
import { type DrillSettings, terraformSettings } from "./service-settings.js";

export const help = `Usage: npm run drill -- [options]

Runs fault scenarios of a deploy, each with a known outcome, and checks Slipway's verdict against it. Without options all
drills run in virtual time, in seconds.

  --list                 lists the drills, and those that can't run with containers; with --name only the named ones
  --name NAME            only the drill NAME, or the drills whose names begin with it; may be repeated
  --time virtual         in this process, without sockets (the default)
         real            the deployer as a process of its own, real HTTP, simulated tasks; short delays
         containers      the same with real images, real containers and a real load balancer, on the container runtime
                         of this machine; drills that can't run with them are skipped, and the reason is printed
  --speed rehearsal|aws  with --time real or containers: delays of ECS (short, the default, or as on AWS)
  --jobs N               drills at the same time (default 8 with --time real, 3 with containers)
  --seed N               with --time virtual: seed of everything random (default 1)
  --phases N             with --time virtual: runs each drill N times, with its events moved against the polls (default 1)
  --kill                 instead of drills: kills a successful deploy at each of its calls, runs it again and checks that
                         it converges; in real time, about five minutes; with --name these drills, in virtual time
  --every N              with --kill: only every Nth kill point (default 1)
  --out FILE             file for the results, a Markdown table (default out/drills.md)
  --help                 this text

Drills run on the service of infra/targets/production.json, as infra/terraform creates it. To change it:

  --target NAME          another file of infra/targets
  --desired-count N, --minimum-healthy-percent N, --maximum-percent N
  --check none|container|load-balancer|both
  --grace SECONDS        the load balancer's healthCheckGracePeriodSeconds
`;

export interface Options {
  list: boolean;
  kill: boolean;
  every: number;
  names: string[];
  time: "virtual" | "real" | "containers";
  speed: "rehearsal" | "aws";
  jobs: number;
  seed: number;
  phases: number;
  out: string;
  target: string;
  settings: Partial<DrillSettings>;
  help: boolean;
}

/** Reads the command line. @throws Error with the value received and what is accepted. */
export function readOptions(args: string[]): Options {
  const { values, tokens } = parseArgs({
    args,
    tokens: true,
    options: {
      list: { type: "boolean", default: false },
      kill: { type: "boolean", default: false },
      every: { type: "string", default: "1" },
      name: { type: "string", multiple: true, default: [] },
      time: { type: "string", default: "virtual" },
      speed: { type: "string", default: "rehearsal" },
      jobs: { type: "string" },
      seed: { type: "string", default: "1" },
      phases: { type: "string", default: "1" },
      out: { type: "string", default: "out/drills.md" },
      target: { type: "string", default: "production" },
      "desired-count": { type: "string" },
      "minimum-healthy-percent": { type: "string" },
      "maximum-percent": { type: "string" },
      check: { type: "string" },
      grace: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const count = (flag: keyof typeof values, least = 0) => whole(flag, values[flag] as string | undefined, least);
  const time = oneOf("--time", values.time, ["virtual", "real", "containers"]);
  const desiredCount = count("desired-count");
  const minimumHealthyPercent = count("minimum-healthy-percent");
  const maximumPercent = count("maximum-percent", 1);
  const healthCheckGracePeriodSeconds = count("grace");
  if (!values.help) refuseIdleOptions(givenIn(tokens), values.list, values.kill, time);
  const checks = ["none", "container", "load-balancer", "both"] as const;
  return {
    list: values.list,
    kill: values.kill,
    every: count("every", 1) ?? 1,
    names: values.name,
    time,
    speed: oneOf("--speed", values.speed, ["rehearsal", "aws"]),
    jobs: count("jobs", 1) ?? (time === "containers" ? 3 : 8),
    seed: count("seed") ?? 1,
    phases: count("phases", 1) ?? 1,
    out: values.out,
    target: values.target,
    settings: {
      ...(desiredCount !== undefined && { desiredCount }),
      ...(minimumHealthyPercent !== undefined && { minimumHealthyPercent }),
      ...(maximumPercent !== undefined && { maximumPercent }),
      ...(healthCheckGracePeriodSeconds !== undefined && { healthCheckGracePeriodSeconds }),
      ...(values.check !== undefined && { check: oneOf("--check", values.check, checks) }),
    },
    help: values.help,
  };
}

const ofService = ["target", "desired-count", "minimum-healthy-percent", "maximum-percent", "check", "grace"];

const killNamed = "with --kill and --name, which run in virtual time";

function refuseIdleOptions(given: ReadonlySet<string>, list: boolean, kill: boolean, time: Options["time"]): void {
  const ofPlay = ["time", "speed", "seed", "phases", "jobs", "out", ...ofService];
  // The target's name is checked with --list too.
  if (list) refuseIdle(given, [...ofPlay.filter((name) => name !== "target"), "kill", "every"], "with --list");
  else if (kill && given.has("name"))
    refuseIdle(
      given,
      ofPlay.filter((name) => !ofService.includes(name)),
      killNamed,
    );
  else if (kill)
    refuseIdle(
      given,
      ofPlay.filter((name) => name !== "jobs"),
      "with --kill",
    );
  else if (time === "virtual") {
    refuseIdle(given, ["speed", "jobs"], "in virtual time: add --time real or --time containers");
    refuseIdle(given, ["every"], "without --kill");
  } else refuseIdle(given, ["seed", "phases", "every"], `with --time ${time} and without --kill`);
}

export function settingsOf(options: Options, desiredCount: number): DrillSettings {
  return { desiredCount, ...terraformSettings, ...options.settings };
}

function whole(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`--${flag} ${text}: a whole number from ${least} is accepted.`);
}

function oneOf<T extends string>(flag: string, value: string, accepted: readonly T[]): T {
  const found = accepted.find((each) => each === value);
  if (found === undefined) throw new Error(`${flag} ${value}: accepted are ${accepted.join(", ")}.`);
  return found;
}
