import type { TestContext } from "node:test";
import { type Changes, scene } from "./rollout-scene.js";
import type { Stories } from "./scripted-ecs.js";
import { http, servingApp } from "./serving-app.js";
import { automaticallyRolledBack, success } from "./stories.js";

export const wrongVersion: Stories = { updates: [success, automaticallyRolledBack] };

/** Rollout that ECS reports as successful and that serves another version. */
export async function wrongVersionScene(t: TestContext, stories = wrongVersion) {
  const it = await scene(t, stories);
  const roll = (more: Changes = {}) => it.roll({ http, ask: servingApp(it.world, "v0.0.1"), ...more });
  return { ...it, roll };
}
