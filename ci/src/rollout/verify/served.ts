import { tag } from "../attempt/attempt.js";
import { tagOf } from "../attempt/revisions.js";
import type { ServiceNow } from "../ecs/read.js";
import type { Snapshot } from "../ecs/snapshot.js";
import type { RollOutOptions } from "../roll-out.js";
import { noSpan } from "../span.js";
import type { Undone } from "../undo/undo.js";
import { lookAgain, type Watched } from "../watch/watch.js";
import { askTasks, type TaskAnswers, withTasks } from "./ask-tasks.js";
import {
  type Baseline,
  baselineIn,
  baselineTag,
  credited,
  foreignCheck,
  ownershipOf,
  readBaseline,
  type TaggedBaseline,
} from "./baseline.js";
import { askedUrl, type HttpCheck, type VerifyOptions, verify } from "./verify.js";

/** What is served after a rollout. */
export interface Served {
  /** Seen once more where what is served speaks against it. */
  watched: Watched;
  http: HttpCheck;
  /** Present where the target wants the tasks to be asked too. */
  tasks?: TaskAnswers;
}

/** Reads what the public URL answers before a rollout, while the running version still serves. */
export async function readBefore(
  options: RollOutOptions,
  { running: { version }, current }: Pick<ServiceNow, "running" | "current">,
): Promise<TaggedBaseline> {
  const { http, clock, signal, progress } = options;
  if (!http) return { baseline: version === undefined ? {} : { running: version } };
  const earlier = baselineIn(tagOf(current, tag.probe), http);
  const seen = await readBaseline(http, version, clock, signal, howToAsk(options));
  const baseline = { ...seen, ...(ownershipOf(earlier) === "ours" && { wasOurs: true }) };
  if (ownershipOf(baseline) === "foreign")
    progress(`${askedUrl(http)} answers ${baseline.answered}, and ${version} runs: what it answers does not count.`);
  return { baseline, tag: baselineTag(baseline, http) };
}

/**
 * Asks the public, and each task where that is wanted: only what ECS calls deployed is asked for its version, and what somebody has
 * replaced or deleted meanwhile is not blamed for what is served.
 * @param baseline What the URL answered before the rollout.
 */
export async function askServed(
  options: RollOutOptions,
  watched: Watched,
  version: string,
  baseline: Baseline,
): Promise<Served> {
  if (!isDeployed(watched)) return { watched, http: { state: "not-checked" } };
  const { target, http, span = noSpan } = options;
  if (!http && !target.verifyTasks) return { watched, http: { state: "not-checked" } };
  return await span("verify URL", () => askNow(options, watched, version, baseline), failureOf);
}

function failureOf({ http }: Served): string | undefined {
  return http.state === "wrong" || http.state === "unproven" ? `${http.url}: ${http.answered}` : undefined;
}

async function askNow(options: RollOutOptions, watched: Watched, version: string, baseline: Baseline): Promise<Served> {
  const { target, http, signal, clock, progress } = options;
  const how = howToAsk(options);
  const before = baseline.running;
  const isForeign = ownershipOf(baseline) === "foreign";
  if (http && !isForeign) progress(`Asking ${askedUrl(http)} for ${version}.`);
  const isEarly = watched.judgement.verdict === "deployed-early";
  const beside = isEarly && before !== undefined ? { beside: before } : {};
  const answered =
    http && isForeign
      ? foreignCheck(askedUrl(http), baseline)
      : credited(await verify(http, version, clock, signal, { ...how, ...beside }), baseline, version);
  const seen = isEarly ? besideOldTasks(answered, before) : answered;
  const { verifyTasks, containerPort: port } = target;
  const asked =
    verifyTasks && port !== undefined
      ? await askTasks(watched.subject, latestOf(watched), { port, version }, signal, how)
      : undefined;
  const whole = withTasks(seen, asked);
  // Whatever answered otherwise, the URL or a task: another deployment may have taken our place meanwhile.
  if (whole.state === "wrong" || whole.state === "unproven") {
    const again = await lookAgain(options, watched);
    if (!isDeployed(again)) return { watched: again, http: { state: "not-checked" } };
  }
  return { watched, http: whole, ...(asked && { tasks: asked }) };
}

const latestOf = ({ snapshots }: Watched) => snapshots.at(-1) as Snapshot;
const isDeployed = ({ judgement }: Watched) => judgement.verdict.startsWith("deployed");

/** Old tasks that are still up answer too, now and then or always: only what is neither version proves something. */
function besideOldTasks(seen: HttpCheck, before: string | undefined): HttpCheck {
  if (seen.state !== "wrong" || (seen.proven && before !== undefined)) return seen;
  const { url, answered } = seen;
  return { state: "unproven", url, answered: `${answered} (old tasks are still up)` };
}

/** What is served after an undo must be what was served before. */
export async function askServedAfter(
  options: RollOutOptions,
  undone: Undone,
  baseline: Baseline,
): Promise<{ undone: Undone; undoHttp: HttpCheck }> {
  if ("refused" in undone || undone.to.version === undefined) return { undone, undoHttp: { state: "not-checked" } };
  const { watched, http } = await askServed(options, undone.watched, undone.to.version, baseline);
  return { undone: { ...undone, watched }, undoHttp: http };
}

export function howToAsk({ verify: how, ask }: RollOutOptions): VerifyOptions {
  return { ...how, ...(ask && { ask }) };
}
