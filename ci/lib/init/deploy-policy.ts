import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../aws/raw-task-definition.js";
import { partitionOf } from "../common/aws-names.js";
import { parseS3Place } from "../common/s3-place.js";
import type { Target } from "../config/target.js";
import { objects } from "../ecs/containers.js";
import { repositoryOf } from "../ecs/resolve-target.js";
import { revisionTag } from "../ecs/revision-tags.js";
import { lockTag } from "../rollout/lock/lock-tag.js";
import { watchedBy } from "../rollout/preflight/checks/alarms.js";
import { hookFunctionsOf, unqualified } from "../rollout/preflight/checks/hook-functions.js";
import { needsInstances } from "../rollout/preflight/checks/instance-room.js";
import { shiftRolesOf } from "../rollout/preflight/checks/shift-hooks.js";
import { isOnFargate } from "../rollout/preflight/fargate.js";
import { secretReferences } from "../rollout/preflight/secret-references.js";
import { recordTag } from "../rollout/tasks/task-record.js";
import { targetGroupsOf } from "../rollout/watch/target-groups.js";

/** A statement of an identity-based IAM policy. */
interface Statement {
  Sid: string;
  Effect: "Allow";
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface Policy {
  Version: "2012-10-17";
  Statement: Statement[];
}

/** A target with its service and the task definition that it runs. */
export interface Deployable {
  target: Target;
  service: Service;
  taskDefinition: JsonObject;
}

/**
 * Builds the policy of a role that deploys one service: what the functions call, held to the service's own resources where IAM can.
 * Without `deploy --keep`, which reads other services too. The counterpart of infra/terraform/deploy-policy.tf. Pure.
 *
 * Which actions can be held to which resources:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
export function deployPolicy({ target, service, taskDefinition }: Deployable): Policy {
  const { region, account, cluster, family, notify = [] } = target;
  const arn = (vendor: string, resource: string, where = `${region}:${account}`) =>
    `arn:${partitionOf(region).id}:${vendor}:${where}:${resource}`;
  const ecs = (resource: string) => arn("ecs", resource);
  const clusterArn = service.clusterArn ?? ecs(`cluster/${cluster}`);
  const serviceArn = service.serviceArn ?? ecs(`service/${cluster}/${target.service}`);
  const inCluster = { ArnEquals: { "ecs:cluster": clusterArn } };
  const revisions = [ecs(`task-definition/${family}:*`)];
  const tasks = [ecs(`task/${cluster}/*`)];
  const ofService = (kind: string) => ecs(`${kind}/${cluster}/${target.service}/*`);
  const createdBy = (action: string) => ({ StringEquals: { "ecs:CreateAction": action } });
  const roles = rolesOf(taskDefinition, (name) => arn("iam", `role/${name}`, `:${account}`));
  const isOnInstances = needsInstances(service, taskDefinition);
  const groups = logGroupsOf(taskDefinition, target);
  const { own, others } = repositoriesOf(target, taskDefinition);
  const { secrets, hasParameters } = secretsOf(target, taskDefinition);
  const auditPlace = auditPlaceOf(target, arn);
  const lockPlace = lockPlaceOf(target, arn);
  const busArn = (bus: string) => (bus.startsWith("arn:") ? bus : arn("events", `event-bus/${bus}`));
  return policyOf([
    ["LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]],
    ["PublishImage", publishing, [own]],
    ["ReadOtherImages", ["ecr:BatchGetImage", "ecr:DescribeImages"], others],
    // Neither can be held to a family.
    ["ReadTaskDefinitions", ["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"], ["*"]],
    ["RegisterRevision", ["ecs:RegisterTaskDefinition"], revisions],
    ["TagRevision", ["ecs:TagResource"], revisions, createdBy("RegisterTaskDefinition")],
    ["NoteOnRevision", ["ecs:TagResource"], revisions, onlyTags],
    ["LockService", ["ecs:TagResource", "ecs:UntagResource"], [serviceArn], onlyLock],
    ["LockInBucket", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], lockPlace.objects],
    // Without it S3 answers 403 where there is no lock.
    ["FindLockInBucket", ["s3:ListBucket"], lockPlace.buckets],
    ["WriteAuditObject", ["s3:PutObject"], auditPlace.objects],
    ["WriteAuditEvent", ["logs:CreateLogStream", "logs:PutLogEvents"], auditPlace.streams],
    ["LockInTable", ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"], lockPlace.tables],
    ["RunOneOffTask", ["ecs:RunTask"], revisions, inCluster],
    ["TagOneOffTask", ["ecs:TagResource"], tasks, createdBy("RunTask")],
    ["StopOneOffTask", ["ecs:StopTask"], tasks],
    ["HandRolesToTasks", ["iam:PassRole"], roles, passedTo("ecs-tasks.amazonaws.com")],
    ["HandRolesToVolumes", ["iam:PassRole"], volumeRolesOf(service), passedTo("ecs.amazonaws.com")],
    // Needed where `deploy --strategy` sends the deployment configuration again, with its hooks.
    ["HandRolesToHooks", ["iam:PassRole"], hookRolesOf(service), passedTo("ecs.amazonaws.com")],
    ["RollOut", ["ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:UpdateService"], [serviceArn]],
    // These need the service as well as what they name.
    ["WatchRollout", watching, [serviceArn, ofService("service-deployment"), ofService("service-revision")]],
    // On Fargate a list of tasks has no resource to be held to, only its cluster.
    ["ListTasks", ["ecs:ListTasks"], ["*"], inCluster],
    ["ReadTasks", ["ecs:DescribeTasks"], tasks],
    ["FindLogGroup", ["logs:DescribeLogStreams"], groups.map((group) => `${group}:*`)],
    ["ReadLogs", ["logs:GetLogEvents"], groups.map((group) => `${group}:log-stream:*`)],
    // It can't be held to a service.
    ["ReadAutoscaling", ["application-autoscaling:DescribeScalableTargets"], ["*"]],
    ["FindInstances", ["ecs:ListContainerInstances"], isOnInstances ? [clusterArn] : []],
    [
      "ReadInstanceRoom",
      ["ecs:DescribeContainerInstances"],
      isOnInstances ? [ecs(`container-instance/${cluster}/*`)] : [],
    ],
    // Composite alarms are returned only with all resources.
    ["ReadAlarms", ["cloudwatch:DescribeAlarms"], watchedBy(service).length > 0 ? ["*"] : []],
    // The usage of Fargate's vCPUs and their quota; no metric can be named.
    ["ReadQuotas", ["cloudwatch:GetMetricData"], isOnFargate(taskDefinition, service) ? ["*"] : []],
    ["FindHookFunctions", findingFunctions, hookFunctionsOf(service).flatMap(({ arn }) => [arn, unqualified(arn)])],
    ["FindRoles", ["iam:GetRole"], [...roles, ...shiftRolesOf(service).map(({ role }) => role)]],
    ["FindSecrets", ["secretsmanager:DescribeSecret"], secrets],
    // It lists all parameters, or none. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    ["FindParameters", ["ssm:DescribeParameters"], hasParameters ? ["*"] : []],
    ["NotifyTopics", ["sns:Publish"], notify.flatMap((one) => (one.type === "sns" ? [one.topicArn] : []))],
    [
      "NotifyBuses",
      ["events:PutEvents"],
      notify.flatMap((one) => (one.type === "eventbridge" ? [busArn(one.bus)] : [])),
    ],
    ["ReadHealthCheck", balancing, targetGroupsOf(service).length > 0 ? ["*"] : []],
  ]);
}

/** Resources of the places that the target names for its records. */
function auditPlaceOf(
  { audit = {}, cluster, service }: Target,
  arn: (vendor: string, resource: string, where?: string) => string,
) {
  const { s3, logGroup } = audit;
  const { bucket, prefix } = parseS3Place(s3 ?? "");
  const stream = `${logGroup}:log-stream:${cluster}/${service}`;
  return {
    objects: s3 === undefined ? [] : [arn("s3", `${bucket}/${prefix}*`, ":")],
    streams: logGroup === undefined ? [] : [arn("logs", `log-group:${stream}`)],
  };
}

/** Resources of the place that the target names for its lock. */
function lockPlaceOf({ lock }: Target, arn: (vendor: string, resource: string, where?: string) => string) {
  const none: { objects: string[]; buckets: string[]; tables: string[] } = { objects: [], buckets: [], tables: [] };
  if (lock === undefined) return none;
  if ("dynamodb" in lock) return { ...none, tables: [arn("dynamodb", `table/${lock.dynamodb}`)] };
  const { bucket, prefix } = parseS3Place(lock.s3);
  return { ...none, objects: [arn("s3", `${bucket}/${prefix}*`, ":")], buckets: [arn("s3", bucket, ":")] };
}

const publishing = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:BatchGetRepositoryScanningConfiguration",
  "ecr:CompleteLayerUpload",
  "ecr:DescribeImageScanFindings",
  "ecr:DescribeImages",
  "ecr:DescribeRepositories",
  "ecr:GetDownloadUrlForLayer",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];
const watching = [
  "ecs:ContinueServiceDeployment",
  "ecs:DescribeServiceDeployments",
  "ecs:DescribeServiceRevisions",
  "ecs:StopServiceDeployment",
];
const findingFunctions = ["lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration"];
const balancing = [
  "elasticloadbalancing:DescribeAccountLimits",
  "elasticloadbalancing:DescribeListeners",
  "elasticloadbalancing:DescribeRules",
  "elasticloadbalancing:DescribeTargetGroupAttributes",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
];
/** The outcome of a deploy task, the notifications that were sent, and the reason that a rollout was stopped, are stored as tags of the revision. No other tag is written later. */
const onlyTags = {
  "ForAllValues:StringEquals": {
    "aws:TagKeys": [...Object.values(recordTag), revisionTag.notified, revisionTag.stopped].sort(),
  },
};
const onlyLock = { "ForAllValues:StringEquals": { "aws:TagKeys": [lockTag] } };
const passedTo = (service: string) => ({ StringEquals: { "iam:PassedToService": service } });

type Row = [sid: string, actions: string[], resources: string[], condition?: Statement["Condition"]];

/** A statement without a resource is left out: the service has nothing of the kind. */
function policyOf(rows: readonly Row[]): Policy {
  const statements = rows
    .filter(([, , resources]) => resources.length > 0)
    .map(([Sid, Action, resources, Condition]): Statement => {
      const Resource = [...new Set(resources)];
      return { Sid, Effect: "Allow", Action, Resource, ...(Condition && { Condition }) };
    });
  return { Version: "2012-10-17", Statement: statements };
}

/** A task definition names a role by its ARN or by its name. */
function rolesOf({ executionRoleArn, taskRoleArn }: JsonObject, byName: (name: string) => string): string[] {
  return [executionRoleArn, taskRoleArn].flatMap((role) =>
    typeof role !== "string" || role === "" ? [] : [role.startsWith("arn:") ? role : byName(role)],
  );
}

/** The roles by which ECS makes volumes that are configured at launch: a one-off task gets such a volume too. */
function volumeRolesOf({ deployments = [] }: Service): string[] {
  return deployments.flatMap(({ volumeConfigurations = [] }) =>
    volumeConfigurations.flatMap(({ managedEBSVolume }) => managedEBSVolume?.roleArn ?? []),
  );
}

/** The roles by which ECS calls the functions of lifecycle hooks. */
function hookRolesOf({ deploymentConfiguration = {} }: Service): string[] {
  return (deploymentConfiguration.lifecycleHooks ?? []).flatMap(({ roleArn }) => roleArn ?? []);
}

function logGroupsOf({ containerDefinitions }: JsonObject, { region, account }: Target): string[] {
  return objects(containerDefinitions).flatMap(({ logConfiguration }) => {
    const { logDriver, options } = (logConfiguration ?? {}) as JsonObject;
    const { "awslogs-group": group, "awslogs-region": where = region } = (options ?? {}) as Record<string, string>;
    if (logDriver !== "awslogs" || group === undefined) return [];
    return [`arn:${partitionOf(where).id}:logs:${where}:${account}:log-group:${group}`];
  });
}

/** The target's own repository, and those of the other containers' images. */
function repositoriesOf({ region, account, registry, repository }: Target, { containerDefinitions }: JsonObject) {
  const arnOf = (name: string, owner = account, where = region) =>
    `arn:${partitionOf(where).id}:ecr:${where}:${owner}:repository/${name}`;
  const own = arnOf(repository, registry?.account, registry?.region);
  const all = objects(containerDefinitions).flatMap(({ image }) => {
    const place = repositoryOf(String(image));
    return place ? [arnOf(place.name, place.account, place.region)] : [];
  });
  return { own, others: [...new Set(all)].filter((one) => one !== own) };
}

function secretsOf(target: Target, taskDefinition: JsonObject): { secrets: string[]; hasParameters: boolean } {
  const places = secretReferences(taskDefinition, target).map(({ place }) => place);
  const secrets = places.flatMap((place) =>
    place.store === "secretsmanager" ? secretArns(place, partitionOf(target.region).id) : [],
  );
  return { secrets, hasParameters: places.some(({ store }) => store === "ssm") };
}

/**
 * A secret's ARN ends in six characters that AWS has added to its name. A reference may leave them out.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html#term_secret
 */
function secretArns({ id, region, account }: { id: string; region: string; account: string }, partition: string) {
  const full = id.startsWith("arn:") ? id : `arn:${partition}:secretsmanager:${region}:${account}:secret:${id}`;
  return /-[A-Za-z0-9]{6}$/.test(full) && id.startsWith("arn:") ? [full] : [full, `${full}-??????`];
}
