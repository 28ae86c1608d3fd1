import { type Directory, dag, type Workspace } from "@dagger.io/dagger";
import type { Clients } from "../aws/clients.js";
import { withDescribedErrors } from "../aws/describe-error.js";
import { describeTaskDefinition } from "../aws/raw-task-definition.js";
import { nameIn } from "../common/aws-names.js";
import { systemClock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { present } from "../common/present.js";
import { parseTarget, type TargetFile } from "../config/target.js";
import { type CurrentService, describeService, isNotFound, readService } from "../ecs/service.js";
import { readableDeployments } from "../ecs/service-deployments.js";
import { refuseUnsupported } from "../ecs/supported-services.js";
import { type Arguments, checkName, wantedTarget } from "../init/arguments.js";
import { findDockerfile, invocationOf, readCheckout } from "../init/checkout.js";
import { deployPolicy } from "../init/deploy-policy.js";
import { type Draft, draftTarget } from "../init/draft-target.js";
import { envLines, missingEnvLines, pathsOf, SCHEMA } from "../init/init-files.js";
import { logLines, markdown, sectionsOf } from "../init/init-report.js";
import { type Address, readAddress } from "../init/public-address.js";
import { workflow } from "../init/workflow.js";
import { defaultSettings } from "../rollout/plan/deploy-settings.js";
import { propose } from "../rollout/plan/proposal.js";
import type { JudgedFinding } from "../rollout/preflight/preflight.js";
import { registeredAt } from "../rollout/revisions/own-revisions.js";
import type { Activity } from "../rollout/session.js";
import { type Access, type AccessOptions, openAccount, readAccess } from "./destination.js";

export interface InitOptions extends Arguments, AccessOptions, Activity {
  workspace: Workspace;
  /** Of the target. */
  name: string;
}

/**
 * Reads a service and writes what a deploy of it needs: the target, `.env`, a workflow and an IAM policy. Changes nothing in AWS, and
 * leaves out each file that the user's repository has already.
 * @throws InputError when the service can't be deployed to, or when an argument is wrong.
 */
export async function initialise(options: InitOptions): Promise<Directory> {
  const { workspace, name, progress, span } = options;
  checkName(name);
  const paths = pathsOf(name);
  const access = await readAccess({ credentials: options.credentials, service: options.service });
  const wanted = wantedTarget(options, access.keys);
  const [live, checkout, engine] = await Promise.all([
    span("read the service", () => readLive(wanted, access, options)),
    readCheckout(workspace, [...Object.values(paths), SCHEMA]),
    dag.version(),
  ]);
  const { draft, address, now } = live;
  const { service, current } = now;
  const invocation = invocationOf(checkout.files.get("dagger.json"));
  const { target } = draft;
  const names = [target.service, nameIn(target.repository), target.container];
  const dockerfile = findDockerfile(checkout.dockerfiles, names);
  const file = {
    ...(checkout.files.has(SCHEMA) && { $schema: "./target.schema.json" }),
    ...draft.file,
    ...(dockerfile.build && { build: dockerfile.build }),
    ...("url" in address && { url: address.url }),
  };
  const lines = envLines(name, invocation);
  const stated = placesIn(checkout.files.get(paths.target));
  const deployable = { target: { ...target, ...stated }, service, taskDefinition: current.taskDefinition };
  const contents = new Map([
    [paths.target, json(file)],
    [
      paths.env,
      `# Arguments of Slipway's functions. References only, never values.\n${lines.map((line) => `${line.join("=")}\n`).join("")}`,
    ],
    [paths.workflow, workflow({ name, region: file.region, account: file.account, invocation, engine })],
    [paths.policy, json(deployPolicy(deployable))],
  ]);
  // A directory of that name is in the way too.
  const isNew = (path: string) => ![...checkout.files.keys()].some((each) => `${each}/`.startsWith(`${path}/`));
  const env = checkout.files.get(paths.env);
  const sections = sectionsOf({
    ...live,
    ...{ service, checkout, dockerfile, invocation, paths },
    taskDefinition: current.taskDefinition,
    envLines: env === undefined ? [] : missingEnvLines(env, lines),
    written: [...contents.keys(), paths.report].filter(isNew),
    left: [...contents.keys(), paths.report].filter((path) => !isNew(path)),
  });
  for (const line of logLines(sections)) progress(line);
  contents.set(paths.report, markdown(sections));
  return [...contents]
    .filter(([path]) => isNew(path))
    .reduce((directory, [path, text]) => directory.withNewFile(path, text), dag.directory());
}

/** Returns the places beside the service that an existing target names, for the policy. An invalid target names none. */
function placesIn(text: string | undefined): Pick<TargetFile, "audit" | "lock" | "notify"> {
  if (text === undefined) return {};
  try {
    const { audit, lock, notify } = parseTarget(text, "target");
    return present({ audit, lock, notify });
  } catch (error) {
    if (error instanceof InputError) return {};
    throw error;
  }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

interface Live {
  draft: Draft;
  address: Address;
  now: CurrentService;
  findings: JudgedFinding[];
}

/** Reads the service, its URL, and what the preflight of a deploy finds. */
async function readLive(wanted: TargetFile, access: Access, activity: Activity): Promise<Live> {
  const {
    caller: { account },
    clientsFor,
  } = await openAccount(wanted, access);
  const aws = clientsFor(wanted);
  const draft = await withDescribedErrors(draftFrom(aws, { ...wanted, account })).catch(asArgument(account));
  const { target } = draft;
  const own = clientsFor(target);
  const now = await readService(own, target);
  const session = { aws: own, target, clock: systemClock, ...activity };
  const [address, findings] = await Promise.all([
    withDescribedErrors(readAddress(own, now.service)),
    withDescribedErrors(readFindings(session, now, draft)),
  ]);
  return { draft, address, now, findings };
}

async function draftFrom(aws: Clients, wanted: TargetFile & { account: string }): Promise<Draft> {
  const service = await describeService(aws, wanted);
  refuseUnsupported(service, wanted);
  const { taskDefinition } = await describeTaskDefinition(aws.ecs, service.taskDefinition ?? "");
  return draftTarget(wanted, service, taskDefinition);
}

/** The messages about a service or a cluster that does not exist name keys of a target; here they are arguments. */
function asArgument(account: string): (error: unknown) => never {
  return (error) => {
    if (!isNotFound(error)) throw error;
    const next = `Here these are --cluster, --service and --region. The credentials belong to account ${neutral(account, 20)}.`;
    throw new InputError(error.code, `${error.message} ${next}`, { cause: error });
  };
}

/** The findings that a deploy of a new version would begin with. What concerns the image of that version is not known yet. */
async function readFindings(
  session: Parameters<typeof propose>[0],
  now: CurrentService,
  { target, missingRepository }: Draft,
): Promise<JudgedFinding[]> {
  const deployments = await readableDeployments(session, registeredAt(now.current));
  const image = now.running.image.replace(/(?::[\w.-]+)?(?:@.*)?$/, "");
  // The digest is as long as one of a built image.
  const release = { version: "new", image: `${image}@sha256:${"0".repeat(64)}`, digest: "" };
  const unbuilt = { platform: target.platform.split("/").slice(0, 2).join("/") };
  const { findings } = await propose(session, now, deployments, release, defaultSettings, { unbuilt });
  // A repository that has yet to be created is named by itself.
  return findings.filter(({ id }) => missingRepository === undefined || id !== "mutable-tags");
}
