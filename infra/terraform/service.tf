resource "aws_ecs_cluster" "main" {
  name = local.target.cluster

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_service" "app" {
  name            = local.target.service
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = local.service.desiredCount
  launch_type     = "FARGATE"

  deployment_configuration {
    strategy             = upper(var.deployment_strategy)
    bake_time_in_minutes = local.shifts ? var.traffic_shift.bake_minutes : null

    dynamic "linear_configuration" {
      for_each = var.deployment_strategy == "linear" ? [var.traffic_shift] : []
      content {
        step_percent              = linear_configuration.value.percent
        step_bake_time_in_minutes = linear_configuration.value.step_bake_minutes
      }
    }

    dynamic "canary_configuration" {
      for_each = var.deployment_strategy == "canary" ? [var.traffic_shift] : []
      content {
        canary_percent              = canary_configuration.value.percent
        canary_bake_time_in_minutes = canary_configuration.value.step_bake_minutes
      }
    }
  }

  # Rolling: old tasks run until as many new ones are healthy.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 30

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.task_subnet_ids
    security_groups  = [aws_security_group.task.id]
    assign_public_ip = var.assign_public_ip
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = local.target.container
    container_port   = local.service.containerPort

    dynamic "advanced_configuration" {
      for_each = local.shifts ? [aws_iam_role.infrastructure[0].arn] : []
      content {
        alternate_target_group_arn = aws_lb_target_group.alternate[0].arn
        production_listener_rule   = aws_lb_listener_rule.production[0].arn
        test_listener_rule         = aws_lb_listener_rule.test[0].arn
        role_arn                   = advanced_configuration.value
      }
    }
  }

  lifecycle {
    # The deployer moves the service from revision to revision, and scaling its count: applying this must undo neither. It must not
    # remove a PAUSE hook either, which the provider can't state before it knows the hook's target_type.
    ignore_changes = [task_definition, desired_count, deployment_configuration[0].lifecycle_hook]
  }

  # A target group can be used once a listener forwards to it, and the infrastructure role once it has its policy.
  depends_on = [
    aws_lb_listener.http,
    aws_lb_listener.https,
    aws_iam_role_policy_attachment.infrastructure,
  ]
}
