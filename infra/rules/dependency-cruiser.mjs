/**
 * The arrows between rooms, as rules of dependency-cruiser: https://github.com/sverweij/dependency-cruiser/blob/main/doc/rules-reference.md
 * Type imports count too, except where a rule is about input and output.
 */

/** Rooms of the deployer, in the order of the arrows: a room imports only from rooms that stand after it. */
const order = [
  "commands",
  "init",
  "report",
  "publish",
  "operate",
  "notify",
  "audit",
  "rollout",
  "image",
  "ecs",
  "aws",
  "config",
  "http",
  "common",
];

/** @param {string[]} names */
const rooms = (...names) => `^ci/lib/(?:${names.join("|")})/`;

/** @type {Record<string, string[]>} Rooms that don't import each other although one stands before the other. */
const apart = {
  rollout: ["image"],
  report: ["publish", "image"],
  image: ["ecs", "aws"],
};

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
const arrows = order.map((room, index) => ({
  name: `ci-${room}`,
  severity: "error",
  comment: `ci/lib/${room} imports only from the rooms after it: ${order.join(" → ")}.`,
  from: { path: rooms(room) },
  to: { path: [`^ci/src/`, ...[...order.slice(0, index), ...(apart[room] ?? [])].map((name) => rooms(name))] },
}));

/** Pure parts: a function of what it is passed. */
const pure = [
  "^ci/lib/rollout/(?:judge|diagnose|strategies)/",
  "^ci/lib/rollout/plan/",
  "^ci/lib/report/",
  "^infra/local/aws/ecs/scheduler/",
];

const inOrder = "The start and the deploy tasks don't import each other: run.ts puts them in order.";

/** Rooms of a rollout that don't take from others. @type {[name: string, from: string, to: string, comment: string][]} */
const steps = [
  ["start", "start/", "tasks/", inOrder],
  ["tasks", "tasks/", "start/", inOrder],
  ["judgement", "(?:watch|rollback)/", "judge/(?!judge\\.ts|verdict\\.ts)", "The judge's helpers are its own."],
  [
    "fail-fast",
    "fail-fast/",
    "(?:preflight|plan)/",
    "Fail fast judges what is observed, and nothing that preflight read.",
  ],
  ["story", "", "run(?:-rollback)?\\.ts", "The steps of a rollout don't import the story that puts them in order."],
];

const builtins =
  "^(?:node:)?(?:fs|fs/promises|net|tls|dns|dns/promises|http|https|http2|child_process|worker_threads|timers/promises)$";

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
export const forbidden = [
  {
    name: "circle",
    severity: "error",
    comment: "No file imports itself by way of others.",
    from: {},
    to: { circular: true },
  },
  ...arrows,
  {
    name: "dagger-in-rollout",
    severity: "error",
    comment: "The rollout, its plan and its report run without Dagger.",
    from: { path: rooms("rollout", "report", "ecs", "aws", "config", "http", "common") },
    to: { path: "@dagger\\.io" },
  },
  {
    name: "pure-part",
    severity: "error",
    comment: "Pure parts import no input or output: what they judge is passed to them.",
    from: { path: pure, pathNot: "/test/" },
    to: {
      path: [builtins, "@aws-sdk/", "node_modules/undici", rooms("aws", "http")],
      dependencyTypesNot: ["type-only"],
    },
  },
  ...steps.map(
    ([name, from, to, comment]) =>
      /** @type {const} */ ({
        name: `rollout-${name}`,
        severity: "error",
        comment,
        from: { path: `^ci/lib/rollout/${from}`, pathNot: "/run-rollback\\.ts$" },
        to: { path: `^ci/lib/rollout/${to}` },
      }),
  ),
  {
    name: "judge-facts",
    severity: "error",
    comment: "The judge takes its constants from files that read nothing.",
    from: { path: "^ci/lib/rollout/judge/" },
    to: {
      path: "^ci/lib/",
      pathNot:
        "^ci/lib/(?:common/aws-names|ecs/(?:event-messages|lag|snapshot|states)|rollout/(?:judge/\\w+|verdicts))\\.ts$",
    },
  },
  {
    name: "ci-and-local",
    severity: "error",
    comment: "The deployer and the local AWS meet over the wire only.",
    from: { path: "^ci/(?:src|lib)/" },
    to: { path: "^(?:infra|bench)/" },
  },
  {
    name: "local-and-ci",
    severity: "error",
    comment: "The local AWS imports neither the deployer nor the simulation.",
    from: { path: "^infra/local/", pathNot: "/test/" },
    to: { path: "^(?:ci/(?:src|lib)|bench)/" },
  },
  {
    name: "bench-by-the-entry",
    severity: "error",
    comment: "bench imports the local AWS by its public entry, and its tests the test support.",
    from: { path: "^bench/" },
    to: { path: "^infra/local/aws/", pathNot: "^infra/local/aws/(?:index\\.ts$|test/)" },
  },
];

/** @type {import("dependency-cruiser").ICruiseOptions} */
export const options = {
  doNotFollow: { path: "node_modules" },
  exclude: { path: "^ci/(?:sdk|node_modules)/" },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: { extensions: [".ts", ".mts", ".mjs", ".js"] },
};
