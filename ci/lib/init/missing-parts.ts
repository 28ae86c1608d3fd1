import type { Service } from "@aws-sdk/client-ecs";
import type { JudgedFinding } from "../rollout/preflight/preflight.js";
import type { Checkout, FoundDockerfile, Invocation } from "./checkout.js";
import type { Draft } from "./draft-target.js";
import { isEnvIgnored, type Paths } from "./init-files.js";
import type { Address } from "./public-address.js";

/** Input of the list of what a deploy still needs: everything that `init` read. */
export interface Situation {
  draft: Draft;
  service: Service;
  address: Address;
  /** Of the preflight, without those of an image that does not exist yet. */
  findings: readonly JudgedFinding[];
  checkout: Checkout;
  dockerfile: FoundDockerfile;
  invocation: Invocation;
  paths: Paths;
  /** Lines that an existing `.env` lacks. */
  envLines: readonly string[];
}

/** Lists what a deploy still needs, what stops it first. Each line is one sentence or two. Pure. */
export function needsOf(situation: Situation): string[] {
  return [
    ...repositoryNeeds(situation),
    ...findingLines(situation.findings.filter(({ level }) => level !== "not-checked")),
    ...buildNeeds(situation),
    ...situation.draft.choices,
    ...addressNeeds(situation.address),
    ...callNeeds(situation),
    ...ownerNeeds(situation),
  ];
}

/** Findings of the preflight, as `plan` names them. */
export function findingLines(findings: readonly JudgedFinding[]): string[] {
  return findings.map(
    ({ id, level, what, fix }) => `${level === "not-checked" ? "" : `${level} `}${id}: ${what} Fix: ${fix}`,
  );
}

function repositoryNeeds({ draft: { missingRepository, file, target } }: Situation): string[] {
  const owner = target.registry?.account;
  if (owner !== undefined && owner !== target.account)
    return [
      `Repository ${target.repository} is in account ${owner}. Its policy has to allow the deploy role what the statement PublishImage of the written policy allows.`,
    ];
  if (missingRepository === undefined) return [];
  return [
    `No container runs an image of a private ECR repository. Create one: aws ecr create-repository --repository-name ${missingRepository} --image-tag-mutability IMMUTABLE --region ${file.region}. Let the execution role pull from it.`,
  ];
}

function buildNeeds({ checkout: { dockerfiles }, dockerfile: { path, hasTests } }: Situation): string[] {
  if (path !== undefined)
    return hasTests
      ? []
      : [
          `${path} has no stage "test", so nothing is tested. Add the stage, or "test": { "command": ["npm", "test"] } to the target.`,
        ];
  const found = [...dockerfiles.keys()];
  return found.length === 0
    ? ["The repository has no Dockerfile. Add one, or deploy an image that exists already with deploy --from."]
    : [
        `The repository has several Dockerfiles (${found.slice(0, 10).join(", ")}). Name the directory of one in the target: "build": { "context": "services/web" }.`,
      ];
}

function addressNeeds(address: Address): string[] {
  return "url" in address
    ? []
    : [
        `No URL: ${address.none}. Add "url" to the target, such as https://app.example.com; without it no HTTP check is made.`,
      ];
}

function callNeeds({ invocation, checkout, envLines, paths }: Situation): string[] {
  return [
    ...(invocation.isInstalled
      ? []
      : [
          "dagger.json names no Slipway, so each command names the module: set the repository's variable SLIPWAY_MODULE to its address for the workflow, or run dagger init and dagger toolchain install, remove the workflow, and run init again.",
        ]),
    ...(checkout.cwd === "."
      ? []
      : [
          `The command was run in ${checkout.cwd}. The files belong to the repository's root: run it there, or pass -o with the root.`,
        ]),
    ...envLines.map((line) => `${paths.env} exists. Add this line to it: ${line}`),
    ...(isEnvIgnored(checkout)
      ? [`.gitignore names ${paths.env}, so a workflow's checkout lacks it. Commit it: it holds references, no values.`]
      : []),
  ];
}

/** Returns the other tools that may change the service's task definition. */
function ownerNeeds({ checkout, service }: Situation): string[] {
  const tags = new Map((service.tags ?? []).map(({ key, value }) => [key, value]));
  const stack = tags.get("aws:cloudformation:stack-name");
  const copilot = tags.get("copilot-application");
  return [
    ...[...checkout.terraform].flatMap(([path, text]) => terraformNeed(path, text)),
    ...(copilot !== undefined
      ? [
          `The service belongs to the Copilot application ${copilot}: "copilot svc deploy" would replace what Slipway deploys. See docs/coming-from-copilot.md of Slipway.`,
        ]
      : stack !== undefined
        ? [
            `The service belongs to the CloudFormation stack ${stack}: an update of the stack that changes the task definition replaces what Slipway deploys. See docs/existing-service.md of Slipway.`,
          ]
        : []),
  ];
}

function terraformNeed(path: string, text: string): string[] {
  const isService = /^\s*resource\s+"aws_ecs_service"/m.test(text);
  const isIgnored = /ignore_changes\s*=\s*(?:all\b|\[[^\]]*\btask_definition\b)/.test(text);
  if (!isService || isIgnored) return [];
  return [
    `${path} declares an aws_ecs_service. Add lifecycle { ignore_changes = [task_definition, desired_count] } to it: otherwise the next terraform apply takes a deploy back.`,
  ];
}
