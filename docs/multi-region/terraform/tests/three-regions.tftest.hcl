# terraform test: no cloud, no account. The provider checks every argument, and makes up what a cloud would answer.

mock_provider "aws" {
  alias = "us_east_1"
  mock_resource "aws_elasticache_replication_group" {
    defaults = { primary_endpoint_address = "redis.us-east-1.example.com" }
  }
}

mock_provider "aws" {
  alias = "eu_west_1"
  mock_resource "aws_elasticache_replication_group" {
    defaults = { primary_endpoint_address = "redis.eu-west-1.example.com" }
  }
}

mock_provider "aws" {
  alias = "ap_southeast_1"
  mock_resource "aws_elasticache_replication_group" {
    defaults = { primary_endpoint_address = "redis.ap-southeast-1.example.com" }
  }
}

variables {
  redis_password = "only-for-this-test-0123456789"
  regions = {
    us-east-1 = {
      vpc_id          = "vpc-1"
      cidr            = "10.1.0.0/16"
      subnet_ids      = ["subnet-1a", "subnet-1b"]
      route_table_ids = ["rtb-1"]
    }
    eu-west-1 = {
      vpc_id          = "vpc-2"
      cidr            = "10.2.0.0/16"
      subnet_ids      = ["subnet-2a", "subnet-2b"]
      route_table_ids = ["rtb-2"]
    }
    ap-southeast-1 = {
      vpc_id          = "vpc-3"
      cidr            = "10.3.0.0/16"
      subnet_ids      = ["subnet-3a", "subnet-3b"]
      route_table_ids = ["rtb-3"]
    }
  }
}

run "each_region_has_its_own_redis_first_and_the_others_as_buses" {
  assert {
    condition     = output.values["us-east-1"] == file("../values/us-east-1.yaml")
    error_message = "values/us-east-1.yaml is not what Terraform gives: ${output.values["us-east-1"]}"
  }
  assert {
    condition     = yamldecode(output.values["eu-west-1"]).redis.external.host == "redis.eu-west-1.example.com"
    error_message = "The first bus of a region is its own Redis."
  }
  assert {
    condition     = [for bus in yamldecode(output.values["ap-southeast-1"]).redis.buses : bus.name] == ["eu-west-1", "us-east-1"]
    error_message = "The other regions' Redis are further buses."
  }
}

run "networks_that_overlap_are_refused" {
  command = plan
  variables {
    regions = {
      us-east-1      = { vpc_id = "vpc-1", cidr = "10.1.0.0/16", subnet_ids = [], route_table_ids = [] }
      eu-west-1      = { vpc_id = "vpc-2", cidr = "10.1.0.0/16", subnet_ids = [], route_table_ids = [] }
      ap-southeast-1 = { vpc_id = "vpc-3", cidr = "10.3.0.0/16", subnet_ids = [], route_table_ids = [] }
    }
  }
  expect_failures = [var.regions]
}
