import { isOfTask } from "../verify/http-target.js";
import type { HttpCheck } from "../verify/verify.js";
import type { Diagnosis } from "./diagnose.js";

type CauseText = Pick<Diagnosis, "cause" | "title" | "fix">;

const mixed: CauseText = {
  cause: "mixed-answers",
  title: "the public URL returns the new version in some responses and something else in others",
  fix: 'Find what else responds: a second service or target group behind the same name, a cache, an old DNS record. "verifyTasks" in the target checks each task at its own address; a task that returns the wrong version there runs another image than its tag names.',
};

const errors: CauseText = {
  cause: "errors-served",
  title: "the tasks are healthy, but the public URL returns an error",
  fix: "Read the app's log for that request. The health check does not detect the error: make it check more than that the process runs.",
};

const otherwise: CauseText = {
  cause: "wrong-version-served",
  title: "the tasks of the new revision run, but the public URL returns something else",
  fix: 'Run the image by its digest and request its version: if the response is the same, the image was built from other sources or does not read its version from the version variable ("versionVariable" in the target, VERSION by default); if not, the load balancer, a cache or DNS routes elsewhere.',
};

const byTask: CauseText = {
  cause: "wrong-version-served",
  title: "a task of the new revision returns something else than the release at its own address",
  fix: 'Run the image by its digest and request its version: if the response is the same, the image was built from other sources or does not read its version from the version variable ("versionVariable" in the target, VERSION by default); if not, compare the task\'s image digest, and the port in the target.',
};

/** Diagnoses a rollout that ECS reports as successful while the public URL returns something else. Pure. */
export function diagnoseResponse(check: HttpCheck & { state: "wrong" }): Diagnosis {
  const { url, answered, proven } = check;
  const isError = /\bHTTP \d{3}\b/.test(answered);
  const text = isOfTask(check) ? byTask : !proven ? mixed : isError ? errors : otherwise;
  return { ...text, evidence: [`${url} answered ${answered}`], failedTasks: 0 };
}

const onTest: CauseText = {
  cause: "wrong-on-test-listener",
  title: "the new tasks are healthy, but the test listener returns something else than the release",
  fix: 'Request the version from the image, run by its digest: if it is the same there, the image was built from other sources or does not read its version from the version variable; if not, correct "testUrl" in the target or the test listener.',
};

const notShifted: CauseText = {
  cause: "test-listener-not-shifted",
  title: "the test listener still returns the earlier version after its traffic has moved",
  fix: 'Compare the listener rules with the service: a tool that resets them (Terraform needs ignore_changes on their action) sends both revisions to one target group. If the rules are right, correct "testUrl" in the target: it must lead to the test listener.',
};

/**
 * Diagnoses a test listener that returns something else before production traffic moved. Pure.
 * @param running Version of the revision that ran before.
 */
export function diagnoseTestResponse(
  { url, answered }: HttpCheck & { state: "wrong" },
  running: string | undefined,
): Diagnosis {
  const text = running !== undefined && answered === running ? notShifted : onTest;
  return { ...text, evidence: [`${url} answered ${answered}`], failedTasks: 0 };
}
