output "deploy_role_arn" {
  description = "The repository's variable DEPLOY_ROLE_ARN."
  value       = aws_iam_role.deploy.arn
}

output "load_balancer_dns_name" {
  description = "Address for the public name's DNS record."
  value       = aws_lb.app.dns_name
}

output "test_listener_url" {
  description = "Address of the test listener; null with rolling deployments."
  value       = local.shifts ? "${local.tls ? "https" : "http"}://${aws_lb.app.dns_name}:${var.test_port}" : null
}

output "repository_url" {
  description = "Repository for images."
  value       = aws_ecr_repository.app.repository_url
}

output "task_definition_arn" {
  description = "The revision that the last apply registered. The service runs it only after an update."
  value       = aws_ecs_task_definition.app.arn
}
