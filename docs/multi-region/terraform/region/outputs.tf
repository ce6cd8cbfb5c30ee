output "redis" {
  value = {
    host = aws_elasticache_replication_group.redis.primary_endpoint_address
    port = 6379
  }
}
