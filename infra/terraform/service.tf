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

  # Old tasks run until as many new ones are healthy.
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
  }

  lifecycle {
    # The deployer moves the service from revision to revision, and scaling its count: applying this must undo neither.
    ignore_changes = [task_definition, desired_count]
  }

  # A target group can be used once a listener forwards to it.
  depends_on = [aws_lb_listener.http, aws_lb_listener.https]
}
