resource "aws_vpc" "shop" {
  cidr_block           = var.vpc_cidr
  enable_dns_hostnames = true
}

resource "aws_subnet" "public" {
  for_each = { a = 0, b = 1 }

  vpc_id            = aws_vpc.shop.id
  availability_zone = "${var.region}${each.key}"
  cidr_block        = cidrsubnet(var.vpc_cidr, 8, each.value)
}

resource "aws_subnet" "private" {
  for_each = { a = 10, b = 11 }

  vpc_id            = aws_vpc.shop.id
  availability_zone = "${var.region}${each.key}"
  cidr_block        = cidrsubnet(var.vpc_cidr, 8, each.value)
}

resource "aws_security_group" "load_balancer" {
  name        = "shop-load-balancer"
  description = "Customers to the load balancer"
  vpc_id      = aws_vpc.shop.id

  ingress {
    description = "HTTPS"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    description = "To the services"
    from_port   = 8080
    to_port     = 8082
    protocol    = "tcp"
    cidr_blocks = [var.vpc_cidr]
  }
}

resource "aws_security_group" "bastion" {
  name        = "shop-bastion"
  description = "Operators to the bastion"
  vpc_id      = aws_vpc.shop.id

  ingress {
    description = "SSH"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = [var.vpc_cidr]
  }
}

resource "aws_security_group" "database" {
  name        = "shop-database"
  description = "The services to the database"
  vpc_id      = aws_vpc.shop.id
}

resource "aws_security_group_rule" "database_from_services" {
  description       = "PostgreSQL from the private subnets"
  type              = "ingress"
  security_group_id = aws_security_group.database.id
  from_port         = 5432
  to_port           = 5432
  protocol          = "tcp"
  cidr_blocks       = [for subnet in aws_subnet.private : subnet.cidr_block]
}

resource "aws_security_group_rule" "database_from_reporting" {
  description       = "The reporting agency, whose address keeps changing"
  type              = "ingress"
  security_group_id = aws_security_group.database.id
  from_port         = 5432
  to_port           = 5432
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_lb" "shop" {
  name                       = "shop"
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.load_balancer.id]
  subnets                    = [for subnet in aws_subnet.public : subnet.id]
  drop_invalid_header_fields = true

  access_logs {
    bucket  = module.logs.name
    enabled = true
  }
}

resource "aws_lb_target_group" "storefront" {
  name        = "storefront"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.shop.id

  health_check {
    path = "/healthz"
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.storefront.arn
  }
}
