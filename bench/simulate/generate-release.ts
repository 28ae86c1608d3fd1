import fc from "fast-check";
import type { Before, ImageScript, ReleaseScript, TaskScript } from "../scenario/scenario.js";
import { is, oneOf, SECOND, seconds, sometimes } from "./arbitraries.js";

/** Faults of a task; one without a visible effect (a failing check without a health check) is ignored. */
const fault: fc.Arbitrary<TaskScript> = fc.oneof<fc.Arbitrary<TaskScript>[]>(
  fc.record({ exit: fc.record({ after: is(0), code: fc.constantFrom(1, 0, 127) }) }),
  fc.record({ exit: fc.record({ after: seconds(1, 400), code: fc.constantFrom(1, 0, 143) }) }),
  fc.record({
    exit: fc.record({
      after: seconds(30, 50),
      code: is(137),
      reason: is("OutOfMemoryError: container killed due to memory usage"),
    }),
  }),
  fc.record({
    pull: seconds(1, 100),
    pullError: fc.constantFrom(
      "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref: not found",
      "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException",
    ),
  }),
  fc.record({
    health: is([{ after: 20 * SECOND, status: "UNHEALTHY" as const }]),
    target: is([
      { after: 20 * SECOND, state: "unhealthy" as const, reason: "Health checks failed with these codes: [503]" },
    ]),
  }),
  seconds(30, 300).map((after) => ({
    health: [
      { after: 15 * SECOND, status: "HEALTHY" as const },
      { after, status: "UNHEALTHY" as const },
    ],
    target: [
      { after: 10 * SECOND, state: "healthy" as const },
      { after, state: "unhealthy" as const, reason: "Request timed out" },
    ],
  })),
);
const slow: fc.Arbitrary<TaskScript> = sometimes<Omit<TaskScript, "sidecarExits">>({
  pull: [3, seconds(0, 180)],
  start: [3, seconds(0, 240)],
  health: [2, seconds(0, 200).map((after) => [{ after, status: "HEALTHY" as const }])],
  target: [2, seconds(0, 200).map((after) => [{ after, state: "healthy" as const }])],
  stop: [2, seconds(0, 120)],
  drain: [2, seconds(0, 300)],
  pullError: [0, is("")],
  exit: [0, is({ after: 0, code: 0 })],
  serves: [1, fc.constantFrom({ version: "v0.0.1" }, { status: 500 }, { status: 404 })],
});
export const tasks: fc.Arbitrary<TaskScript[]> = oneOf(
  [3, is([])],
  [2, slow.map((one) => [one])],
  [3, fault.map((one) => [one])],
  [2, fc.tuple(fc.array(fault, { minLength: 1, maxLength: 4 }), slow).map(([faults, last]) => [...faults, last])],
  [1, fc.array(oneOf([1, slow], [1, fault]), { minLength: 1, maxLength: 6 })],
);
const image: fc.Arbitrary<ImageScript> = fc.constantFrom(
  { isIndex: true },
  { exists: false },
  { platform: "linux/arm64" },
  { status: "ARCHIVED" },
);

export const release: fc.Arbitrary<ReleaseScript & { version?: string }> = sometimes<
  ReleaseScript & { version?: string }
>({
  tasks: [8, tasks],
  image: [1, image],
  version: [1, is("v1.0.0")],
});
/** Old tasks that do not start again are played by drills: another member would draw all seeds anew. */
export const before: fc.Arbitrary<Before> = sometimes<Omit<Before, "restarted">>({
  versions: [
    2,
    fc.constantFrom(
      ["v1.0.0"],
      ["v0.9.0", "v1.0.0"],
      ["v1.0.0", "v2.0.0"],
      ["v0.8.0", "v0.9.0", "v1.0.0"],
      ["v1.0.0", "v0.9.0", "v1.0.0"],
    ),
  ],
  completed: [1, is(false)],
  broken: [1, fc.constantFrom(["v0.9.0"], ["v2.0.0"])],
  tasks: [2, slow.map(({ stop = 1_000, drain = 0 }) => [{ stop, drain }])],
});
