variable "name" {
  type = string
}

variable "network" {
  type = object({
    vpc_id     = string
    subnet_ids = list(string)
  })
}

variable "clients" {
  description = "CIDRs of the networks that gateways run in, this one's included."
  type        = list(string)
}

variable "redis_type" {
  type = string
}

variable "redis_password" {
  type      = string
  sensitive = true
}
