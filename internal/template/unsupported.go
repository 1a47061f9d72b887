package template

// terragrunt wraps Terraform.
func terragrunt() *Language {
	return &Language{Framework: Terraform, Title: "Terragrunt configuration", Names: []string{"terragrunt.hcl"}, parse: notSent}
}

// openTofu also reads Terraform's files; these are the ones that only it reads.
func openTofu() *Language {
	return &Language{Framework: Terraform, Title: "OpenTofu file", Names: []string{".tofu"}, parse: notSent}
}

// bicep is compiled to ARM.
func bicep() *Language {
	return &Language{Framework: ARM, Title: "Bicep file", Names: []string{".bicep"}, parse: notSent}
}

// helmChart is recognised by the file that makes a folder a chart.
func helmChart() *Language {
	return &Language{Framework: Kubernetes, Title: "Helm chart", Names: []string{"chart.yaml"}, NamesImages: true, parse: notSent}
}
