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
  description = "The version that the image holds, such as v1.0.0."
  type        = string

  validation {
    condition     = can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$", var.app_version))
    error_message = "A version is v and a semantic version, such as v1.2.3 or v1.2.3-rc.1."
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
