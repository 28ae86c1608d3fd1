import { connectEngine, type Engine } from "../containers/connect.js";
import { NoEngineError } from "../containers/errors.js";
import { installEngine, planEngine } from "../containers/install.js";
import { type Consent, consent } from "./consent.js";

/**
 * The engine that answers on this machine, or a newly installed one.
 *
 * @returns In words, which engine it is.
 * @throws Error when none can be had here or the answer was no.
 */
export async function readyEngine(options: Consent): Promise<string> {
  const { kind, version } = await connectEngine().catch((error) => install(error, options));
  return `${kind === "docker" ? "Docker" : "Podman"} ${version}`;
}

async function install(error: Error, options: Consent): Promise<Engine> {
  if (!(error instanceof NoEngineError)) throw error;
  const plan = await planEngine();
  await consent(options, plan.description, "Start a container engine of your own and try again.");
  return await installEngine(plan, options.say);
}
