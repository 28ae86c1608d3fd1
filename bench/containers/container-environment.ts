import { randomBytes } from "node:crypto";
import { get } from "node:http";
import { createLoadBalancer, systemClock } from "../../infra/local/aws/index.js";
import type { ContainerRuntime } from "../../infra/local/containers/connect.js";
import { type HttpEnvironment, openHttpEnvironment, type Speed } from "../http/http-environment.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { Scenario, ServiceSettings } from "../scenario/scenario.js";
import { healthCheck } from "./program.js";
import { imageLabel, programImages } from "./program-image.js";
import { openRegistryProxy } from "./registry-proxy.js";
import { createScriptedContainers } from "./scripted-containers.js";

/** Creates a scenario with real containers behind a real load balancer, in its state before the deploy. */
export async function openContainerEnvironment(
  runtime: ContainerRuntime,
  scenario: Scenario,
  target: CompleteTarget,
  speed: Speed,
  signal?: AbortSignal,
): Promise<HttpEnvironment> {
  const { factor } = speed;
  const label = randomBytes(8).toString("hex");
  let registry = "";
  const door = await openRegistryProxy(() => registry, systemClock);
  // Pulls end with the proxy, so that nothing new is created during the removal.
  const closeAround = async (stage?: HttpEnvironment) => {
    await door.close();
    await stage?.close();
    await removeImages(runtime, label);
  };
  const drain = scenario.before?.tasks?.find((task) => task.drain)?.drain;
  try {
    const stage = await openHttpEnvironment(onContainers(scenario, factor), target, speed, {
      image: programImages(scenario, label),
      runtime(context, taskScripts) {
        registry = context.registry.url();
        const { container, containerPort: port } = target;
        return createScriptedContainers(context, { runtime, door, taskScripts, container, port, factor });
      },
      loadBalancer: ({ clock }) =>
        createLoadBalancer({ clock, settings: drain === undefined ? {} : { deregistrationDelay: drain / factor } }),
      ...(signal && { signal }),
    });
    const visitor = drain === undefined ? undefined : stay(stage);
    return {
      ...stage,
      async close() {
        visitor?.destroy();
        await closeAround(stage);
      },
    };
  } catch (error) {
    await closeAround();
    throw error;
  }
}

/** Returns the scenario with the program's container check, and with ECS's whole seconds scaled as all other times. */
function onContainers(scenario: Scenario, factor: number): Scenario {
  const { service = {} } = scenario;
  const { check = "none", container = {}, sidecars = [] } = service;
  const isChecked = check === "container" || check === "both";
  const { stopTimeout } = container;
  const shorter = (seconds: number) => Math.ceil(seconds / factor);
  const settings: ServiceSettings = {
    ...service,
    // All containers use the image of the program; its script decides their behaviour.
    sidecars: sidecars.map(({ startTimeout, image: _, ...rest }) =>
      typeof startTimeout === "number" ? { ...rest, startTimeout: shorter(startTimeout) } : rest,
    ),
    container: {
      ...container,
      ...(typeof stopTimeout === "number" && { stopTimeout: shorter(stopTimeout) }),
      ...(isChecked && { healthCheck }),
    },
  };
  return { ...scenario, service: settings };
}

/** Opens a request without an end: its task drains for as long as the load balancer allows. */
function stay({ url, host }: HttpEnvironment) {
  const request = get(`${url}/stay`, { headers: { host } }, (answer) => answer.on("error", () => {}).resume());
  return request.on("error", () => {});
}

async function removeImages({ docker }: ContainerRuntime, label: string): Promise<void> {
  const images = await docker.listImages({ filters: JSON.stringify({ label: [`${imageLabel}=${label}`] }) });
  for (const { Id } of images) await docker.getImage(Id).remove({ force: true });
}
