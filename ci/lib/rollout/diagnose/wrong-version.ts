import type { HttpCheck } from "../verify/verify.js";
import type { Diagnosis } from "./diagnose.js";

type Told = Pick<Diagnosis, "cause" | "title" | "fix">;

const mixed: Told = {
  cause: "mixed-answers",
  title: "the public URL answers as the new version on some tries and otherwise on others",
  fix: 'Find out who else answers: a second service or target group behind the same name, a cache, an old DNS record. "verifyTasks" in the target asks each task at its own address; a task that answers wrongly there has another image than its tag says.',
};

const errors: Told = {
  cause: "errors-served",
  title: "the tasks are healthy, and what the public asks for is answered with an error",
  fix: "Read the app's log for that request. The health check does not see it: let it ask for more than that the process lives.",
};

const otherwise: Told = {
  cause: "wrong-version-served",
  title: "the tasks of the new revision run, and the public URL answers otherwise",
  fix: 'Start the image by its digest and ask it: if it answers the same, it was built from other sources or takes its version from elsewhere than the variable that carries it ("versionVariable" in the target, VERSION by default); if not, the load balancer, a cache or DNS leads to somewhere else.',
};

/** Why what ECS calls good is not what is served, as far as the answers tell. Pure. */
export function diagnoseResponse({ url, answered, proven }: HttpCheck & { state: "wrong" }): Diagnosis {
  const isError = /\bHTTP \d{3}\b/.test(answered);
  const told = !proven ? mixed : isError ? errors : otherwise;
  return { ...told, evidence: [`${url} answered ${answered}`], failedTasks: 0 };
}
