# Three regions that share one budget per caller: a Redis in each, and a private link between each two.
# The clusters, and the networks they run in, are there already: variables.tf names them.

terraform {
  required_version = ">= 1.7"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# An alias is a literal: Terraform resolves providers before any variable, so they cannot come from for_each.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

provider "aws" {
  alias  = "eu_west_1"
  region = "eu-west-1"
}

provider "aws" {
  alias  = "ap_southeast_1"
  region = "ap-southeast-1"
}

module "us_east_1" {
  source    = "./region"
  providers = { aws = aws.us_east_1 }

  name           = var.name
  network        = var.regions["us-east-1"]
  clients        = local.networks
  redis_password = var.redis_password
  redis_type     = var.redis_type
}

module "eu_west_1" {
  source    = "./region"
  providers = { aws = aws.eu_west_1 }

  name           = var.name
  network        = var.regions["eu-west-1"]
  clients        = local.networks
  redis_password = var.redis_password
  redis_type     = var.redis_type
}

module "ap_southeast_1" {
  source    = "./region"
  providers = { aws = aws.ap_southeast_1 }

  name           = var.name
  network        = var.regions["ap-southeast-1"]
  clients        = local.networks
  redis_password = var.redis_password
  redis_type     = var.redis_type
}

locals {
  networks = [for region in var.regions : region.cidr]
}
