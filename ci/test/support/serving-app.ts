import { runningIn } from "../../lib/ecs/containers.js";
import type { SendRequest } from "../../lib/rollout/verify/http-request.js";
import { release, target, type World } from "./scripted-ecs.js";

export const http = { baseUrl: "http://app.example.com" };

/** Answers as the service's current revision does. @param ours Version that our release answers. */
export function servingApp(world: World, ours = release.version): SendRequest {
  return async () => {
    const { taskDefinition = {} } = world.taskDefinitions.get(String(world.service.taskDefinition)) ?? {};
    const { version } = runningIn(taskDefinition, target.container);
    const body = JSON.stringify({ version: version === release.version ? ours : version });
    return { status: 200, headers: {}, body };
  };
}
