# Traffic between two revisions: a second target group, one rule for production and one for tests, and the role with which ECS changes the rules.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-implementation.html
locals {
  shifts = var.deployment_strategy != "rolling"
}

resource "aws_lb_target_group" "alternate" {
  count = local.shifts ? 1 : 0

  name                 = "${local.target.service}-alt"
  vpc_id               = var.vpc_id
  target_type          = "ip"
  port                 = aws_lb_target_group.app.port
  protocol             = "HTTP"
  deregistration_delay = aws_lb_target_group.app.deregistration_delay

  health_check {
    path                = aws_lb_target_group.app.health_check[0].path
    matcher             = aws_lb_target_group.app.health_check[0].matcher
    interval            = aws_lb_target_group.app.health_check[0].interval
    timeout             = aws_lb_target_group.app.health_check[0].timeout
    healthy_threshold   = aws_lb_target_group.app.health_check[0].healthy_threshold
    unhealthy_threshold = aws_lb_target_group.app.health_check[0].unhealthy_threshold
  }
}

resource "aws_lb_listener_rule" "production" {
  count = local.shifts ? 1 : 0

  listener_arn = local.tls ? aws_lb_listener.https[0].arn : aws_lb_listener.http.arn
  priority     = 1

  condition {
    path_pattern {
      values = ["/*"]
    }
  }

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.app.arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.alternate[0].arn
        weight = 0
      }
    }
  }

  lifecycle {
    # ECS changes the weights. Putting them back sends requests to the empty group and makes the next deploy mix both revisions in the other one.
    ignore_changes = [action]

    # Without this rule, and with a new one, requests go to the first group, which is empty after every other deploy. See README.md.
    prevent_destroy = true
  }
}

resource "aws_lb_listener" "test" {
  count = local.shifts ? 1 : 0

  load_balancer_arn = aws_lb.app.arn
  port              = var.test_port
  protocol          = local.tls ? "HTTPS" : "HTTP"
  ssl_policy        = local.tls ? "ELBSecurityPolicy-TLS13-1-2-2021-06" : null
  certificate_arn   = var.certificate_arn

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "test" {
  count = local.shifts ? 1 : 0

  listener_arn = aws_lb_listener.test[0].arn
  priority     = 1

  condition {
    path_pattern {
      values = ["/*"]
    }
  }

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.app.arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.alternate[0].arn
        weight = 0
      }
    }
  }

  lifecycle {
    # As for the production rule.
    ignore_changes = [action]
  }
}

resource "aws_vpc_security_group_ingress_rule" "test" {
  for_each = toset(local.shifts ? var.test_cidr_blocks : [])

  security_group_id = aws_security_group.load_balancer.id
  description       = "Requests to the test listener"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = var.test_port
  to_port           = var.test_port
}

data "aws_iam_policy_document" "ecs" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "infrastructure" {
  count = local.shifts ? 1 : 0

  name               = "${local.target.service}-infrastructure"
  assume_role_policy = data.aws_iam_policy_document.ecs.json
}

resource "aws_iam_role_policy_attachment" "infrastructure" {
  count = local.shifts ? 1 : 0

  role       = aws_iam_role.infrastructure[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}
