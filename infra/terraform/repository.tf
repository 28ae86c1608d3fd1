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
      error_message = "The target names a registry elsewhere: its repository is not created here. Remove \"registry\" from the target, or create the repository in that account."
    }
  }
}

# A lifecycle policy can't know which images run, and one that runs must stay: without it neither ECS nor a rollback can start its tasks
# again. So no rule expires a release, by age or by count. See README.md for how to remove old ones.
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
    ]
  })
}
