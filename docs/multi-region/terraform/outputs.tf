locals {
  redis = {
    us-east-1      = module.us_east_1.redis
    eu-west-1      = module.eu_west_1.redis
    ap-southeast-1 = module.ap_southeast_1.redis
  }
}

output "values" {
  description = "Values of each region's release, beside values.yaml: its own Redis first, the others as further buses."
  value = { for here, own in local.redis : here => yamlencode({
    config = { region = here }
    redis = {
      kind     = "external"
      external = { host = own.host, port = own.port, tls = true }
      buses = [for there, other in local.redis : {
        name     = there
        url      = "rediss://${other.host}:${other.port}"
        password = "$${SPRING_DATA_REDIS_PASSWORD}"
      } if there != here]
    }
  }) }
}
