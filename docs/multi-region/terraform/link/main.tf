terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.near, aws.far]
    }
  }
}

resource "aws_vpc_peering_connection" "link" {
  provider = aws.near

  vpc_id      = var.near.vpc_id
  peer_vpc_id = var.far.vpc_id
  peer_region = var.far.region
  tags        = { Name = var.name }
}

resource "aws_vpc_peering_connection_accepter" "link" {
  provider = aws.far

  vpc_peering_connection_id = aws_vpc_peering_connection.link.id
  auto_accept               = true
  tags                      = { Name = var.name }
}

resource "aws_route" "near" {
  provider = aws.near
  for_each = toset(var.near.route_table_ids)

  route_table_id            = each.value
  destination_cidr_block    = var.far.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.link.id
}

resource "aws_route" "far" {
  provider = aws.far
  for_each = toset(var.far.route_table_ids)

  route_table_id            = each.value
  destination_cidr_block    = var.near.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.link.id
}
