variable "project" {
  description = "Project that holds the analytics"
  type        = string
}

variable "region" {
  description = "Where the network is"
  type        = string
  default     = "europe-west3"
}

variable "analysts" {
  description = "Group of the people who read the sales"
  type        = string
  default     = "analysts@shop.example"
}
