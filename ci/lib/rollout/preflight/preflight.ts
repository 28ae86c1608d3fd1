import { choices } from "../../aws/name-suggestions.js";
import { InputError } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import { place } from "./checks/availability.js";
import { circuitBreaker } from "./checks/circuit-breaker.js";
import { inFlight } from "./checks/deployment-in-flight.js";
import { hostPort } from "./checks/host-port.js";
import { imageInRegistry } from "./checks/image-in-registry.js";
import { scan } from "./checks/image-scan.js";
import { limits } from "./checks/limits.js";
import { balancer } from "./checks/load-balancer.js";
import { logGroups } from "./checks/log-groups.js";
import { olderVersion } from "./checks/older-version.js";
import { platform } from "./checks/platform.js";
import { roomToReplace } from "./checks/replacement-capacity.js";
import { repository } from "./checks/repository.js";
import { roles } from "./checks/roles.js";
import { wayBack } from "./checks/rollback-image.js";
import { somethingToReturnTo } from "./checks/rollback-target.js";
import { sameImage } from "./checks/same-image.js";
import { secrets } from "./checks/secrets.js";
import { taskAddress } from "./checks/task-address.js";
import { unusedKeys } from "./checks/unused-keys.js";
import type { PreflightFacts } from "./facts.js";
import { type Finding, type FindingId, findingIds, type JudgedFinding } from "./finding.js";

const checks: ((facts: PreflightFacts) => Finding[])[] = [
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
export function judgeFindings(facts: PreflightFacts, ignored: readonly FindingId[]): JudgedFinding[] {
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
