package template

// terragrunt is recognised by its one file name.
func terragrunt() Language {
	return Language{Framework: Terraform, Title: "Terragrunt configuration", Names: []string{"terragrunt.hcl"}, parse: notSent}
}

// openTofu has file names of its own beside Terraform's.
func openTofu() Language {
	return Language{Framework: Terraform, Title: "OpenTofu file", Names: []string{".tofu"}, parse: notSent}
}

// bicep compiles to ARM.
func bicep() Language {
	return Language{Framework: ARM, Title: "Bicep file", Names: []string{".bicep"}, parse: notSent}
}

// helmChart is the file that makes a folder a chart.
func helmChart() Language {
	return Language{Framework: Kubernetes, Title: "Helm chart", Names: []string{"chart.yaml"}, NamesImages: true, parse: notSent}
}
