# The one description of the service, which the deployer reads too: what is in it is written nowhere else.
locals {
  target = jsondecode(file("${path.module}/../targets/production.json"))

  arn_scope   = "${local.target.region}:${local.target.account}"
  service_arn = "arn:aws:ecs:${local.arn_scope}:service/${local.target.cluster}/${local.target.service}"
}
