package template

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// notSent is the parser of formats that are recognised by their name alone.
func notSent(*input) (*File, *tree.SyntaxError) { return &File{Role: RoleUnsupported}, nil }

// notSentIf returns the parser of a format that is recognised by its first document.
func notSentIf(accepts func(doc *tree.Node) bool) func(*input) (*File, *tree.SyntaxError) {
	return func(in *input) (*File, *tree.SyntaxError) {
		doc, err := in.document()
		if err != nil || !accepts(doc) {
			return nil, err
		}
		return &File{Role: RoleUnsupported, Doc: doc}, nil
	}
}

// openTofu also reads Terraform's files; these are the ones that only it reads.
func openTofu() *Language {
	return &Language{Framework: Terraform, Title: "OpenTofu file", Names: []string{".tofu", ".tofu.json"}, parse: notSent}
}

// bicep is compiled to ARM.
func bicep() *Language {
	return &Language{Framework: ARM, Title: "Bicep file", Names: []string{".bicep"}, parse: notSent}
}

// ChartTitle is the title of Helm charts.
const ChartTitle = "Helm chart"

// helmChart is recognised by the file that makes a folder a chart.
func helmChart() *Language {
	return &Language{
		Framework: Kubernetes, Title: ChartTitle, Names: []string{"chart.yaml"}, NamesImages: true,
		parse: notSentIf(func(doc *tree.Node) bool { return doc.Get("name") != nil || doc.Get("apiVersion") != nil }),
	}
}

// serverless is the Serverless Framework, which makes CloudFormation.
func serverless() *Language {
	return &Language{
		Framework: CloudFormation, Title: "Serverless Framework project", Names: dataNames(),
		sniff: func(in *input) bool {
			return in.hasKey("provider") && in.hasKey("service") && (in.hasKey("functions") || in.hasKey("resources"))
		},
		parse: notSentIf(func(doc *tree.Node) bool {
			provider := doc.Get("provider")
			named := provider.Is(tree.String) || provider.Get("name") != nil
			return doc.Get("service") != nil && named && (doc.Get("functions") != nil || doc.Get("resources") != nil)
		}),
	}
}

// pulumi is recognised by its project file.
func pulumi() *Language {
	return &Language{
		Title: "Pulumi project", Names: []string{"pulumi.yaml", "pulumi.yml", "pulumi.json"},
		parse: notSentIf(func(doc *tree.Node) bool { return doc.Get("name") != nil && doc.Get("runtime") != nil }),
	}
}

// terraformPlan is what terraform show -json prints.
func terraformPlan() *Language {
	return &Language{
		Framework: Terraform, Title: "Terraform plan", Names: dataNames(),
		sniff: func(in *input) bool { return in.has("terraform_version") && in.has("planned_values") },
		parse: notSentIf(func(doc *tree.Node) bool {
			return doc.Get("terraform_version") != nil && doc.Get("planned_values") != nil
		}),
	}
}

// terragrunt wraps Terraform.
func terragrunt() *Language {
	return &Language{
		Framework: Terraform, Title: "Terragrunt configuration", Names: []string{".hcl"},
		sniff: sniffTerragrunt, parse: parseTerragrunt,
	}
}

func isTerragruntName(name string) bool { return strings.HasPrefix(name, "terragrunt.") }

func sniffTerragrunt(in *input) bool {
	return isTerragruntName(in.name) || in.has("inputs") || in.has("remote_state") || in.has("include") || in.has("dependenc") ||
		in.has("terraform") || in.has("generate") || in.has("unit") || in.has("stack")
}

// parseTerragrunt accepts a file by its name or by what only Terragrunt has at the top.
func parseTerragrunt(in *input) (*File, *tree.SyntaxError) {
	if isTerragruntName(in.name) {
		return notSent(in)
	}
	return notSentIfBody(isTerragrunt)(in)
}

// notSentIfBody returns the parser of a format in HCL that is recognised by a part of its
// top level. Other tools have configurations in HCL, too: what can't be parsed is theirs.
func notSentIfBody(accepts func(body *hclsyntax.Body) bool) func(*input) (*File, *tree.SyntaxError) {
	return func(in *input) (*File, *tree.SyntaxError) {
		m := newModule(in.folder.budget)
		pieces, err := m.split(in.path, in.content, pieceSize)
		isOne := func(p piece) bool {
			body, err := p.parse(in.path)
			return err == nil && accepts(body)
		}
		if err == nil && slices.ContainsFunc(pieces, isOne) {
			return notSent(in)
		}
		return nil, tooLarge(err)
	}
}

// hasBlock reports whether a body has a block of a type.
func hasBlock(body *hclsyntax.Body, types ...string) bool {
	return slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return slices.Contains(types, b.Type) })
}

func isTerragrunt(body *hclsyntax.Body) bool {
	if body.Attributes["inputs"] != nil || hasBlock(body, "include", "dependency", "dependencies", "remote_state", "generate", "unit", "stack") {
		return true
	}
	return slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == "terraform" && b.Body.Attributes["source"] != nil })
}
