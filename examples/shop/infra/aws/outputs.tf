output "address" {
  description = "Name of the load balancer"
  value       = aws_lb.shop.dns_name
}

output "database" {
  description = "Address of the orders database"
  value       = aws_db_instance.orders.endpoint
}

output "repositories" {
  description = "Where the pipeline pushes each service's image"
  value       = { for name, repository in aws_ecr_repository.service : name => repository.repository_url }
}
