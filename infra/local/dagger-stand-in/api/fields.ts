import { keyOf } from "../content/store.js";
import { dockerBuild } from "../dockerfile/build.js";
import { Container } from "./container.js";
import { Directory } from "./directory.js";
import { GitRepository } from "./git.js";
import { Secret } from "./secret.js";

interface DockerBuildArguments {
  dockerfile?: string;
  platform?: string;
  buildArgs?: { name: string; value: string }[];
  target?: string;
  secrets?: string[];
}

type Field = (args: unknown, ...more: unknown[]) => unknown;

/** Fields of a directory whose results build on directories themselves: they are here so that imports go one way. */
const ofDirectory: Record<string, (directory: Directory, args: never) => unknown> = {
  asGit,
  dockerBuild: buildDockerfile,
};

/** Returns the value of an object's field in the API: methods are called, as in GraphQL. */
export function fieldOf(object: unknown, name: string, args: unknown, ...more: unknown[]): unknown {
  if (object instanceof Directory && Object.hasOwn(ofDirectory, name))
    return ofDirectory[name]?.(object, args as never);
  const field = (object as Record<string, unknown>)[name];
  return typeof field === "function" ? (field as Field).call(object, args, ...more) : field;
}

/** Returns the git repository in a directory. */
function asGit(directory: Directory): GitRepository {
  return new GitRepository(directory.session, directory.gitPath());
}

/** Builds an image from a Dockerfile in a directory. */
export function buildDockerfile(
  directory: Directory,
  { secrets: ids = [], ...options }: DockerBuildArguments,
): Container {
  const { session } = directory;
  const secrets = ids.map((id) => session.ids.of(id, Secret));
  const key = keyOf(
    directory.key,
    "dockerBuild",
    options,
    secrets.map((secret) => secret.key),
  );
  return Container.made(session, key, async () =>
    dockerBuild(session, await directory.tree(), { ...options, secrets }),
  );
}
