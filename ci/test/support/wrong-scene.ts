import type { TestContext } from "node:test";
import { scene } from "./rollout-scene.js";
import type { Stories } from "./scripted-ecs.js";
import { http, served } from "./served.js";
import { success, takenBack } from "./stories.js";

export const wrongVersion: Stories = { updates: [success, takenBack] };

/** A rollout that ECS calls good and that serves another version. */
export async function wrong(t: TestContext, stories = wrongVersion) {
  const it = await scene(t, stories);
  const roll = (more = {}) => it.roll({ http, ask: served(it.world, "v0.0.1"), ...more });
  return { ...it, roll };
}
