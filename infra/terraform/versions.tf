terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.21"
    }
  }

  # The backend is configured at init: terraform init -backend-config=backend.hcl
  backend "s3" {
    use_lockfile = true
  }
}

provider "aws" {
  region              = local.target.region
  allowed_account_ids = [local.target.account]

  default_tags {
    tags = {
      Service   = local.target.service
      ManagedBy = "terraform"
    }
  }

  # The deployer writes these tags: the lock of a deploy in flight on the service, and its records on revisions.
  ignore_tags {
    key_prefixes = ["slipway:"]
  }
}
