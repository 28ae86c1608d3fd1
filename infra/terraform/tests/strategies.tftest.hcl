# Plans of each strategy with AWS's provider and without AWS: terraform init -backend=false && terraform test
mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  vpc_id                   = "vpc-0123456789abcdef0"
  load_balancer_subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  task_subnet_ids          = ["subnet-0123456789abcdef0"]
  github_subject           = "repo:example/app:environment:production"
  app_version              = "v1.0.0"
  image                    = "app@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

run "rolling" {
  command = plan

  assert {
    condition     = aws_ecs_service.app.deployment_configuration[0].strategy == "ROLLING"
    error_message = "The service is ROLLING."
  }

  assert {
    condition     = length(aws_lb_target_group.alternate) + length(aws_lb_listener_rule.production) + length(aws_lb_listener.test) + length(aws_iam_role.infrastructure) == 0
    error_message = "Rolling needs no second target group, rules, test listener or role."
  }

  assert {
    condition     = output.test_listener_url == null
    error_message = "Rolling has no test listener."
  }
}

run "blue_green" {
  command = plan

  variables {
    deployment_strategy = "blue_green"
    traffic_shift       = { bake_minutes = 0 }
  }

  assert {
    condition     = aws_ecs_service.app.deployment_configuration[0].strategy == "BLUE_GREEN" && aws_ecs_service.app.deployment_configuration[0].bake_time_in_minutes == "0"
    error_message = "The service is BLUE_GREEN with a bake time of 0."
  }

  assert {
    condition     = length(one(aws_ecs_service.app.load_balancer).advanced_configuration) == 1
    error_message = "The load balancer of the service names both target groups and both rules."
  }
}

run "linear" {
  command = plan

  variables {
    deployment_strategy = "linear"
    traffic_shift       = { percent = 12.5, step_bake_minutes = 3 }
  }

  assert {
    condition     = aws_ecs_service.app.deployment_configuration[0].linear_configuration[0].step_percent == 12.5 && aws_ecs_service.app.deployment_configuration[0].linear_configuration[0].step_bake_time_in_minutes == "3"
    error_message = "Each step is 12.5 % and takes 3 minutes."
  }
}

run "canary_on_https" {
  command = plan

  variables {
    deployment_strategy = "canary"
    traffic_shift       = { percent = 0.1, step_bake_minutes = 0 }
    certificate_arn     = "arn:aws:acm:us-west-2:123456789012:certificate/00000000-0000-0000-0000-000000000000"
    test_cidr_blocks    = ["203.0.113.0/24", "198.51.100.7/32"]
  }

  assert {
    condition     = aws_ecs_service.app.deployment_configuration[0].canary_configuration[0].canary_percent == 0.1 && aws_ecs_service.app.deployment_configuration[0].canary_configuration[0].canary_bake_time_in_minutes == "0"
    error_message = "The canary is 0.1 % and takes 0 minutes."
  }

  assert {
    condition     = aws_lb_listener.test[0].protocol == "HTTPS" && length(aws_vpc_security_group_ingress_rule.test) == 2
    error_message = "The test listener is on HTTPS, open to two blocks."
  }
}

run "takes_a_commit_as_version" {
  command = plan

  variables {
    app_version = "9f3c2ab"
  }
}

run "refuses_a_tag_that_moves" {
  command = plan

  variables {
    app_version = "latest"
  }

  expect_failures = [var.app_version]
}

run "refuses_an_unknown_strategy" {
  command = plan

  variables {
    deployment_strategy = "CANARY"
  }

  expect_failures = [var.deployment_strategy]
}

run "refuses_a_linear_step_below_3_percent" {
  command = plan

  variables {
    deployment_strategy = "linear"
    traffic_shift       = { percent = 2.9 }
  }

  expect_failures = [var.traffic_shift]
}

run "refuses_a_percent_of_two_decimals" {
  command = plan

  variables {
    deployment_strategy = "canary"
    traffic_shift       = { percent = 0.15 }
  }

  expect_failures = [var.traffic_shift]
}

run "refuses_a_bake_time_above_a_day" {
  command = plan

  variables {
    deployment_strategy = "blue_green"
    traffic_shift       = { bake_minutes = 1441 }
  }

  expect_failures = [var.traffic_shift]
}

run "refuses_the_production_port_as_test_port" {
  command = plan

  variables {
    deployment_strategy = "blue_green"
    test_port           = 443
  }

  expect_failures = [var.test_port]
}

run "refuses_an_address_without_a_prefix" {
  command = plan

  variables {
    deployment_strategy = "blue_green"
    test_cidr_blocks    = ["203.0.113.7"]
  }

  expect_failures = [var.test_cidr_blocks]
}
