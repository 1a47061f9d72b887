package template

import (
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Role is what a scan does with a recognised file.
type Role uint8

// The roles of a file.
const (
	// RoleTemplate is a target.
	RoleTemplate Role = iota
	// RoleHelper is uploaded beside templates that it gives values to: .tfvars,
	// ARM parameters, variables of Ansible.
	RoleHelper
	// RoleCompose is a Compose file and nothing else. It is not uploaded.
	RoleCompose
	// RoleUnsupported is listed: the service is not known to take it.
	RoleUnsupported
)

// File is the content of a recognised file, in the order of the file.
type File struct {
	Path     string
	Role     Role
	Language *Language
	// Engine names the template engine that has to fill in the text first: "Helm
	// template". It is empty for other files.
	Engine string
	// Deployable is set if a document of such a text can be deployed as it is.
	Deployable bool
	Resources  []Resource
	// Images are those of Kubernetes containers.
	Images []Image
	// Functions are those whose images are built from Dockerfiles.
	Functions []ImageFunction
	// OfFolder is set if variables or locals, which other Terraform files of the folder can set,
	// may decide about the images.
	OfFolder bool
	// Doc is the first document of a kustomization or a chart.
	Doc *tree.Node
	// Compose holds the documents of a Compose file. A file may be something else, too.
	Compose []*tree.Node
}

// Resource is a block that a finding can refer to.
type Resource struct {
	// Type is the word of the language: aws_s3_bucket, data.aws_ami, module,
	// variable, output, provider, local, AWS::S3::Bucket, Deployment,
	// Microsoft.Storage/storageAccounts, amazon.aws.s3_bucket, play, service.
	Type string
	// Name is the author's name for it, if there is one.
	Name string
	// Address is how the language's own tool writes it: aws_s3_bucket.logs,
	// Deployment/web.
	Address string
	// Aliases are all texts that a report may call it by, Name and Address
	// included: short forms, and literal values of attributes that identify it.
	Aliases []string
	// Range runs from the block's first line to its last.
	Range result.Range
	// Body holds the attributes: in CloudFormation those of Properties, in
	// Kubernetes, ARM and Ansible the whole object. It is never nil.
	Body *tree.Node
}

// Image is a line that names an image.
type Image struct {
	// Ref is the reference as written, which may hold placeholders. Without quotes,
	// {{ x }} is a map: then it is "{{ }}".
	Ref string
	// Line is the line of the reference.
	Line int
	// Block is the container around it.
	Block result.Range
	// Container is the name of the container.
	Container string
	// Built is set if the file that names the image also builds it.
	Built bool
}

// unique drops empty and duplicate texts and keeps the order.
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
