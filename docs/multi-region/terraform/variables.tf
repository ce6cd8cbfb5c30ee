variable "name" {
  description = "What everything is called."
  type        = string
  default     = "openclaw"
}

variable "regions" {
  description = "The network of the cluster in each region. Their CIDRs must not overlap."
  type = map(object({
    vpc_id          = string
    cidr            = string
    subnet_ids      = list(string) # private ones, in two zones at least
    route_table_ids = list(string) # of the subnets that gateways run in
  }))
  validation {
    condition     = toset(keys(var.regions)) == toset(["us-east-1", "eu-west-1", "ap-southeast-1"])
    error_message = "Name the networks of us-east-1, eu-west-1 and ap-southeast-1. For another region, change its provider and module in main.tf as well."
  }
  validation {
    condition     = length(distinct([for region in var.regions : region.cidr])) == length(var.regions)
    error_message = "Networks with the same CIDR cannot be linked."
  }
}

variable "redis_type" {
  description = "The size of each Redis. It carries messages and the snapshot of all buckets: memory is seldom what it lacks."
  type        = string
  default     = "cache.t4g.small"
}

variable "redis_password" {
  description = "The password of all three, 16 to 128 characters. Gateways read it from their Secret, as redis-password."
  type        = string
  sensitive   = true
}
