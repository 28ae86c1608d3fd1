# The one description of the service, which the deployer reads too, and what the service is created with, which a deploy keeps: what is
# in them is written nowhere else.
locals {
  target  = jsondecode(file("${path.module}/../targets/production.json"))
  service = jsondecode(file("${path.module}/../targets/production.terraform.json"))

  # Regions of other partitions, such as cn-north-1, have ARNs of their own.
  partition   = data.aws_partition.current.partition
  arn_scope   = "${local.target.region}:${local.target.account}"
  service_arn = "arn:${local.partition}:ecs:${local.arn_scope}:service/${local.target.cluster}/${local.target.service}"
}

data "aws_partition" "current" {}
