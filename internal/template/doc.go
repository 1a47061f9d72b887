// Package template reads infrastructure-as-code files: it tells by content what
// a file is, and lists its resources and images with the lines they stand on.
//
// It knows Terraform, CloudFormation, ARM, Kubernetes, Ansible and Compose.
// Everything that can be known without running a tool becomes a literal in the
// attribute trees; all else is kept as [Unknown] with its source text, so that
// nobody mistakes a guess for a value.
//
// Input is hostile by assumption: nesting, aliases and expansion are bounded.
package template
