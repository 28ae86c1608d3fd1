/** Capabilities that an agent registers: all that a task definition can require here. */
export const capabilities = [
  "com.amazonaws.ecs.capability.docker-remote-api.1.18",
  "com.amazonaws.ecs.capability.ecr-auth",
  "com.amazonaws.ecs.capability.logging-driver.awslogs",
  "com.amazonaws.ecs.capability.task-iam-role",
  "ecs.capability.container-health-check",
  "ecs.capability.execution-role-awslogs",
  "ecs.capability.execution-role-ecr-pull",
  "ecs.capability.secrets.ssm.environment-variables",
  "ecs.capability.task-eni",
];
