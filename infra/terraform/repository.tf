resource "aws_ecr_repository" "app" {
  name                 = local.target.repository
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  lifecycle {
    prevent_destroy = true

    precondition {
      condition     = !can(local.target.registry)
      error_message = "The target names a registry elsewhere: its repository is not made here. Remove \"registry\" from the target, or make the repository where it says."
    }
  }
}

# What runs is one of the newest releases, and a rollback finds far more of them than it needs.
resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Pushes that were never tagged"
        selection = {
          tagStatus   = "untagged"
          countType   = "sinceImagePushed"
          countUnit   = "days"
          countNumber = 30
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Releases but the newest 200"
        selection = {
          tagStatus      = "tagged"
          tagPatternList = ["v*"]
          countType      = "imageCountMoreThan"
          countNumber    = 200
        }
        action = { type = "expire" }
      },
    ]
  })
}
