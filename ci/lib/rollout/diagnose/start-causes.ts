/** Causes for which a task does not start: its image, secrets, roles, network or command. */
import type { CauseRule } from "./causes.js";

export const startRules: readonly CauseRule[] = [
  {
    cause: "wrong-platform",
    isPermanent: true,
    pattern: /does not contain descriptor matching platform|no matching manifest for|exec format error/i,
    title: "the image is built for another platform than the task's",
    fix: "Build for the platform in the task definition's runtimePlatform (build --platform), or change that platform.",
  },
  {
    cause: "network-unreachable",
    pattern:
      /(ResourceInitializationError|CannotPull\w*Error|logging driver|log stream).*(i\/o timeout|deadline exceeded|connection issue|connection refused|no such host|request canceled|send request failed)/is,
    title: "the task can't reach the registry or an endpoint of AWS",
    fix: "Give its subnets a route to the endpoints (NAT gateway, VPC endpoints for ecr.api, ecr.dkr, s3, logs and secretsmanager, or a public IP), and allow its security group outbound traffic to port 443. On EC2 the instance needs the same.",
  },
  {
    cause: "registry-throttled",
    pattern: /CannotPull\w*Error.*(toomanyrequests|too many requests|rate limit)/is,
    title: "the registry throttles image pulls",
    fix: "Deploy again later, or pull the image from ECR or through its pull-through cache.",
  },
  {
    cause: "secret-missing",
    isPermanent: true,
    pattern:
      /ResourceInitializationError.*(secret|ssm|parameter).*(ResourceNotFound|can't find|invalid ssm parameters|ParameterNotFound|did not contain json key|marked for deletion|invalid ARN|ValidationException)/is,
    title: "a secret or parameter that the task definition names does not exist",
    fix: "Create it, or correct its name, ARN or JSON key in the task definition.",
  },
  {
    cause: "secret-denied",
    isPermanent: true,
    pattern:
      /ResourceInitializationError.*(secrets? from (asm|ssm)|secretsmanager:|ssm:|kms:).*(AccessDenied|not authorized)/is,
    title: "the execution role may not read a secret or parameter",
    fix: "Allow the execution role secretsmanager:GetSecretValue or ssm:GetParameters, and kms:Decrypt for a customer managed key.",
  },
  {
    cause: "image-denied",
    isPermanent: true,
    pattern:
      /(CannotPull\w*Error|ecr registry auth|\becr:\w+).*(AccessDenied|not authorized|denied|\b403\b|no basic auth credentials|authorization token has expired)/is,
    title: "the registry denies access to the image",
    fix: "Allow the execution role ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer, and allow it in the repository's policy if the repository is in another account. On EC2 without an execution role, the instance's role pulls.",
  },
  {
    cause: "image-missing",
    isPermanent: true,
    pattern: /CannotPull\w*Error.*(not found|NotFound|manifest unknown|does not exist)/is,
    title: "the image does not exist",
    fix: "Check that the repository has the digest; a lifecycle policy may have removed it. Publish the version again.",
  },
  {
    cause: "role-unusable",
    isPermanent: true,
    pattern: /unable to assume the role|trust relationship has been misconfigured/i,
    title: "ECS can't assume a role of the task",
    fix: "Check that the execution role and the task role exist and trust ecs-tasks.amazonaws.com.",
  },
  {
    cause: "log-group-missing",
    isPermanent: true,
    pattern: /(ResourceInitializationError|logging driver|log stream).*log group does not exist/is,
    title: "the log group does not exist",
    fix: "Create it (aws logs create-log-group), or correct awslogs-group in the task definition.",
  },
  {
    cause: "role-denied",
    isPermanent: true,
    pattern: /(logging driver|log stream).*(AccessDenied|not authorized)/is,
    title: "the role that writes the log lacks a permission",
    fix: "Allow logs:CreateLogStream and logs:PutLogEvents on the log group to the role that the reason names: on EC2 that of the instance, unless the agent has ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE.",
  },
  {
    cause: "role-unusable",
    isPermanent: true,
    pattern: /NoCredentialProviders|no EC2 IMDS role found|failed to (refresh cached|retrieve) credentials/i,
    title: "the instance has no role, or cannot read its credentials",
    fix: "Give the instance a profile with the role ecsInstanceRole, and let containers reach the instance metadata (hop limit 2).",
  },
  {
    cause: "role-denied",
    isPermanent: true,
    pattern:
      /ResourceInitializationError.*(AccessDenied|not authorized)|IAM permissions policies have been misconfigured/is,
    title: "the execution role lacks a permission",
    fix: "Add the action that the reason names to the execution role.",
  },
  {
    cause: "disk-full",
    pattern: /no space left on device/i,
    title: "the task's disk is full",
    fix: "Raise ephemeralStorage, on EC2 the instance's volume, or make the image smaller.",
  },
  {
    cause: "image-corrupt",
    pattern:
      /CannotPull\w*Error.*(failed to extract layer|invalid tar header|failed to register layer|unexpected EOF|failed (size|digest) validation|digest mismatch)/is,
    title: "a layer of the image can't be extracted",
    fix: "Pull the digest on another machine. If that fails too, the image is damaged: publish it under a new version. If not, the pull was interrupted: deploy again.",
  },
  {
    cause: "invalid-command",
    isPermanent: true,
    pattern: /executable file not found|exec: .*(no such file|permission denied|is a directory)|exit code (126|127)\b/i,
    title: "the container's command can't be run",
    fix: "Check the command and entry point against the image: 127 is not found, 126 not executable.",
  },
];
