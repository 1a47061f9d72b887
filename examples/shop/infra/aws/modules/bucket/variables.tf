variable "name" {
  description = "Name of the bucket, unique in the world"
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the objects"
  type        = string
}

variable "keep_days" {
  description = "Days after which an old version goes"
  type        = number
  default     = 365
}
