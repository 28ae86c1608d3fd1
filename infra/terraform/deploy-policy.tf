# Exactly the calls of the deployer. Actions and the resources they can be restricted to:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
data "aws_iam_policy_document" "deploy" {
  statement {
    sid       = "LogInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid = "PublishImage"
    actions = [
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
    ]
    resources = [aws_ecr_repository.app.arn]
  }

  statement {
    sid       = "ReadTaskDefinitions"
    actions   = ["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"]
    resources = ["*"]
  }

  statement {
    sid       = "RegisterRevision"
    actions   = ["ecs:RegisterTaskDefinition"]
    resources = ["arn:${local.partition}:ecs:${local.arn_scope}:task-definition/${local.target.family}:*"]
  }

  statement {
    sid       = "TagRevision"
    actions   = ["ecs:TagResource"]
    resources = ["arn:${local.partition}:ecs:${local.arn_scope}:task-definition/${local.target.family}:*"]

    condition {
      test     = "StringEquals"
      variable = "ecs:CreateAction"
      values   = ["RegisterTaskDefinition"]
    }
  }

  # The result of a task and the notifications that were sent are stored as tags of the revision; nothing else is written there later.
  statement {
    sid       = "NoteOnRevision"
    actions   = ["ecs:TagResource"]
    resources = ["arn:${local.partition}:ecs:${local.arn_scope}:task-definition/${local.target.family}:*"]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["slipway:after", "slipway:before", "slipway:notified", "slipway:stopped"]
    }
  }

  statement {
    sid       = "LockService"
    actions   = ["ecs:TagResource", "ecs:UntagResource"]
    resources = [local.service_arn]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["slipway:lock"]
    }
  }

  statement {
    sid       = "RunOneOffTask"
    actions   = ["ecs:RunTask"]
    resources = ["arn:${local.partition}:ecs:${local.arn_scope}:task-definition/${local.target.family}:*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [aws_ecs_cluster.main.arn]
    }
  }

  # RunTask with tags, where the service's own tasks have them. A service whose volumes are configured at launch needs iam:PassRole for their role too.
  statement {
    sid       = "TagOneOffTask"
    actions   = ["ecs:TagResource"]
    resources = ["arn:${local.partition}:ecs:${local.arn_scope}:task/${local.target.cluster}/*"]

    condition {
      test     = "StringEquals"
      variable = "ecs:CreateAction"
      values   = ["RunTask"]
    }
  }

  statement {
    sid       = "StopOneOffTask"
    actions   = ["ecs:StopTask"]
    resources = ["arn:${local.partition}:ecs:${local.arn_scope}:task/${local.target.cluster}/*"]
  }

  statement {
    sid       = "HandRolesToTasks"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.execution.arn, aws_iam_role.task.arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }

  statement {
    sid       = "RollOut"
    actions   = ["ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:UpdateService"]
    resources = [local.service_arn]
  }

  # These need the service as well as what they name.
  statement {
    sid = "WatchRollout"
    actions = [
      "ecs:ContinueServiceDeployment",
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServiceRevisions",
      "ecs:StopServiceDeployment",
    ]
    resources = [
      local.service_arn,
      "arn:${local.partition}:ecs:${local.arn_scope}:service-deployment/${local.target.cluster}/${local.target.service}/*",
      "arn:${local.partition}:ecs:${local.arn_scope}:service-revision/${local.target.cluster}/${local.target.service}/*",
    ]
  }

  # On Fargate a list of tasks has no resource to be held to, only its cluster.
  statement {
    sid       = "ListTasks"
    actions   = ["ecs:ListTasks"]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [aws_ecs_cluster.main.arn]
    }
  }

  statement {
    sid       = "ReadTasks"
    actions   = ["ecs:DescribeTasks"]
    resources = ["arn:${local.partition}:ecs:${local.arn_scope}:task/${local.target.cluster}/*"]
  }

  # Tests the existence of the log group: listing log groups can't be restricted to one of them.
  statement {
    sid       = "FindLogGroup"
    actions   = ["logs:DescribeLogStreams"]
    resources = ["${aws_cloudwatch_log_group.app.arn}:*"]
  }

  statement {
    sid       = "ReadLogs"
    actions   = ["logs:GetLogEvents"]
    resources = ["${aws_cloudwatch_log_group.app.arn}:log-stream:*"]
  }

  # It can't be held to a service.
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html
  statement {
    sid       = "ReadAutoscaling"
    actions   = ["application-autoscaling:DescribeScalableTargets"]
    resources = ["*"]
  }

  # The usage of Fargate's vCPUs and their quota; no metric can be named.
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
  statement {
    sid       = "ReadQuotas"
    actions   = ["cloudwatch:GetMetricData"]
    resources = ["*"]
  }

  # The preflight checks that the roles exist and that ECS may assume them.
  statement {
    sid       = "FindRoles"
    actions   = ["iam:GetRole"]
    resources = concat([aws_iam_role.execution.arn, aws_iam_role.task.arn], aws_iam_role.infrastructure[*].arn)
  }

  # None can be held to a target group or a rule.
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
  statement {
    sid = "ReadHealthCheck"
    actions = [
      "elasticloadbalancing:DescribeAccountLimits",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]
    resources = ["*"]
  }

  # The service takes no secrets. One that does needs secretsmanager:DescribeSecret on them, or ssm:DescribeParameters on all.
  # The target notifies no topic and no event bus. One that does needs sns:Publish on the topics, and events:PutEvents on the buses.
}
