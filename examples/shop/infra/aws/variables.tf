variable "region" {
  description = "Where everything runs"
  type        = string
  default     = "eu-central-1"
}

variable "environment" {
  description = "staging or production"
  type        = string
}

variable "release" {
  description = "The tag of the services' images"
  type        = string
}

variable "vpc_cidr" {
  description = "Addresses of the network, a /16"
  type        = string
}

variable "database_class" {
  description = "Size of the orders database"
  type        = string
  default     = "db.t4g.medium"
}

variable "bastion_ami" {
  description = "Image of the bastion host"
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the shop's name"
  type        = string
}
