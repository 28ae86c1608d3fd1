import type { Directory, Secret, Service } from "@dagger.io/dagger";
import { type Caller, checkAccount } from "../aws/account.js";
import { assumed } from "../aws/assume-role.js";
import { type Clients, createAws } from "../aws/clients.js";
import { parseCredentials } from "../aws/credentials.js";
import { systemClock } from "../common/clock.js";
import { InputError, refusal } from "../common/errors.js";
import { choices } from "../common/name-suggestions.js";
import { present } from "../common/present.js";
import { parseTarget, type TargetFile } from "../config/target.js";
import { resolveTarget } from "../ecs/resolve-target.js";
import type { Destination } from "../publish/stored-image.js";
import type { Activity, Session } from "../rollout/session.js";

/** Access to AWS, as the user passes it. */
export interface AccessOptions {
  credentials: Secret | undefined;
  /** A local AWS in place of AWS. */
  service: Service | undefined;
}

export interface DestinationOptions extends AccessOptions {
  /** Holds the user's dagger.json, where there is one. */
  repository: Directory;
  targets: Directory;
  /** The name of a file in `targets`, without `.json`. */
  name: string;
  /** Secrets that the target's `notify` names; each has the name of its variable or file. */
  notifySecrets?: Secret[] | undefined;
}

/** A destination, and the identity that the credentials have there. */
export interface OpenDestination extends Destination {
  /** Such as `arn:aws:sts::123456789012:assumed-role/deploy/alice`. */
  caller: string;
}

/** The constructor's default in ci/src/index.ts. */
const defaultTarget = "production";

/** Returns what reads the words before a function's name in a command to type, such as `dagger call slipway --target staging`. */
export function typed({ name, repository }: Pick<DestinationOptions, "name" | "repository">): {
  call: () => Promise<string>;
} {
  const target = name === defaultTarget ? "" : ` --target ${name}`;
  return { call: async () => `${await readCall(repository)}${target}` };
}

async function readCall(repository: Directory): Promise<string> {
  const { invocationOf } = await import("../init/checkout.js");
  const daggerJson = await repository
    .file("dagger.json")
    .contents()
    .catch(() => undefined);
  const { command, isInstalled } = invocationOf(daggerJson);
  return isInstalled ? command : "dagger call";
}

/** Access to AWS, once it was read. */
export interface Access {
  /** Credentials in one of the formats that `parseCredentials` reads. */
  keys: string;
  /** The base URL of a local AWS; absent for AWS itself. */
  endpoint?: string;
}

/**
 * Reads the target and the credentials, and makes sure that they belong together.
 * @throws InputError
 */
export async function openDestination({ targets, name, ...options }: DestinationOptions): Promise<OpenDestination> {
  if (!options.credentials) throw noCredentials();
  const [file, access] = await Promise.all([readTarget(targets, name), readAccess(options)]);
  const { caller, clientsFor } = await openAccount(file, access);
  const aws = clientsFor(file);
  const target = await resolveTarget(aws, file, caller.account);
  return {
    caller: caller.arn,
    aws: target.registry === file.registry ? aws : clientsFor(target),
    target,
    isRepositoryStated: file.repository !== undefined,
  };
}

/**
 * Opens the destination for a function that works on the service in its own time.
 * @throws InputError
 */
export async function openSession(options: DestinationOptions, activity: Activity): Promise<Session & Activity> {
  return sessionOf(await activity.span("resolve", () => openDestination(options)), activity);
}

/** Returns the session of an opened destination. */
export function sessionOf(
  { aws, target }: Pick<Session, "aws" | "target">,
  { progress, observe, span }: Activity,
): Session & Activity {
  return { aws, target, clock: systemClock, progress, span, ...present({ observe }) };
}

/** @throws InputError when there are no credentials, or when they can't be read. */
export async function readAccess({ credentials, service }: AccessOptions): Promise<Access> {
  if (!credentials) throw noCredentials();
  const [keys, endpoint] = await Promise.all([
    credentials.plaintext().catch(unreadableCredentials),
    service?.endpoint({ scheme: "http" }).catch(noEndpoint),
  ]);
  return { keys, ...(endpoint !== undefined && { endpoint }) };
}

/**
 * Checks that the credentials are valid and belong to the target's account, after assuming its role where it has one.
 * @returns The caller, and what makes clients for a target of it.
 * @throws InputError
 */
export async function openAccount(
  file: Pick<TargetFile, "region" | "registry" | "account" | "role">,
  { keys, endpoint }: Access,
): Promise<{ caller: Caller; clientsFor: (target: Pick<TargetFile, "region" | "registry">) => Clients }> {
  const at = endpoint === undefined ? {} : { endpoint };
  const login = parseCredentials(keys, systemClock.now());
  const credentials = file.role === undefined ? login : assumed(file.role, { region: file.region, login, ...at });
  const clientsFor = ({ region, registry }: Pick<TargetFile, "region" | "registry">) =>
    createAws({ region, ...(registry?.region && { registryRegion: registry.region }), credentials, ...at });
  return { caller: await checkAccount(clientsFor(file), file, endpoint), clientsFor };
}

/** Beside the targets are their schema and what Terraform alone reads. */
function isTarget(file: string): boolean {
  return file.endsWith(".json") && !/\.(?:schema|terraform)\.json$/.test(file);
}

function noCredentials(): InputError {
  return new InputError(
    "no-credentials",
    'No AWS credentials. Pass --credentials before the function\'s name, as in --credentials "cmd://aws configure export-credentials", or put CREDENTIALS="cmd://…" (in another repository SLIPWAY_CREDENTIALS) into .env.',
  );
}

const unreadableCredentials = refusal(
  "unreadable-credentials",
  (received) =>
    `The AWS credentials could not be read: ${received} Nothing was changed. Check what --credentials names: env://NAME, file://PATH or cmd://COMMAND on the machine that calls dagger. Is the profile logged in?`,
);

const noEndpoint = refusal(
  "no-local-aws",
  (received) =>
    `The local AWS of --aws could not be reached: ${received} Nothing was changed. Start it, or correct --aws, as in tcp://127.0.0.1:4566.`,
);

const noTargets = refusal(
  "no-targets",
  (received) =>
    `The directory of targets can't be read (${received}). Create infra/targets/NAME.json in your repository, or pass --targets DIR before the function's name.`,
);

/** @throws InputError when there is no such target, naming those that there are, or when it is not valid. */
export async function readTarget(targets: Directory, name: string): Promise<TargetFile> {
  const file = `${name}.json`;
  const files = await targets.entries().catch(noTargets);
  if (!files.includes(file)) {
    const names = files.filter(isTarget).map((each) => each.slice(0, -".json".length));
    const { suggestion, list } = choices(name, names);
    throw new InputError(
      "unknown-target",
      `There is no target ${JSON.stringify(name.slice(0, 100))}. ${suggestion}Accepted: ${list || "none: the directory of targets holds no .json file"}.`,
    );
  }
  return parseTarget(await targets.file(file).contents(), file);
}
