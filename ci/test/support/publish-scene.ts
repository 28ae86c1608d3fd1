import { afterEach, beforeEach } from "node:test";
import type { Destination } from "../../lib/publish/stored-image.js";
import { type FakeAws, fakeAws } from "./fake-aws.js";
import { type FakeRegistry, fakeRegistry } from "./fake-registry.js";
import { target } from "./scripted-ecs.js";

/** Registry, AWS and destination of a publish, new for each test. */
export interface PublishScene {
  registry: FakeRegistry;
  fake: FakeAws;
  destination: Destination;
  /** Calls of the image's source. */
  done: string[];
  /** Printed lines. */
  lines: string[];
}

/** Sets the scene up before each test of a file. @param repository The one that exists in the registry. */
export function publishScene(repository: string): PublishScene {
  const scene = {} as PublishScene;
  beforeEach(async () => {
    const registry = await fakeRegistry(repository);
    const fake = await fakeAws(registry.script);
    const aws = { ...fake.aws, endpoint: registry.endpoint };
    Object.assign(scene, {
      registry,
      fake,
      destination: { aws, target, isRepositoryStated: true },
      done: [],
      lines: [],
    });
  });
  afterEach(async () => {
    await scene.fake.close();
    await scene.registry.close();
  });
  return scene;
}
