import { keyOf } from "../content/store.js";
import { loginFor } from "../image/publish.js";
import { pullImage } from "../image/pull.js";
import { parseReference } from "../image/reference.js";
import { Registry } from "../image/registry.js";
import { UnreachableRegistryError } from "../image/registry-answer.js";
import type { ContainerState } from "../image/state.js";
import type { Session } from "../session/session.js";
import { packagedBase } from "./debian.js";
import { recipeOf } from "./recipes.js";

/** Time after which an unreachable registry is tried again, in milliseconds. */
const forgetAfter = 10 * 60_000;
/** Maximum time until a registry's first answer, in milliseconds. */
const patience = 4_000;

/**
 * Returns the image that a container starts from: from its registry or, when that can't be reached and a recipe exists for the official
 * image, an equivalent one that is made from packages.
 *
 * @param state The container so far: its platform, and its logins to registries.
 * @param host Address of the registry when it is a service.
 */
export async function baseState(
  session: Session,
  state: ContainerState,
  address: string,
  host?: string,
): Promise<ContainerState> {
  const reference = parseReference(address);
  const recipe = recipeOf(reference);
  const server = host ?? reference.registry;
  try {
    if (recipe) await refuseUnreachable(session, server);
    const login = await loginFor(state, reference.registry);
    const registry = await Registry.open(server, reference.name, {
      ...(login && { login }),
      patience,
      signal: session.signal,
    });
    return await pullImage(session, registry, reference, state.platform);
  } catch (error) {
    if (!(error instanceof UnreachableRegistryError) || !recipe) throw error;
    await session.store.keep(unreachableKey(server), { at: Date.now(), message: error.message });
    const { state: base, description } = await packagedBase(session, state.platform, recipe);
    session.trace.log(`${error.message} Using a base made from packages in place of ${address}: ${description}.`);
    return base;
  }
}

async function refuseUnreachable({ store }: Session, host: string): Promise<void> {
  const last = await store.recall<{ at: number; message: string }>(unreachableKey(host));
  if (last && Date.now() - last.at < forgetAfter) throw new UnreachableRegistryError(last.message);
}

function unreachableKey(host: string): string {
  return keyOf("unreachable", host);
}
