resource "aws_cloudwatch_log_group" "app" {
  name              = "/ecs/${local.target.service}"
  retention_in_days = 90
}
