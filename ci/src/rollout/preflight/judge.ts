import { InputError } from "../../errors.js";
import { neutral } from "../../foreign-text.js";
import { choices } from "../../hint.js";
import { balancer } from "./balancer.js";
import { circuitBreaker } from "./breaker.js";
import type { Facts } from "./facts.js";
import { type Finding, type FindingId, findingIds, type JudgedFinding } from "./finding.js";
import { hostPort } from "./host-port.js";
import { imageInRegistry } from "./image.js";
import { inFlight } from "./in-flight.js";
import { limits } from "./limits.js";
import { logGroups } from "./logs.js";
import { olderVersion } from "./older.js";
import { place } from "./place.js";
import { platform } from "./platform.js";
import { roomToReplace } from "./replacement.js";
import { repository } from "./repository.js";
import { somethingToReturnTo } from "./return.js";
import { roles } from "./roles.js";
import { sameImage } from "./same-image.js";
import { scan } from "./scan.js";
import { secrets } from "./secrets.js";
import { taskAddress } from "./task-address.js";
import { unusedKeys } from "./unused-keys.js";
import { wayBack } from "./way-back.js";

const checks: ((facts: Facts) => Finding[])[] = [
  place,
  inFlight,
  somethingToReturnTo,
  wayBack,
  roomToReplace,
  hostPort,
  circuitBreaker,
  olderVersion,
  sameImage,
  imageInRegistry,
  platform,
  scan,
  repository,
  roles,
  secrets,
  logGroups,
  balancer,
  limits,
  taskAddress,
  unusedKeys,
];
const order = { error: 0, warning: 1, "not-checked": 2 };

/** Everything that speaks against a deploy, the worst first. Pure. */
export function judge(facts: Facts, ignored: readonly FindingId[]): JudgedFinding[] {
  return checks
    .flatMap((check) => check(facts))
    .map((finding) => ({ ...finding, ignored: ignored.includes(finding.id) }))
    .sort((a, b) => order[a.level] - order[b.level]);
}

export function isBlocking({ level, ignored }: JudgedFinding): boolean {
  return level === "error" && !ignored;
}

/** @throws InputError that tells every error among the findings that nobody ignores, with its fix. */
export function refuseBlocking(findings: readonly JudgedFinding[]): void {
  const blocking = findings.filter(isBlocking);
  if (blocking.length === 0) return;
  const lines = blocking.map(({ id, what, fix }) => `  ${id}: ${neutral(what)}\n    Fix: ${neutral(fix)}`);
  throw new InputError(
    "pre-flight",
    `The pre-flight speaks against this deploy, and nothing of the service was changed:\n${lines.join("\n")}\nTo deploy in spite of a finding: --ignore ${blocking[0]?.id}.`,
  );
}

/** @throws InputError for a name that no finding has. */
export function parseIgnored(names: readonly string[]): FindingId[] {
  return names.map((name) => {
    const id = findingIds.find((one) => one === name);
    if (id) return id;
    const { suggestion } = choices(name, { names: findingIds, more: false });
    throw new InputError(
      "bad-ignore",
      `There is no finding ${JSON.stringify(name)} to ignore. ${suggestion}Accepted: ${findingIds.join(", ")}.`,
    );
  });
}
