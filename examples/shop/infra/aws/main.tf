terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.80"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

locals {
  tags = {
    Project     = "shop"
    Environment = var.environment
  }

  services = {
    storefront = { port = 8080, cpu = 512, memory = 1024 }
    catalogue  = { port = 8081, cpu = 256, memory = 512 }
    orders     = { port = 8082, cpu = 512, memory = 1024 }
  }
}

resource "aws_ecs_cluster" "shop" {
  name = "shop-${var.environment}"

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "service" {
  for_each = local.services

  name              = "/shop/${each.key}"
  retention_in_days = 90
  kms_key_id        = aws_kms_key.shop.arn
}

resource "aws_ecs_task_definition" "service" {
  for_each = local.services

  family                   = each.key
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.service.arn

  container_definitions = jsonencode([{
    name                   = each.key
    image                  = "${aws_ecr_repository.service[each.key].repository_url}:${var.release}"
    essential              = true
    readonlyRootFilesystem = true
    portMappings           = [{ containerPort = each.value.port }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.service[each.key].name
        awslogs-region        = var.region
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_ecr_repository" "service" {
  for_each = local.services

  name                 = "shop/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.shop.arn
  }
}

resource "aws_kms_key" "shop" {
  description             = "Data of the shop at rest"
  deletion_window_in_days = 30
  enable_key_rotation     = true
}

resource "aws_instance" "bastion" {
  ami                         = var.bastion_ami
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.public["a"].id
  vpc_security_group_ids      = [aws_security_group.bastion.id]
  associate_public_ip_address = true

  root_block_device {
    volume_size = 20
    encrypted   = true
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "optional"
  }
}

# Made by hand before the rest, and imported.
resource "aws_ebs_volume" "bastion_home" {
  availability_zone = "${var.region}a"
  size              = 40
  encrypted         = false
}
