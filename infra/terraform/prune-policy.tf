# Additional calls of `deploy --keep`: it deregisters the revisions of the family that nothing uses. A role that does not prune needs none
# of these permissions, which reach beyond the service.
data "aws_iam_policy_document" "prune" {
  # Deregistering can't be held to a family.
  statement {
    sid       = "KeepDeregister"
    actions   = ["ecs:DeregisterTaskDefinition"]
    resources = ["*"]
  }

  # Every possible user of a revision, in every cluster.
  statement {
    sid = "KeepList"
    actions = [
      "ecs:ListClusters",
      "ecs:ListServices",
      "ecs:ListTasks",
      "events:ListEventBuses",
      "events:ListRules",
      "scheduler:ListSchedules",
    ]
    resources = ["*"]
  }

  statement {
    sid = "KeepRead"
    actions = [
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServiceRevisions",
      "ecs:DescribeServices",
      "ecs:DescribeTasks",
      "ecs:ListServiceDeployments",
      "events:ListTargetsByRule",
      "scheduler:GetSchedule",
    ]
    resources = [
      "arn:${local.partition}:ecs:${local.arn_scope}:service/*",
      "arn:${local.partition}:ecs:${local.arn_scope}:service-deployment/*",
      "arn:${local.partition}:ecs:${local.arn_scope}:service-revision/*",
      "arn:${local.partition}:ecs:${local.arn_scope}:task/*",
      "arn:${local.partition}:events:${local.arn_scope}:rule/*",
      "arn:${local.partition}:scheduler:${local.arn_scope}:schedule/*",
    ]
  }
}

resource "aws_iam_role_policy" "prune" {
  count = var.permit_pruning ? 1 : 0

  name   = "prune"
  role   = aws_iam_role.deploy.id
  policy = data.aws_iam_policy_document.prune.json
}
