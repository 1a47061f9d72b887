package template

import (
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Role says what a recognised file is to a scan.
type Role uint8

// The roles of a file.
const (
	// RoleTemplate is a target of its own.
	RoleTemplate Role = iota
	// RoleHelper carries values for templates: .tfvars, ARM parameters, the
	// variable files of an Ansible tree.
	RoleHelper
	// RoleCompose names images and is no template of the service.
	RoleCompose
	// RoleUnsupported is recognised, and the service is not known to take it.
	RoleUnsupported
)

// File is what a recognised file holds.
type File struct {
	Path     string
	Role     Role
	Language *Language
	// Resources stand in the order of the file.
	Resources []Resource
	// Images stand in the order of the file: Compose services and the containers
	// of Kubernetes objects.
	Images []Image
}

// Resource is one block that a finding can refer to.
type Resource struct {
	// Type is the framework's own word: aws_s3_bucket, data.aws_ami, module,
	// variable, output, provider, local, AWS::S3::Bucket, Deployment,
	// Microsoft.Storage/storageAccounts, amazon.aws.s3_bucket, play, service.
	Type string
	// Name is what the author called it; it may be empty.
	Name string
	// Address is how its own tool writes it: aws_s3_bucket.logs, Deployment/web.
	Address string
	// Aliases are the other texts it goes by, Name and Address included: short
	// forms, and the literal values of attributes that identify it.
	Aliases []string
	// Range runs from the block's first line to its last.
	Range result.Range
	// Body holds the attributes; for CloudFormation those of Properties, for
	// Kubernetes, ARM and Ansible the whole object. Never nil.
	Body *tree.Node
}

// Image is a line that names an image.
type Image struct {
	// Ref is the reference with its variables resolved, as written otherwise. It
	// is empty for a service that is built and has no image name.
	Ref string
	// Line is where the scalar stands.
	Line int
	// Block is the service or container around it.
	Block result.Range
	// Service is the name of the Compose service or of the container.
	Service string
	// Built is set where the Compose service is built from this repository.
	Built bool
	// Unresolved is the variable or expression that has no value here.
	Unresolved string
}

// unique drops empty and repeated texts and keeps the order.
func unique(texts ...string) []string {
	out := make([]string, 0, len(texts))
	seen := make(map[string]bool, len(texts))
	for _, t := range texts {
		if t != "" && !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}
