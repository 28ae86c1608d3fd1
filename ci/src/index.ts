/**
 * Slipway: ship a containerised web service to Amazon ECS and know what happened.
 *
 * Test, build, publish and deploy with the same commands on a laptop, in a workflow and in a rehearsal on one machine.
 */
import {
  argument,
  type Container,
  check,
  type Directory,
  type File,
  func,
  type GitRepository,
  object,
  type Platform,
  type Secret,
  type Service,
} from "@dagger.io/dagger";
import { buildImage } from "./build.js";
import { deploy } from "./deploy.js";
import { openDestination } from "./destination.js";
import { ending, reporting } from "./ending.js";
import { showHistory } from "./history.js";
import { planDeploy } from "./plan.js";
import { publishImage } from "./publish-image.js";
import { checkedRecipe } from "./recipe.js";
import { formatHistory } from "./report/history-text.js";
import { formatPlan } from "./report/plan-text.js";
import { formatStatus } from "./report/status-text.js";
import { goBack } from "./rollback.js";
import { status } from "./rollout/status.js";
import { runTests } from "./tests.js";

@object()
export class Slipway {
  /**
   * Run the app's tests in the Python and the dependencies of its image.
   *
   * Answers the test runner's output, and fails when a test fails.
   *
   * @param app The app's directory
   * @param baseImage The image to build on, as NAME:TAG or NAME@DIGEST: a slim Python with pip
   * @param platform The platform to run on, such as linux/arm64 (default: the engine's own)
   * @param caFile A file of PEM certificates to trust while packages are installed
   * @param packageIndex The URL of the package index to install from (default: PyPI)
   */
  @func()
  @check()
  async test(
    @argument({ defaultPath: "/app", ignore: ["**/__pycache__", "**/.venv", "**/.pytest_cache"] }) app: Directory,
    baseImage = "python:3.13-slim",
    platform?: Platform,
    caFile?: File,
    packageIndex?: string,
  ): Promise<string> {
    return await runTests(checkedRecipe({ app, baseImage, platform, caFile, packageIndex }));
  }

  /**
   * Build the image of the app.
   *
   * Needs no git repository: the commit is not recorded in an image that is not published.
   *
   * @param app The app's directory
   * @param version The version that the app answers: "v" and a semantic version, or "latest"
   * @param platform The platform to build for, such as linux/arm64 (default: the engine's own)
   * @param baseImage The image to build on, as NAME:TAG or NAME@DIGEST: a slim Python with pip
   * @param caFile A file of PEM certificates to trust while packages are installed; it does not stay in the image
   * @param packageIndex The URL of the package index to install from (default: PyPI); it does not stay in the image
   */
  @func()
  async build(
    @argument({ defaultPath: "/app", ignore: ["**/__pycache__", "**/.venv", "**/.pytest_cache"] }) app: Directory,
    version = "latest",
    platform?: Platform,
    baseImage = "python:3.13-slim",
    caFile?: File,
    packageIndex?: string,
  ): Promise<Container> {
    return await buildImage(checkedRecipe({ app, baseImage, platform, caFile, packageIndex }), version);
  }

  /**
   * Serve the app on this machine, as in: dagger call serve up --ports 5001:5000
   *
   * @param app The app's directory
   * @param version The version that the app answers: "v" and a semantic version, or "latest"
   * @param baseImage The image to build on, as NAME:TAG or NAME@DIGEST: a slim Python with pip
   * @param caFile A file of PEM certificates to trust while packages are installed; it does not stay in the image
   * @param packageIndex The URL of the package index to install from (default: PyPI); it does not stay in the image
   */
  @func()
  async serve(
    @argument({ defaultPath: "/app", ignore: ["**/__pycache__", "**/.venv", "**/.pytest_cache"] }) app: Directory,
    version = "latest",
    baseImage = "python:3.13-slim",
    caFile?: File,
    packageIndex?: string,
  ): Promise<Service> {
    const container = await buildImage(checkedRecipe({ app, baseImage, caFile, packageIndex }), version);
    return container.asService();
  }

  /**
   * Test the app, build its image and push it to the target's ECR repository under its version.
   *
   * Answers the image as repository@sha256:DIGEST. A version that was published from the same input is used as it is, and nothing is
   * built; one that was published from another input is refused.
   *
   * @param version The version to publish: "v" and a semantic version, as in v1.2.3 or v1.2.3-rc.1
   * @param credentials AWS credentials: the JSON of "aws configure export-credentials", or AWS_ACCESS_KEY_ID=… lines
   * @param repository The git repository whose commit is published; an engine does not see that of a linked worktree: clone it
   * @param app The app's directory
   * @param targets The directory of targets: one JSON file for each environment
   * @param target The name of the target, as in TARGET.json
   * @param allowDirty Publish in spite of uncommitted changes; the image is marked as such
   * @param aws A local AWS to use in place of AWS, as in tcp://127.0.0.1:4566
   * @param platform The platform to build for (default: the target's)
   * @param baseImage The image to build on, as NAME:TAG or NAME@DIGEST: a slim Python with pip
   * @param caFile A file of PEM certificates to trust while packages are installed; it does not stay in the image
   * @param packageIndex The URL of the package index to install from (default: PyPI); it does not stay in the image
   */
  @func({ cache: "never" })
  async publish(
    version: string,
    credentials: Secret,
    @argument({ defaultPath: "/" }) repository: GitRepository,
    @argument({ defaultPath: "/app", ignore: ["**/__pycache__", "**/.venv", "**/.pytest_cache"] }) app: Directory,
    @argument({ defaultPath: "/infra/targets" }) targets: Directory,
    target = "production",
    allowDirty = false,
    aws?: Service,
    platform?: Platform,
    baseImage = "python:3.13-slim",
    caFile?: File,
    packageIndex?: string,
  ): Promise<string> {
    const recipe = { app, baseImage, platform, caFile, packageIndex };
    const destination = { targets, name: target, credentials, service: aws };
    return await ending(() => publishImage({ version, recipe, repository, allowDirty, destination }));
  }

  /**
   * Show what a deploy of a published version would do, and what speaks against it. Changes nothing.
   *
   * Tells the image, the changes of the task definition and of the service, the findings of the pre-flight with their fixes, and a hash
   * that holds a deploy to exactly this plan: deploy --published --plan HASH. Exits with 0 also when a deploy would be refused.
   *
   * @param version The version to plan for, as it lies in ECR: "v" and a semantic version, as in v1.2.3 or v1.2.3-rc.1
   * @param credentials AWS credentials: the JSON of "aws configure export-credentials", or AWS_ACCESS_KEY_ID=… lines
   * @param targets The directory of targets: one JSON file for each environment
   * @param target The name of the target, as in TARGET.json
   * @param env A variable of the container as NAME=VALUE, in place of what it has; may be given several times
   * @param secret A secret of the container as NAME=ARN, in place of what it has; may be given several times
   * @param cpu The task's CPU units, as in 512 (default: as they are)
   * @param memory The task's memory in MiB, as in 1024 (default: as it is)
   * @param desiredCount How many tasks the service shall run (default: as it is)
   * @param force Plan for a copy of what runs, even when nothing changes
   * @param ignore A finding of the pre-flight that shall not stop the deploy, as in mutable-tags; may be given several times
   * @param scanSeverity Findings of an image scan stop a deploy from this severity on: CRITICAL, HIGH, MEDIUM, LOW or INFORMATIONAL
   * @param asJson Answer JSON for machines: it has the whole JSON Patch (RFC 6902), with the values given with --env
   * @param aws A local AWS to use in place of AWS, as in tcp://127.0.0.1:4566
   */
  @func({ cache: "never" })
  async plan(
    version: string,
    credentials: Secret,
    @argument({ defaultPath: "/infra/targets" }) targets: Directory,
    target = "production",
    env?: string[],
    secret?: string[],
    cpu?: number,
    memory?: number,
    desiredCount?: number,
    force = false,
    ignore?: string[],
    scanSeverity = "CRITICAL",
    asJson = false,
    aws?: Service,
  ): Promise<string> {
    const asked = { env, secret, cpu, memory, desiredCount, force, ignore, scanSeverity };
    const destination = { targets, name: target, credentials, service: aws };
    return await ending(async () => {
      const plan = await planDeploy({ version, destination, asked });
      return asJson ? `${JSON.stringify(plan, null, 2)}\n` : formatPlan(plan);
    });
  }

  /**
   * Test, build, publish and roll out a version, and see that it is what is served at the end.
   *
   * Before anything of the service is changed, a pre-flight tells what speaks against the deploy, and an error stops it. A rollout that is
   * proven hopeless is rolled back at once, and one that ECS calls good while the URL is proven to answer something else is taken back.
   *
   * Answers a report. Exits with 0 when the version is what is served; otherwise the report goes to stderr and the exit code tells why:
   * 1 unexpected error, 2 bad input or refused before the service was changed, 3 rolled back, 4 failed, 5 superseded, 6 stopped,
   * 7 timed out, 8 deployed but not verified, 9 nothing ran, 10 paused, 11 deployed, but the target's task after the deploy failed.
   *
   * A deploy that was cut off is continued by calling it again: it finds its rollout in ECS.
   *
   * With --as-json each line of the log is a JSON object with a "type" and the "time". The last one is of type "report", or "error" when
   * there is none: it is also what is answered on stdout with exit code 0, and on stderr with any other.
   *
   * @param version The version to deploy: "v" and a semantic version, as in v1.2.3 or v1.2.3-rc.1
   * @param credentials AWS credentials: the JSON of "aws configure export-credentials", or AWS_ACCESS_KEY_ID=… lines
   * @param repository The git repository whose commit is deployed; an engine does not see that of a linked worktree: clone it
   * @param app The app's directory
   * @param targets The directory of targets: one JSON file for each environment
   * @param target The name of the target, as in TARGET.json
   * @param published Deploy the version's image as it lies in ECR: test and build nothing
   * @param url Where the service answers the public (default: the target's "url"); without one, HTTP is not checked
   * @param runId What sets this try apart, such as a workflow run's id: the same id tells the same rollout's verdict again (default: a try ends with its rollout)
   * @param env A variable of the container as NAME=VALUE, in place of what it has; may be given several times
   * @param secret A secret of the container as NAME=ARN, in place of what it has; may be given several times
   * @param cpu The task's CPU units, as in 512 (default: as they are)
   * @param memory The task's memory in MiB, as in 1024 (default: as it is)
   * @param desiredCount How many tasks the service shall run (default: as it is)
   * @param plan The hash that plan shows: refused when the deploy would be another by now
   * @param force Deploy a copy of what runs, even when nothing changes
   * @param ignore A finding of the pre-flight that shall not stop the deploy, as in mutable-tags; may be given several times
   * @param scanSeverity Findings of an image scan stop the deploy from this severity on: CRITICAL, HIGH, MEDIUM, LOW or INFORMATIONAL
   * @param timeoutMinutes How long the rollout may take before the verdict is timed-out (default: as long as the service's settings let it take)
   * @param onTimeout What becomes of a rollout that times out: leave, or rollback
   * @param noEarlyStop Leave a rollout that is proven hopeless to ECS's own circuit breaker
   * @param noUndo Leave a rollout that is proven wrong, and that ECS does not roll back, as it is
   * @param allowDirty Publish in spite of uncommitted changes; the image is marked as such
   * @param aws A local AWS to use in place of AWS, as in tcp://127.0.0.1:4566
   * @param skipBefore Leave out the target's task before the deploy, as when its work is known to be done
   * @param skipAfter Leave out the target's task after the deploy
   * @param keep Deregister the family's old revisions that nobody uses, but this many of the newest (default: none is)
   * @param platform The platform to build for (default: the target's)
   * @param baseImage The image to build on, as NAME:TAG or NAME@DIGEST: a slim Python with pip
   * @param caFile A file of PEM certificates to trust while packages are installed; it does not stay in the image
   * @param packageIndex The URL of the package index to install from (default: PyPI); it does not stay in the image
   * @param asJson Show progress and report as JSON Lines for machines
   */
  @func({ cache: "never" })
  async deploy(
    version: string,
    credentials: Secret,
    @argument({ defaultPath: "/" }) repository: GitRepository,
    @argument({ defaultPath: "/app", ignore: ["**/__pycache__", "**/.venv", "**/.pytest_cache"] }) app: Directory,
    @argument({ defaultPath: "/infra/targets" }) targets: Directory,
    target = "production",
    published = false,
    url?: string,
    runId?: string,
    env?: string[],
    secret?: string[],
    cpu?: number,
    memory?: number,
    desiredCount?: number,
    plan?: string,
    force = false,
    ignore?: string[],
    scanSeverity = "CRITICAL",
    timeoutMinutes?: number,
    onTimeout = "leave",
    noEarlyStop = false,
    noUndo = false,
    allowDirty = false,
    aws?: Service,
    skipBefore = false,
    skipAfter = false,
    keep?: number,
    platform?: Platform,
    baseImage = "python:3.13-slim",
    caFile?: File,
    packageIndex?: string,
    asJson = false,
  ): Promise<string> {
    const recipe = { app, baseImage, platform, caFile, packageIndex };
    const destination = { targets, name: target, credentials, service: aws };
    const changes = { env, secret, cpu, memory, desiredCount, force };
    const asked = { ...changes, plan, ignore, scanSeverity, skipBefore, skipAfter, keep };
    const patience = { timeoutMinutes, onTimeout, noEarlyStop };
    const options = {
      version,
      recipe,
      repository,
      allowDirty,
      destination,
      published,
      url,
      runId,
      asked,
      patience,
      noUndo,
    };
    return await reporting(({ progress }) => deploy({ ...options, progress }), asJson);
  }

  /**
   * Go back to what ran well before, as a copy registered anew, watched and judged as a deploy is.
   *
   * Goes to the last deployment that ECS remembers as well ended and that runs something else than what runs now; called again it goes
   * one further back. Answers a report, with the exit codes of deploy, and JSON Lines as deploy does.
   *
   * @param credentials AWS credentials: the JSON of "aws configure export-credentials", or AWS_ACCESS_KEY_ID=… lines
   * @param targets The directory of targets: one JSON file for each environment
   * @param target The name of the target, as in TARGET.json
   * @param to A version, as in v1.2.3, or a revision, as in service:7, to go to instead
   * @param url Where the service answers the public (default: the target's "url"); without one, HTTP is not checked
   * @param ignore A finding of the pre-flight that shall not stop the rollback, as in mutable-tags; may be given several times
   * @param timeoutMinutes How long it may take before the verdict is timed-out (default: as long as the service's settings let it take)
   * @param onTimeout What becomes of a rollout that times out: leave, or rollback
   * @param noEarlyStop Leave a rollout that is proven hopeless to ECS's own circuit breaker
   * @param aws A local AWS to use in place of AWS, as in tcp://127.0.0.1:4566
   * @param asJson Show progress and report as JSON Lines for machines
   */
  @func({ cache: "never" })
  async rollback(
    credentials: Secret,
    @argument({ defaultPath: "/infra/targets" }) targets: Directory,
    target = "production",
    to?: string,
    url?: string,
    ignore?: string[],
    timeoutMinutes?: number,
    onTimeout = "leave",
    noEarlyStop = false,
    aws?: Service,
    asJson = false,
  ): Promise<string> {
    const destination = { targets, name: target, credentials, service: aws };
    const patience = { timeoutMinutes, onTimeout, noEarlyStop };
    return await reporting(({ progress }) => goBack({ destination, to, url, ignore, patience, progress }), asJson);
  }

  /**
   * Show the service's last deployments: version, digest, who, when, what became of each, and how long it took.
   *
   * ECS remembers them for 90 days.
   *
   * @param credentials AWS credentials: the JSON of "aws configure export-credentials", or AWS_ACCESS_KEY_ID=… lines
   * @param targets The directory of targets: one JSON file for each environment
   * @param target The name of the target, as in TARGET.json
   * @param count How many deployments at most, from 1 to 100
   * @param aws A local AWS to use in place of AWS, as in tcp://127.0.0.1:4566
   */
  @func({ cache: "never" })
  async history(
    credentials: Secret,
    @argument({ defaultPath: "/infra/targets" }) targets: Directory,
    target = "production",
    count = 10,
    aws?: Service,
  ): Promise<string> {
    const destination = { targets, name: target, credentials, service: aws };
    return await ending(async () => formatHistory(await showHistory(destination, count)));
  }

  /**
   * Show what runs now: version, digest, task definition, counts and the last events.
   *
   * @param credentials AWS credentials: the JSON of "aws configure export-credentials", or AWS_ACCESS_KEY_ID=… lines
   * @param targets The directory of targets: one JSON file for each environment
   * @param target The name of the target, as in TARGET.json
   * @param aws A local AWS to use in place of AWS, as in tcp://127.0.0.1:4566
   */
  @func({ cache: "never" })
  async status(
    credentials: Secret,
    @argument({ defaultPath: "/infra/targets" }) targets: Directory,
    target = "production",
    aws?: Service,
  ): Promise<string> {
    return await ending(async () => {
      const destination = await openDestination({ targets, name: target, credentials, service: aws });
      return formatStatus(await status(destination.aws, destination.target));
    });
  }
}
