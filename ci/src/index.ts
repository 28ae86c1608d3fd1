import {
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
  type Workspace,
} from "@dagger.io/dagger";
import type { LocalBuildOptions } from "#lib/commands/build.js";
import type { DestinationOptions } from "#lib/commands/destination.js";
import { changing, ending, reporting, returning } from "#lib/commands/exit.js";
import type { BuildOptions } from "#lib/image/build-options.js";
import { contextOf, gitOf, targetsOf } from "#lib/image/sources.js";
/**
 * Slipway ships a containerised web service to Amazon ECS and reports what
 * happened.
 *
 * Test, build, publish and deploy with the same commands on a laptop, in a
 * workflow, and in a rehearsal on one machine.
 */

@object()
export class Slipway {
  private readonly credentials?: Secret;
  private readonly target: string;
  private readonly targets?: Directory;
  private readonly aws?: Service;
  private readonly notifySecret?: Secret[];

  /**
   * @param credentials AWS credentials: the output of "aws configure export-credentials", or AWS_ACCESS_KEY_ID=… lines
   * @param target The target's name: NAME for the file NAME.json
   * @param targets The directory of target files (default: infra/targets of your repository)
   * @param aws A local AWS in place of AWS, as in tcp://127.0.0.1:4566
   * @param notifySecret A secret that the target's "notify" names, as in env://SLACK_URL for SLACK_URL; repeatable
   */
  constructor(
    credentials?: Secret,
    target = "production",
    targets?: Directory,
    aws?: Service,
    notifySecret?: Secret[],
  ) {
    if (credentials) this.credentials = credentials;
    this.target = target;
    if (targets) this.targets = targets;
    if (aws) this.aws = aws;
    if (notifySecret) this.notifySecret = notifySecret;
  }

  /**
   * Run the app's tests.
   *
   * Runs the target's test command in the built image, or else the stage
   * "test" of the Dockerfile. Fails when a test fails, or without tests.
   *
   * @param app The directory to build (default: the target's build.context, or your repository's root)
   * @param platform The platform to run on, as in linux/arm64 (default: the engine's)
   * @param dockerfile The Dockerfile, relative to the app's directory (default: the target's, or Dockerfile)
   * @param stage The Dockerfile's stage to build (default: the target's, or the last one)
   * @param buildArg A build argument, NAME=VALUE; repeatable. It stays visible in the image
   * @param buildSecret A secret for RUN --mount=type=secret, by the name of its variable or file; repeatable
   */
  @func()
  @check()
  async test(
    workspace: Workspace,
    app?: Directory,
    platform?: Platform,
    dockerfile?: string,
    stage?: string,
    buildArg?: string[],
    buildSecret?: Secret[],
  ): Promise<string> {
    const build = { dockerfile, stage, buildArg, buildSecret, platform };
    return await ending(async () => {
      // Each function imports its command when it is called: a call is a new process, and status needs a quarter of deploy's files.
      const { testLocally } = await import("#lib/commands/build.js");
      return await testLocally(this.local(workspace, app, build));
    });
  }

  /**
   * Build the app's image.
   *
   * Needs no git repository. Only a published image records its commit.
   *
   * @param app The directory to build (default: the target's build.context, or your repository's root)
   * @param version The version that the image holds in its variable (VERSION, or that of the target)
   * @param platform The platform to build for, as in linux/arm64 (default: the engine's)
   * @param dockerfile The Dockerfile, relative to the app's directory (default: the target's, or Dockerfile)
   * @param stage The Dockerfile's stage to build (default: the target's, or the last one)
   * @param buildArg A build argument, NAME=VALUE; repeatable. It stays visible in the image
   * @param buildSecret A secret for RUN --mount=type=secret, by the name of its variable or file; repeatable
   */
  @func()
  async build(
    workspace: Workspace,
    app?: Directory,
    version = "latest",
    platform?: Platform,
    dockerfile?: string,
    stage?: string,
    buildArg?: string[],
    buildSecret?: Secret[],
  ): Promise<Container> {
    const build = { dockerfile, stage, buildArg, buildSecret, platform };
    return await ending(async () => {
      const { buildLocally } = await import("#lib/commands/build.js");
      return await buildLocally(this.local(workspace, app, build), version);
    });
  }

  /**
   * Serve the app on this machine: dagger call serve up --ports 5001:5000
   *
   * @param app The directory to build (default: the target's build.context, or your repository's root)
   * @param version The version that the image holds in its variable (VERSION, or that of the target)
   * @param dockerfile The Dockerfile, relative to the app's directory (default: the target's, or Dockerfile)
   * @param stage The Dockerfile's stage to build (default: the target's, or the last one)
   * @param buildArg A build argument, NAME=VALUE; repeatable. It stays visible in the image
   * @param buildSecret A secret for RUN --mount=type=secret, by the name of its variable or file; repeatable
   */
  @func()
  async serve(
    workspace: Workspace,
    app?: Directory,
    version = "latest",
    dockerfile?: string,
    stage?: string,
    buildArg?: string[],
    buildSecret?: Secret[],
  ): Promise<Service> {
    const build = { dockerfile, stage, buildArg, buildSecret, platform: undefined };
    const image = await ending(async () => {
      const { buildLocally } = await import("#lib/commands/build.js");
      return await buildLocally(this.local(workspace, app, build), version);
    });
    return image.asService();
  }

  /**
   * Test the app, build its image, and push it to the target's ECR repository.
   *
   * Returns the image as repository@sha256:DIGEST. A version that was
   * published from the same input is used as it is and not built again; a
   * version that was published from another input is refused.
   *
   * @param version The version to publish: an image tag that never moves (default: the commit's tag, or its short SHA)
   * @param app The directory to build (default: the target's build.context, or your repository's root)
   * @param repository The git repository whose commit is published (default: yours)
   * @param allowDirty Publish despite uncommitted changes; the image is marked as dirty
   * @param platform The platform to build for (default: the target's)
   * @param dockerfile The Dockerfile, relative to the app's directory (default: the target's, or Dockerfile)
   * @param stage The Dockerfile's stage to build (default: the target's, or the last one)
   * @param buildArg A build argument, NAME=VALUE; repeatable. It stays visible in the image
   * @param buildSecret A secret for RUN --mount=type=secret, by the name of its variable or file; repeatable
   * @param image A ready image to publish in place of a build: another module's container, or an address
   */
  @func({ cache: "never" })
  async publish(
    workspace: Workspace,
    version?: string,
    app?: Directory,
    repository?: GitRepository,
    allowDirty?: boolean,
    platform?: Platform,
    dockerfile?: string,
    stage?: string,
    buildArg?: string[],
    buildSecret?: Secret[],
    image?: Container,
  ): Promise<string> {
    const build = { dockerfile, stage, buildArg, buildSecret, platform };
    const source = { app, context: contextOf(workspace, app), build, git: gitOf(workspace, repository) };
    const destination = this.destination(workspace);
    return await ending(async (activity) => {
      const { publishImage } = await import("#lib/commands/publish.js");
      return await publishImage({ version, ...source, image, allowDirty, destination, ...activity });
    });
  }

  /**
   * Show what a deploy of a published version would change. Changes nothing.
   *
   * Shows the image, the changes of the task definition and of the service,
   * the preflight findings with their fixes, and a hash. A later deploy with
   * --published --plan HASH (or --from … --plan HASH) is refused unless it
   * is exactly this plan. Exits with 0 even when a deploy would be refused.
   *
   * @param version The published version: its image tag (default: the commit's tag, or its short SHA)
   * @param from An image in ECR in place of a published version: repository:tag or repository@sha256:DIGEST, with its registry where that is another
   * @param env A variable of the container, NAME=VALUE; repeatable
   * @param secret A secret of the container, NAME=ARN; repeatable
   * @param cpu The task's CPU units, as in 512 (default: unchanged)
   * @param memory The task's memory in MiB, as in 1024 (default: unchanged)
   * @param desiredCount The service's number of tasks (default: unchanged)
   * @param strategy The service's deployment strategy: rolling, blue-green, linear or canary (default: unchanged). The service keeps it
   * @param percent Percent of production traffic that a canary gets first, or of each linear step, as in 10 or 0.5
   * @param stepBake Minutes between two shifts of production traffic (linear, canary)
   * @param bake Minutes that both revisions stay up after all production traffic has shifted
   * @param strategyOnce Restore the service's former strategy after the rollout
   * @param force Plan a copy of what runs, even when nothing changes
   * @param ignore A preflight finding that must not stop the deploy, as in mutable-tags; repeatable
   * @param scanSeverity The lowest severity of image scan findings that stops a deploy: CRITICAL (default), HIGH, MEDIUM, LOW or INFORMATIONAL
   * @param asJson Return JSON, with the whole JSON Patch (RFC 6902) and the values given with --env
   */
  @func({ cache: "never" })
  async plan(
    workspace: Workspace,
    version?: string,
    from?: string,
    env?: string[],
    secret?: string[],
    cpu?: number,
    memory?: number,
    desiredCount?: number,
    strategy?: string,
    percent?: string,
    stepBake?: number,
    bake?: number,
    strategyOnce?: boolean,
    force?: boolean,
    ignore?: string[],
    scanSeverity?: string,
    asJson?: boolean,
  ): Promise<string> {
    const shift = { strategy, percent, stepBake, bake, strategyOnce };
    const changes = { env, secret, cpu, memory, desiredCount, ...shift, force, ignore, scanSeverity };
    const destination = this.destination(workspace);
    return await ending(async (activity) => {
      const { showPlan } = await import("#lib/commands/plan.js");
      const git = gitOf(workspace, undefined);
      return await showPlan({ version, from, git, destination, changes, ...activity }, asJson);
    });
  }

  /**
   * Test, build, publish and roll out a version, and verify what is served.
   *
   * A preflight runs before the service is changed; an error stops the
   * deploy. A rollout that cannot succeed is rolled back at once. A rollout
   * that ECS reports as successful, while the public URL serves another
   * version, is rolled back too.
   *
   * Returns a report. Exits with 0 when the version is served. Otherwise the
   * report is the error, and the exit code is:
   *
   *    1  unexpected error: the outcome of the rollout is unknown
   *    2  bad input, refused, or AWS unavailable, before the service was changed
   *    3  rolled-back: the earlier revision runs again
   *    4  failed: not rolled back, or another version is served at the end
   *    5  superseded: another deployment replaced this one
   *    6  stopped: a user stopped the deployment, or deleted the service
   *    7  timed-out: undecided within the time allowed; ECS continues
   *    8  deployed-unverified: ECS has completed; a wanted check proved nothing
   *    9  nothing-ran: the service's desired count is 0
   *   10  paused: a deployment hook holds the rollout
   *   11  deployed: the post-deploy task failed, or its outcome is unknown
   *
   * Run the same command again after an interruption: it finds its rollout
   * in ECS and continues to watch it.
   *
   * With --as-json each log line is a JSON object with "type" and "time".
   * The last one has the type "report" or "error".
   *
   * @param version The version to deploy: an image tag that never moves (default: the commit's tag, or its short SHA)
   * @param app The directory to build (default: the target's build.context, or your repository's root)
   * @param repository The git repository whose commit is deployed (default: yours)
   * @param published Deploy the version's image from ECR; test and build nothing
   * @param from Deploy an image that ECR has already, as it is: repository:tag or repository@sha256:DIGEST, with its registry where that is another
   * @param url The service's public URL (default: the target's "url"); without one, HTTP is not checked
   * @param runId An id that sets this attempt apart, such as a workflow run's: the same id returns the same rollout's verdict again
   * @param env A variable of the container, NAME=VALUE; repeatable
   * @param secret A secret of the container, NAME=ARN; repeatable
   * @param cpu The task's CPU units, as in 512 (default: unchanged)
   * @param memory The task's memory in MiB, as in 1024 (default: unchanged)
   * @param desiredCount The service's number of tasks (default: unchanged)
   * @param strategy The service's deployment strategy: rolling, blue-green, linear or canary (default: unchanged). The service keeps it
   * @param percent Percent of production traffic that a canary gets first, or of each linear step, as in 10 or 0.5
   * @param stepBake Minutes between two shifts of production traffic (linear, canary)
   * @param bake Minutes that both revisions stay up after all production traffic has shifted
   * @param strategyOnce Restore the service's former strategy after the rollout
   * @param plan The hash that plan shows: refused when the deploy would be another one
   * @param force Deploy a copy of what runs, even when nothing changes
   * @param ignore A preflight finding that must not stop the deploy, as in mutable-tags; repeatable
   * @param scanSeverity The lowest severity of image scan findings that stops a deploy: CRITICAL (default), HIGH, MEDIUM, LOW or INFORMATIONAL
   * @param timeoutMinutes Minutes that the rollout may take (default: computed from the service's settings)
   * @param onTimeout What to do with a rollout that times out: leave (default) or rollback
   * @param until End the watch at: shifted (all traffic has moved, the bake time runs)
   * @param noEarlyStop Leave a rollout that cannot succeed to ECS's circuit breaker
   * @param noUndo Leave a failed rollout that ECS does not roll back as it is
   * @param waitForLock Minutes to wait while the service is locked (default: a locked service is refused)
   * @param allowDirty Publish despite uncommitted changes; the image is marked as dirty
   * @param skipBefore Skip the target's pre-deploy task
   * @param skipAfter Skip the target's post-deploy task
   * @param keep Deregister the family's unused revisions, except this many of the newest (default: keep all)
   * @param platform The platform to build for (default: the target's)
   * @param dockerfile The Dockerfile, relative to the app's directory (default: the target's, or Dockerfile)
   * @param stage The Dockerfile's stage to build (default: the target's, or the last one)
   * @param buildArg A build argument, NAME=VALUE; repeatable. It stays visible in the image
   * @param buildSecret A secret for RUN --mount=type=secret, by the name of its variable or file; repeatable
   * @param image A ready image to publish and deploy in place of a build: another module's container, or an address
   * @param asJson Show progress and the report as JSON Lines
   */
  @func({ cache: "never" })
  async deploy(
    workspace: Workspace,
    version?: string,
    app?: Directory,
    repository?: GitRepository,
    published?: boolean,
    from?: string,
    url?: string,
    runId?: string,
    env?: string[],
    secret?: string[],
    cpu?: number,
    memory?: number,
    desiredCount?: number,
    strategy?: string,
    percent?: string,
    stepBake?: number,
    bake?: number,
    strategyOnce?: boolean,
    plan?: string,
    force?: boolean,
    ignore?: string[],
    scanSeverity?: string,
    timeoutMinutes?: number,
    onTimeout?: string,
    until?: string,
    noEarlyStop?: boolean,
    noUndo?: boolean,
    waitForLock?: number,
    allowDirty?: boolean,
    skipBefore?: boolean,
    skipAfter?: boolean,
    keep?: number,
    platform?: Platform,
    dockerfile?: string,
    stage?: string,
    buildArg?: string[],
    buildSecret?: Secret[],
    image?: Container,
    asJson?: boolean,
  ): Promise<string> {
    const build = { dockerfile, stage, buildArg, buildSecret, platform };
    const source = { app, context: contextOf(workspace, app), build, git: gitOf(workspace, repository) };
    const destination = this.destination(workspace);
    const shift = { strategy, percent, stepBake, bake, strategyOnce };
    const overrides = { env, secret, cpu, memory, desiredCount, ...shift, force };
    const changes = { ...overrides, plan, ignore, scanSeverity, skipBefore, skipAfter, keep };
    const patience = { timeoutMinutes, onTimeout, until, noEarlyStop };
    const release = { version, ...source, image, allowDirty, published, from };
    const options = { ...release, destination, url, runId, changes, patience, waitForLock, noUndo };
    return await reporting(async (activity) => {
      const { deploy } = await import("#lib/commands/deploy.js");
      return await deploy({ ...options, ...activity });
    }, asJson);
  }

  /**
   * Roll back to the previous good deployment, as a new copy of it.
   *
   * Chooses the last deployment that succeeded with another revision than
   * the current one; the next call goes one further back. Watched and judged
   * as a deploy is, with the same report, exit codes and JSON Lines.
   *
   * @param to A version, as in v1.2.3, or a revision, as in service:7, to roll back to
   * @param url The service's public URL (default: the target's "url"); without one, HTTP is not checked
   * @param ignore A preflight finding that must not stop the rollback, as in mutable-tags; repeatable
   * @param timeoutMinutes Minutes that the rollout may take (default: computed from the service's settings)
   * @param onTimeout What to do with a rollout that times out: leave (default) or rollback
   * @param noEarlyStop Leave a rollout that cannot succeed to ECS's circuit breaker
   * @param asJson Show progress and the report as JSON Lines
   */
  @func({ cache: "never" })
  async rollback(
    workspace: Workspace,
    to?: string,
    url?: string,
    ignore?: string[],
    timeoutMinutes?: number,
    onTimeout?: string,
    noEarlyStop?: boolean,
    asJson?: boolean,
  ): Promise<string> {
    const destination = this.destination(workspace);
    const patience = { timeoutMinutes, onTimeout, noEarlyStop };
    return await reporting(async (activity) => {
      const { rollback } = await import("#lib/commands/rollback.js");
      return await rollback({ destination, to, url, ignore, patience, ...activity });
    }, asJson);
  }

  /**
   * Watch the deployment in flight to its end, and change nothing.
   *
   * Attaches to the service's deployment in flight, also one that another
   * tool began, and ends with its verdict, report and exit code, as deploy
   * does. Without a deployment in flight it reports the outcome of the last
   * one. Stops nothing, rolls nothing back and runs no post-deploy task.
   *
   * @param url The service's public URL (default: the target's "url"); without one, HTTP is not checked
   * @param timeoutMinutes Minutes to watch (default: computed from the service's settings)
   * @param asJson Show progress and the report as JSON Lines
   */
  @func({ cache: "never" })
  async watch(workspace: Workspace, url?: string, timeoutMinutes?: number, asJson?: boolean): Promise<string> {
    const destination = this.destination(workspace);
    return await reporting(async (activity) => {
      const { watchDeployment } = await import("#lib/commands/watch.js");
      return await watchDeployment({ destination, url, timeoutMinutes, ...activity });
    }, asJson);
  }

  /**
   * Continue a deployment that waits in a lifecycle hook.
   *
   * Continues the service's deployment in flight, also one that another tool
   * began, at the only hook that waits, or at the one of --hook. Refused with
   * the list when several wait, and when none does.
   *
   * @param hook The hook's id, as in ecs-pause-1a2b3c
   * @param list List what waits, and change nothing
   */
  @func({ cache: "never" })
  async continue(workspace: Workspace, hook?: string, list?: boolean): Promise<string> {
    const destination = this.destination(workspace);
    return await ending(async (activity) => {
      const { continueWaiting } = await import("#lib/commands/hooks.js");
      return await continueWaiting({ destination, hook, ...activity }, list);
    });
  }

  /**
   * Roll back the deployment in flight.
   *
   * Rolls it back at the only lifecycle hook that waits, or at the one of
   * --hook; where none waits, ECS is requested to stop the deployment and to
   * roll back. A deployment that has ended is not rolled back: see rollback.
   *
   * @param hook The hook's id, as in ecs-pause-1a2b3c
   */
  @func({ cache: "never" })
  async abort(workspace: Workspace, hook?: string): Promise<string> {
    const destination = this.destination(workspace);
    return await ending(async (activity) => {
      const { abortInFlight } = await import("#lib/commands/hooks.js");
      return await abortInFlight({ destination, hook, ...activity });
    });
  }

  /**
   * Write what a deploy of a service needs: init --service api … -o .
   *
   * Reads the service and returns a directory with its target, lines of
   * .env, a GitHub workflow, the least IAM policy for exactly this service,
   * and a report of what was found and what a deploy still needs. Changes
   * nothing in AWS, and leaves out each file that your repository has.
   *
   * @param cluster The cluster's name
   * @param service The service's name
   * @param region The service's region (default: the one that the credentials name, if any)
   * @param role A role to assume for everything in the service's account, by its ARN
   */
  @func({ cache: "never" })
  async init(
    workspace: Workspace,
    cluster: string,
    service: string,
    region?: string,
    role?: string,
  ): Promise<Directory> {
    const { credentials, target: name, aws } = this;
    const wanted = { cluster, serviceName: service, region, role };
    const options = { workspace, name, ...wanted, credentials, service: aws };
    return await ending(async (activity) => {
      const { initialise } = await import("#lib/commands/init.js");
      return await initialise({ ...options, ...activity });
    });
  }

  /**
   * Show the service's last deployments.
   *
   * For each: version, digest, author, commit, run, time, duration, outcome
   * and the cause of a failure. ECS keeps deployments for 90 days; a cause
   * that only stopped tasks show is known for an hour.
   *
   * @param count The number of deployments to show, 1 to 100
   * @param timeZone A time zone to show times in beside UTC, as in Europe/Berlin
   * @param asJson Return JSON, with whole ARNs
   */
  @func({ cache: "never" })
  async history(workspace: Workspace, count = 10, timeZone?: string, asJson?: boolean): Promise<string> {
    const destination = this.destination(workspace);
    return await ending(async (activity) => {
      const { showHistory } = await import("#lib/commands/history.js");
      return await showHistory({ destination, count, timeZone, ...activity }, asJson);
    });
  }

  /**
   * Report a deployment as files: report --version v1.2.3 -o report
   *
   * Returns a directory, rebuilt from AWS alone, also after a failed or
   * interrupted deploy: report.html, report.md, report.json, timeline.svg.
   * They answer what happened, why, what serves now and what to do next,
   * with tasks over time, events and the ends of logs. ECS keeps
   * deployments for 90 days, and a stopped task for about an hour.
   *
   * @param version The version whose newest deployment is reported (default: the latest deployment)
   * @param deployment The service deployment to report: its ARN, or the ARN's last part
   * @param result A file with the lines of deploy --as-json: adds what only the deploy observed, its requests and traffic shifts
   * @param timeZone A time zone to show times in beside UTC, as in Europe/Berlin
   */
  @func({ cache: "never" })
  async report(
    workspace: Workspace,
    version?: string,
    deployment?: string,
    result?: File,
    timeZone?: string,
  ): Promise<Directory> {
    const destination = this.destination(workspace);
    return await ending(async (activity) => {
      const { report } = await import("#lib/commands/report.js");
      return await report({ destination, version, deployment, result, timeZone, ...activity });
    });
  }

  /**
   * Show what runs now.
   *
   * Shows version, digest, task definition, task counts and the last events.
   *
   * @param timeZone A time zone to show times in beside UTC, as in Europe/Berlin
   */
  @func({ cache: "never" })
  async status(workspace: Workspace, timeZone?: string): Promise<string> {
    return await ending(async () => {
      const { showStatus } = await import("#lib/commands/status.js");
      return await showStatus(this.destination(workspace), timeZone);
    });
  }

  /**
   * Show the logs of the service's tasks: logs --failing, logs --follow
   *
   * Reads the tasks that run, and those that stopped within the last hour.
   * With --follow new lines appear as they are written, until --minutes are
   * over.
   *
   * @param container The container (default: the target's; with --failing the one that failed)
   * @param since Start: a duration such as 90s, 15m, 2h or 1d, or a time such as 2026-11-27T08:00:00Z
   * @param failing Only tasks that failed or are unhealthy, with the reason
   * @param task One task, by the first digits of its id
   * @param lines The number of lines to show at the start, 1 to 10000
   * @param follow Show new lines as they are written
   * @param minutes Minutes after which --follow ends, 1 to 720 (default: 10)
   * @param timeZone A time zone to show times in, as in Europe/Berlin (default: UTC)
   */
  @func({ cache: "never" })
  async logs(
    workspace: Workspace,
    container?: string,
    since = "15m",
    failing?: boolean,
    task?: string,
    lines = 200,
    follow?: boolean,
    minutes?: number,
    timeZone?: string,
  ): Promise<string> {
    const options = { container, since, failing, task, lines, follow, minutes, timeZone };
    const destination = this.destination(workspace);
    return await ending(async (activity) => {
      const { showLogs } = await import("#lib/commands/logs.js");
      return await showLogs({ destination, ...options, ...activity });
    });
  }

  /**
   * Show what was changed on the service since the last release.
   *
   * Compares the running task definition and the service's settings with
   * the last deployment that Slipway made, without image and version.
   * Changes nothing, and exits with 0 also where something differs.
   *
   * @param asJson Return JSON, with whole ARNs
   */
  @func({ cache: "never" })
  async diff(workspace: Workspace, asJson?: boolean): Promise<string> {
    return await ending(async (activity) => {
      const { showDiff } = await import("#lib/commands/diff.js");
      return await showDiff(this.destination(workspace), activity, asJson);
    });
  }

  /**
   * Set the service's number of tasks, and wait until it is steady.
   *
   * Refused where the service is locked, or where its autoscaling does not
   * permit the number.
   * Exits with 7 when the service is not steady in time; ECS continues.
   *
   * @param count The number of tasks, 0 to 5000
   * @param timeoutMinutes Minutes to wait, 1 to 720
   */
  @func({ cache: "never" })
  async scale(workspace: Workspace, count: number, timeoutMinutes = 15): Promise<string> {
    const destination = this.destination(workspace);
    return await changing(async (activity) => {
      const { scaleService } = await import("#lib/commands/scale.js");
      return await scaleService({ destination, count, timeoutMinutes, ...activity });
    });
  }

  /**
   * Show the AWS CLI's command that opens a shell in a task.
   *
   * Checks that the service permits it and that the agent runs in the task.
   * The command needs the Session Manager plugin of the AWS CLI.
   *
   * @param command The command to run in the container
   * @param container The container (default: the target's)
   * @param task A task, by the first digits of its id (default: one that is ready)
   */
  @func({ cache: "never" })
  async exec(workspace: Workspace, command = "/bin/sh", container?: string, task?: string): Promise<string> {
    const choice = { command, ...(container && { container }), ...(task && { task }) };
    return await ending(async (activity) => {
      const { showExec } = await import("#lib/commands/exec.js");
      return await showExec(this.destination(workspace), choice, activity);
    });
  }

  /**
   * Run a command in a task of its own: run --command "flask db upgrade"
   *
   * The task has the image, network, roles and variables of the service's
   * tasks, and gets no requests. Its log appears as it is written. Exits
   * with the command's own exit code; 7 when the time is over, 4 when the
   * task was stopped or did not start, 2 when nothing ran.
   *
   * An interrupted call leaves the task running: the same call with the
   * run id that was shown finds it again, until an hour after its end.
   *
   * @param command The command's words, quoted as in a shell, or a JSON list; no shell expands them
   * @param container The container whose command is replaced (default: the target's)
   * @param timeoutMinutes Minutes after which the task is stopped, 1 to 720
   * @param runId An id of this run: the same id finds the same task (default: a new one)
   */
  @func({ cache: "never" })
  async run(
    workspace: Workspace,
    command: string,
    container?: string,
    timeoutMinutes = 15,
    runId?: string,
  ): Promise<string> {
    const destination = this.destination(workspace);
    return await returning(async (activity) => {
      const { runTaskOnce } = await import("#lib/commands/run.js");
      return await runTaskOnce({ destination, command, container, timeoutMinutes, runId, ...activity });
    });
  }

  /**
   * Lock the service: deploys, rollbacks and scale are refused until unlock.
   *
   * The lock has the user, the time and the reason. It is a tag of the
   * service, or in the bucket or the table that the target names.
   * A rollout that has begun goes on, and so does its automatic rollback;
   * run is permitted, because its task leaves the service as it is.
   *
   * @param reason The reason, which each refused deploy shows
   */
  @func({ cache: "never" })
  async lock(workspace: Workspace, reason: string): Promise<string> {
    return await changing(async (activity) => {
      const { lock } = await import("#lib/commands/lock.js");
      return await lock(this.destination(workspace), reason, activity);
    });
  }

  /**
   * Remove the service's lock, also one that another user has set.
   */
  @func({ cache: "never" })
  async unlock(workspace: Workspace): Promise<string> {
    return await changing(async (activity) => {
      const { unlock } = await import("#lib/commands/lock.js");
      return await unlock(this.destination(workspace), activity);
    });
  }

  /**
   * List where deploys are reported to, or send a test message: notify --test
   *
   * Lists the destinations of the target's "notify", and checks their
   * secrets. With --test each receives a marked message, and the result of
   * each is shown. Exits with 4 when one did not accept it.
   *
   * @param test Send a test message to each destination
   */
  @func({ cache: "never" })
  async notify(workspace: Workspace, test?: boolean): Promise<string> {
    const destination = this.destination(workspace);
    return await returning(async (activity) => {
      const { notify } = await import("#lib/commands/notify.js");
      return await notify(destination, test === true, activity);
    });
  }

  private local(workspace: Workspace, app: Directory | undefined, build: BuildOptions): LocalBuildOptions {
    const { target, targets } = this;
    return { targets: targetsOf(workspace, targets), name: target, context: contextOf(workspace, app), build };
  }

  private destination(workspace: Workspace): DestinationOptions {
    const { credentials, target, targets, aws, notifySecret } = this;
    const access = { credentials, service: aws, notifySecrets: notifySecret };
    const repository = workspace.directory("/", { include: ["dagger.json"] });
    return { targets: targetsOf(workspace, targets), name: target, repository, ...access };
  }
}
