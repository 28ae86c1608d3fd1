import { type Container, dag, type Secret } from "@dagger.io/dagger";
import { InputError, refusal } from "../common/errors.js";
import { secretName } from "../common/secret-name.js";
import { variableOf } from "../config/version.js";
import type { Build } from "./build-options.js";
import { baseImage, baseImages, type Stage, stagesOf } from "./dockerfile.js";

/** A Dockerfile that was read, with its stages. */
export interface Dockerfile {
  text: string;
  stages: Stage[];
  /** The stage that is released. */
  released: Stage;
}

/**
 * Reads the Dockerfile, before anything is built.
 * @throws InputError when there is none, or when it lacks a stage that is named.
 */
export async function readDockerfile({ context, dockerfile, stage, args, platform, test }: Build): Promise<Dockerfile> {
  const text = await context.file(dockerfile).contents().catch(noDockerfile(dockerfile));
  const stages = stagesOf(text, args, platform);
  for (const name of [stage, test.stage]) if (name !== undefined) stageNamed(stages, name, dockerfile);
  const released = stage === undefined ? stages.at(-1) : stageNamed(stages, stage, dockerfile);
  if (released) return { text, stages, released };
  throw new InputError(
    "bad-dockerfile",
    `${dockerfile} has no FROM, so there is nothing to build. See https://docs.docker.com/reference/dockerfile/.`,
  );
}

function stageNamed(stages: readonly Stage[], name: string, dockerfile: string): Stage {
  const found = stages.find((one) => one.name === name.toLowerCase());
  if (found) return found;
  const names = stages.flatMap((one) => one.name ?? []);
  throw new InputError(
    "no-stage",
    `${dockerfile} has no stage ${JSON.stringify(name)}. Its stages: ${names.join(", ") || "none with a name"}.`,
  );
}

const noDockerfile = (path: string) =>
  refusal(
    "no-dockerfile",
    (received) =>
      `The Dockerfile ${path} can't be read (${received}). Accepted: a Dockerfile in the directory that is built: name the directory with "build": { "context": "services/web" } in the target or with --app, the file with "dockerfile" or --dockerfile. An image that exists already needs none: deploy --published, --from or --image.`,
  );

/** Builds a stage; the released one when none is named. */
export async function built(build: Build, stage = build.stage): Promise<Container> {
  const { context, dockerfile, args, platform } = build;
  return context.dockerBuild({
    dockerfile,
    buildArgs: Object.entries(args).map(([name, value]) => ({ name, value })),
    secrets: await named(build.secrets),
    ...(stage !== undefined && { target: stage }),
    ...(platform !== undefined && { platform }),
  });
}

/** The image that ships: the built one with its version and labels. */
export async function runtimeImage(build: Build, version: string, labels: Record<string, string>): Promise<Container> {
  const image = await built(build);
  const variable = variableOf(build);
  const versioned = variable === false ? image : image.withEnvVariable(variable, version);
  return Object.entries(labels).reduce((container, [name, value]) => container.withLabel(name, value), versioned);
}

/** Returns the current digest reference of the released stage's base image, such as `docker.io/library/node:22@sha256:…`; its name for `scratch`. */
export async function resolvedBase({ platform }: Build, { stages, released }: Dockerfile): Promise<string> {
  return await resolved(baseImage(stages, released), platform);
}

/**
 * The same for every image that a FROM of the Dockerfile names, that of the released stage first. Another one that cannot be read keeps
 * its name: the build may do without it.
 */
export async function resolvedBases(build: Build, file: Dockerfile): Promise<[string, ...string[]]> {
  const base = baseImage(file.stages, file.released);
  const others = baseImages(file.stages).filter((image) => image !== base);
  return await Promise.all([
    resolvedBase(build, file),
    ...others.map((image) => resolved(image, build.platform).catch(() => image)),
  ]);
}

async function resolved(image: string, platform: Build["platform"]): Promise<string> {
  if (image === "scratch") return image;
  return await dag
    .container(platform && { platform })
    .from(image)
    .imageRef();
}

/** A Dockerfile names a secret by an id. On the command line a secret has an address: its variable's or file's name is the id. */
async function named(secrets: readonly Secret[]): Promise<Secret[]> {
  return await Promise.all(
    secrets.map(async (secret) => {
      return dag.setSecret(secretName(await secret.uri()), await secret.plaintext());
    }),
  );
}
