import type { Container } from "dockerode";
import { getOwn } from "../model/own-members.js";
import { object } from "../model/task-definition-json.js";
import type { TaskEventBody, TaskSpec } from "../task-runtime.js";
import { openLogDriver } from "./awslogs-driver.js";
import { waitForDependency } from "./container-dependencies.js";
import { type ContainerPlan, planContainers } from "./container-plan.js";
import { adoptContainer, type ContainerEnd, type ContainerRun, startContainer } from "./container-run.js";
import { bindingsOf } from "./published-ports.js";
import { type PulledImage, pullImage } from "./pull-image.js";
import { aborted, type TaskDeps, type TaskEnd } from "./task-context.js";
import { TaskFailure } from "./task-failure.js";
import { type ContainerResources, createContainerResources, isBehindHostPorts } from "./task-resources.js";
import { rejectUnsafeSettings } from "./unsafe-settings.js";

/** Containers of one task: started in the order of their dependencies, stopped in the opposite order. */
export class TaskContainers {
  /** Resolves when an essential container has ended. */
  readonly essentialEnd: Promise<TaskEnd>;
  readonly #plans: ContainerPlan[];
  readonly #runs = new Map<string, Promise<ContainerRun>>();
  #endTask: (end: TaskEnd) => void = () => {};
  #stopping = false;

  constructor(
    private readonly deps: TaskDeps,
    private readonly spec: TaskSpec,
    private readonly report: (event: TaskEventBody) => void,
  ) {
    this.#plans = planContainers(spec);
    this.essentialEnd = new Promise((resolve) => {
      this.#endTask = resolve;
    });
  }

  /** @throws {TaskFailure} The task can't start. */
  async start(): Promise<void> {
    rejectUnsafeSettings(this.spec, this.#plans);
    const drivers = new Map(this.#plans.map((plan) => [plan.name, openLogDriver(this.spec, plan, this.deps)]));
    this.report({ type: "pull-started" });
    const images = await Promise.all(this.#plans.map((plan) => this.#pull(plan)));
    this.deps.detached.throwIfAborted();
    this.report({
      type: "pulled",
      containers: this.#plans.map(({ name }, index) => ({ name, imageDigest: images[index]?.digest ?? "" })),
    });
    const resources = await createContainerResources(this.deps, this.spec, this.#plans);
    for (const [index, plan] of this.#plans.entries()) {
      const driver = drivers.get(plan.name);
      const image = images[index];
      if (driver && image) this.#begin(plan, () => this.#start(plan, image, resources, driver));
    }
    await this.#reportRunning(resources.address);
  }

  /** Takes over the containers that still run; a missing essential one ends the task. */
  async adopt(found: Map<string, { container: Container; imageDigest: string }>, address: string): Promise<void> {
    for (const plan of this.#plans) {
      const known = found.get(plan.name);
      if (known === undefined) {
        if (plan.essential)
          this.#endTask({ stopCode: "EssentialContainerExited", reason: "Essential container in task exited" });
        continue;
      }
      const driver = openLogDriver(this.spec, plan, this.deps);
      this.#begin(plan, () =>
        adoptContainer(this.deps, plan, known.container, known.imageDigest, driver, this.#reportHealth),
      );
    }
    await this.#reportRunning(address);
  }

  /** Stops the running containers, dependents before their dependencies, and returns their exit codes and reasons. */
  async stop(): Promise<{ name: string; exitCode?: number; reason?: string }[]> {
    this.#stopping = true;
    const ends = new Map<string, Promise<ContainerEnd | undefined>>();
    // From the last to be started to the first: dependents are in the map before what they depend on.
    for (const plan of this.#plans.toReversed()) {
      const dependents = this.#plans.filter(({ dependsOn }) =>
        dependsOn.some(({ container }) => container === plan.name),
      );
      const before = dependents.map(({ name }) => ends.get(name));
      ends.set(
        plan.name,
        Promise.all(before).then(async () => (await this.#runs.get(plan.name)?.catch(() => undefined))?.stop()),
      );
    }
    const ended = await Promise.all([...ends].map(async ([name, end]) => ({ name, end: await end })));
    return ended.flatMap(({ name, end }) => (end ? [{ name, ...end }] : []));
  }

  #begin(plan: ContainerPlan, start: () => Promise<ContainerRun>): void {
    const run = start();
    this.#runs.set(plan.name, run);
    run.then(
      ({ ended }) => ended.then((end) => this.#containerEnded(plan, end)),
      // `#reportRunning` handles the error.
      () => undefined,
    );
  }

  #pull({ name, image }: ContainerPlan): Promise<PulledImage> {
    const { taskArn, resolvedImages, taskDefinition } = this.spec;
    const { cpuArchitecture } = object(taskDefinition.runtimePlatform);
    const wanted = { X86_64: "amd64", ARM64: "arm64" }[String(cpuArchitecture)];
    const pinned = getOwn(resolvedImages, name);
    return pullImage(this.deps.containerRuntime, this.deps.registry, {
      image,
      region: taskArn.split(":")[3] ?? "",
      architecture: wanted ?? this.deps.containerRuntime.platform.architecture,
      ...(pinned ? { pinned } : {}),
    });
  }

  async #start(
    plan: ContainerPlan,
    image: PulledImage,
    resources: ContainerResources,
    driver: ReturnType<typeof openLogDriver>,
  ) {
    for (const { container, condition } of plan.dependsOn) {
      const on = await this.#runs.get(container);
      if (on)
        await Promise.race([
          waitForDependency(on, condition, plan, this.deps.clock),
          this.essentialEnd,
          aborted(this.deps.detached),
        ]);
    }
    this.deps.detached.throwIfAborted();
    if (this.#stopping) throw new TaskFailure("Task stopped before its containers were started");
    const { address, volumes } = resources;
    const placement = {
      image: image.reference,
      imageDigest: image.digest,
      address,
      volumes,
      ...resources.networkOf(plan),
    };
    return startContainer(this.deps, this.spec, plan, placement, driver, this.#reportHealth);
  }

  readonly #reportHealth = (container: string, status: "HEALTHY" | "UNHEALTHY") => {
    if (!this.#stopping) this.report({ type: "health", container, status });
  };

  async #reportRunning(address: string): Promise<void> {
    const runs = await Promise.all(this.#runs.values());
    const hasPorts = isBehindHostPorts(this.spec);
    const containers = await Promise.all(
      runs.map(async ({ plan, container, imageDigest }) => ({
        name: plan.name,
        runtimeId: container.id,
        imageDigest,
        ...(hasPorts && { networkBindings: await bindingsOf(this.deps.containerRuntime, container, plan) }),
      })),
    );
    if (!this.#stopping) this.report({ type: "running", ip: address, containers });
  }

  #containerEnded({ name, essential }: ContainerPlan, { exitCode, reason }: ContainerEnd): void {
    if (this.#stopping) return;
    if (exitCode !== undefined)
      this.report({ type: "container-exited", container: name, exitCode, ...(reason ? { reason } : {}) });
    if (!essential) return;
    this.#stopping = true;
    const lost = exitCode === undefined ? reason : undefined;
    this.#endTask({ stopCode: "EssentialContainerExited", reason: lost ?? "Essential container in task exited" });
  }
}
