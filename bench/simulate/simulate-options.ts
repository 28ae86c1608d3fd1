import { parseArgs } from "node:util";
import { givenIn, refuseIdle } from "../common/given-options.js";

export const help = `Usage: npm run simulate -- [options]

Simulates random rollouts (settings, releases, faults, interruptions) in virtual time, and checks each verdict against the oracle.
Exit code 1: a verdict is wrong. Exit code 2: invalid input. Ctrl-C ends the run and prints the results so far.

  --seeds N   number of seeds (1000)
  --from S    the first seed (1); with --seeds, --seed S means the same
  --jobs N    maximum number of processes (default: one per core)
  --seed S    without --seeds: this seed alone, with its complete log
  --shrink    with --seed alone: finds a smaller scenario that is still wrong
  --help      this text
`;

export type Options =
  | { kind: "help" }
  /** One seed, with its full output. */
  | { kind: "one"; seed: number; shrink: boolean }
  /** Simulates `count` seeds from `first` on. */
  | { kind: "many"; first: number; count: number; jobs: number };

/**
 * Reads the command line.
 * @param cores Default number of processes, without --jobs.
 * @throws Error with the value received and what is accepted, also for options that exclude each other.
 */
export function readOptions(args: string[], cores: number): Options {
  const { values, tokens } = parseArgs({
    args,
    tokens: true,
    options: {
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      jobs: { type: "string" },
      seed: { type: "string" },
      shrink: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return { kind: "help" };
  const given = givenIn(tokens);
  if (values.seed !== undefined && given.has("from")) {
    throw new Error(
      "--seed and --from both name a seed. Accepted: --seed S alone for one, or --seeds N --from S for N.",
    );
  }
  if (values.seed !== undefined && !given.has("seeds")) {
    refuseIdle(given, ["jobs"], "with --seed alone, which plays one seed");
    return { kind: "one", seed: whole("--seed", values.seed, 0), shrink: values.shrink };
  }
  refuseIdle(given, ["shrink"], "without --seed, or with --seeds: name the one seed to shrink with --seed alone");
  return {
    kind: "many",
    first: values.seed === undefined ? whole("--from", values.from, 0) : whole("--seed", values.seed, 0),
    count: whole("--seeds", values.seeds, 1),
    jobs: values.jobs === undefined ? cores : whole("--jobs", values.jobs, 1),
  };
}

function whole(name: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(
    `${name} is ${JSON.stringify(text)}. Accepted: a whole number of up to nine digits, from ${least} on.`,
  );
}
