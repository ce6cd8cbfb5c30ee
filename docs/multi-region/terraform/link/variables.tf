variable "name" {
  type = string
}

variable "near" {
  type = object({
    vpc_id          = string
    cidr            = string
    route_table_ids = list(string)
  })
}

variable "far" {
  type = object({
    vpc_id          = string
    cidr            = string
    route_table_ids = list(string)
    region          = string
  })
}
