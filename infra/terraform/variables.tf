variable "vpc_id" {
  description = "The VPC of the load balancer and the tasks."
  type        = string
}

variable "load_balancer_subnet_ids" {
  description = "At least two subnets, in different availability zones, for the load balancer."
  type        = list(string)

  validation {
    condition     = length(var.load_balancer_subnet_ids) >= 2
    error_message = "An application load balancer needs subnets in at least two availability zones."
  }
}

variable "task_subnet_ids" {
  description = "The subnets of the tasks. They need a way to ECR and CloudWatch Logs: a NAT gateway or VPC endpoints."
  type        = list(string)
}

variable "assign_public_ip" {
  description = "Gives each task a public address: for public subnets without a NAT gateway."
  type        = bool
  default     = false
}

variable "internal" {
  description = "Makes the load balancer reachable from the VPC alone."
  type        = bool
  default     = false
}

variable "certificate_arn" {
  description = "An ACM certificate. With it the service is on HTTPS and plain HTTP redirects there; without it, on plain HTTP."
  type        = string
  default     = null
}

variable "image" {
  description = "The image of the task definitions that are made here, by digest: the output of `dagger call publish`."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "The image is named by its digest, as in REPOSITORY@sha256:…: `dagger call publish --version v1.0.0` returns it."
  }
}

variable "app_version" {
  description = "The version that the image holds, such as v1.0.0: any that `dagger call publish --version` takes."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.app_version))
    error_message = "A version is an image tag, such as v1.2.3, 2026-11-26 or a commit's SHA."
  }

  validation {
    condition     = !contains(split(" ", "latest stable main master trunk head dev develop development edge nightly next current canary test testing staging stage qa prod production release lts"), lower(var.app_version))
    error_message = "The version is a tag that moves, so it would name another image tomorrow. Use one that never moves, such as v1.2.3, 2026-11-26 or a commit's SHA."
  }
}

variable "github_subject" {
  description = "The `sub` of the deploy workflow's token: repo:ORG/REPO:environment:production, or with numeric ids repo:ORG@ID/REPO@ID:environment:production."
  type        = string

  validation {
    condition     = can(regex("^repo:[^/:*?]+/[^/:*?]+:environment:production$", var.github_subject))
    error_message = "The subject names one repository and ends in :environment:production, without wildcards."
  }
}

variable "github_oidc_provider_arn" {
  description = "GitHub's identity provider where the account has one already (it can have only one); otherwise it is made here."
  type        = string
  default     = null
}

variable "permit_pruning" {
  description = "Permits the deploy role what `deploy --keep` needs: to deregister revisions of every family, and to read what may use one. Set it to false where no deploy passes --keep."
  type        = bool
  default     = true
  nullable    = false
}

variable "deployment_strategy" {
  description = "How a deploy replaces the running revision: rolling, or with traffic shifts blue_green, linear or canary."
  type        = string
  default     = "rolling"
  nullable    = false

  validation {
    condition     = contains(["rolling", "blue_green", "linear", "canary"], var.deployment_strategy)
    error_message = "The strategy is rolling, blue_green, linear or canary."
  }
}

variable "traffic_shift" {
  description = "Steps of linear and canary: the percent of a step or of the canary, and the minutes after it. With each strategy but rolling, the minutes for which the old tasks stay up at the end."
  type = object({
    percent           = optional(number, 10)
    step_bake_minutes = optional(number, 6)
    bake_minutes      = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.traffic_shift.percent >= 0.1 && var.traffic_shift.percent <= 100 && floor(var.traffic_shift.percent * 10) == var.traffic_shift.percent * 10
    error_message = "The percent is a multiple of 0.1 from 0.1 to 100."
  }

  validation {
    condition     = var.deployment_strategy != "linear" || var.traffic_shift.percent >= 3
    error_message = "The percent of a linear step is at least 3."
  }

  validation {
    condition     = alltrue([for minutes in [var.traffic_shift.step_bake_minutes, var.traffic_shift.bake_minutes] : minutes >= 0 && minutes <= 1440 && floor(minutes) == minutes])
    error_message = "Minutes are whole numbers from 0 to 1440."
  }
}

variable "test_port" {
  description = "Port of the test listener, which reaches the new tasks before production traffic does. Rolling deployments have none."
  type        = number
  default     = 8443
  nullable    = false

  validation {
    condition     = var.test_port >= 1 && var.test_port <= 65535 && floor(var.test_port) == var.test_port && !contains([80, 443], var.test_port)
    error_message = "The port is a whole number from 1 to 65535 other than 80 and 443, which are the production listeners'."
  }
}

variable "test_cidr_blocks" {
  description = "Addresses that reach the test listener, such as those of the deploys' runners. By default none."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for block in var.test_cidr_blocks : can(cidrhost(block, 0)) && !strcontains(block, ":")])
    error_message = "Each block is an IPv4 CIDR block, such as 203.0.113.0/24."
  }
}
