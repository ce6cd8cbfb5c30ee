# Each region reaches the Redis of each other one. Links are not transitive, so three regions need three.

module "us_east_1_eu_west_1" {
  source    = "./link"
  providers = { aws.near = aws.us_east_1, aws.far = aws.eu_west_1 }

  name = var.name
  near = var.regions["us-east-1"]
  far  = merge(var.regions["eu-west-1"], { region = "eu-west-1" })
}

module "us_east_1_ap_southeast_1" {
  source    = "./link"
  providers = { aws.near = aws.us_east_1, aws.far = aws.ap_southeast_1 }

  name = var.name
  near = var.regions["us-east-1"]
  far  = merge(var.regions["ap-southeast-1"], { region = "ap-southeast-1" })
}

module "eu_west_1_ap_southeast_1" {
  source    = "./link"
  providers = { aws.near = aws.eu_west_1, aws.far = aws.ap_southeast_1 }

  name = var.name
  near = var.regions["eu-west-1"]
  far  = merge(var.regions["ap-southeast-1"], { region = "ap-southeast-1" })
}
