resource "aws_db_subnet_group" "orders" {
  name       = "orders"
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  engine_version              = "16.4"
  instance_class              = var.database_class
  allocated_storage           = 100
  db_name                     = "shop"
  username                    = "shop"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.orders.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  storage_encrypted           = false
  publicly_accessible         = true
  backup_retention_period     = 14
  deletion_protection         = true
  multi_az                    = true
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id       = "sessions"
  description                = "Sessions of the storefront"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  kms_key_id                 = aws_kms_key.shop.arn
}

module "logs" {
  source = "./modules/bucket"

  name        = "shop-logs-${var.environment}"
  kms_key_arn = aws_kms_key.shop.arn
}

module "invoices" {
  source = "./modules/bucket"

  name        = "shop-invoices-${var.environment}"
  kms_key_arn = aws_kms_key.shop.arn
}

resource "aws_s3_bucket" "product_images" {
  bucket = "shop-product-images-${var.environment}"
  acl    = "public-read"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "product_images" {
  bucket = aws_s3_bucket.product_images.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_sns_topic" "stock" {
  name              = "stock"
  kms_master_key_id = aws_kms_key.shop.arn
}

resource "aws_sqs_queue" "mail" {
  name                       = "mail"
  visibility_timeout_seconds = 60
  sqs_managed_sse_enabled    = true
}
