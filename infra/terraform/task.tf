# Each deploy registers a revision of its own from the one that the service runs: this one is where they begin.
resource "aws_ecs_task_definition" "app" {
  family                   = local.target.family
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.service.cpu
  memory                   = local.service.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode([local.container])

  # A revision that a service runs, or may return to, stays registered.
  skip_destroy = true

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = lookup(local.target, "platform", "linux/amd64") == "linux/arm64" ? "ARM64" : "X86_64"
  }
}

locals {
  container = {
    name      = local.target.container
    image     = var.image
    essential = true

    # Under awsvpc a host port is the container's or absent.
    portMappings = [{ containerPort = local.service.containerPort, protocol = "tcp" }]

    environment = [
      { name = "PORT", value = tostring(local.service.containerPort) },
      { name = "VERSION", value = var.app_version },
    ]

    healthCheck = {
      command     = ["CMD", "python3", "/app/healthcheck.py"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 15
    }

    # The app finishes what runs within 25 seconds.
    stopTimeout = 30

    # The app writes to /dev/shm alone, so it has no volume: Fargate has no tmpfs, and its bind mounts belong to root.
    readonlyRootFilesystem = true

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.app.name
        awslogs-region        = local.target.region
        awslogs-stream-prefix = local.target.container
      }
    }
  }
}
