package template

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// awsCDK makes CloudFormation. A folder is one by what tells its program.
func awsCDK() *Language {
	return &Language{
		Framework: CloudFormation, Title: "AWS CDK project", Names: []string{"cdk.json"},
		parse: notSentIf(func(doc *tree.Node) bool { return doc.Get("app") != nil || doc.Get("context").Is(tree.Map) }),
	}
}

// terraformCDK makes Terraform.
func terraformCDK() *Language {
	return &Language{
		Framework: Terraform, Title: "CDK for Terraform project", Names: []string{"cdktf.json"},
		parse: notSentIf(func(doc *tree.Node) bool { return doc.Get("app") != nil || doc.Get("language") != nil }),
	}
}

// helmfile deploys Helm charts.
func helmfile() *Language {
	return &Language{
		Framework: Kubernetes, Title: "Helmfile project", Names: []string{".yaml", ".yml"}, Folder: true,
		sniff: sniffHelmfile, parse: parseHelmfile,
	}
}

// isHelmfileName reports whether Helmfile reads a file by its name.
func (in *input) isHelmfileName() bool {
	return strings.HasPrefix(in.name, "helmfile") || path.Base(path.Dir(in.path)) == "helmfile.d"
}

func sniffHelmfile(in *input) bool {
	if in.isHelmfileName() {
		return in.has("releases") || in.has("helmfiles")
	}
	return in.hasLine("releases") && in.has("chart")
}

// parseHelmfile accepts a file by its name or its releases. Most of those with such a name
// are texts for a template engine, which can't be parsed. kubectl may deploy what stands
// before the error.
func parseHelmfile(in *input) (*File, *tree.SyntaxError) {
	s, err := in.documents()
	if err == nil && slices.ContainsFunc(s.Docs, isHelmfile) || err != nil && in.isHelmfileName() && !in.isDeployable() {
		return notSent(in)
	}
	return nil, tooLarge(err)
}

// tooLarge returns the error of a file that is beyond a bound, nil for every other one.
func tooLarge(err *tree.SyntaxError) *tree.SyntaxError {
	if err != nil && err.TooLarge {
		return err
	}
	return nil
}

// isHelmfile reports whether a document has releases of charts, or names files that do.
func isHelmfile(doc *tree.Node) bool {
	hasChart := func(release *tree.Node) bool { return release.Get("chart") != nil && release.Get("name") != nil }
	return doc.Get("apiVersion") == nil && (doc.Get("helmfiles").Is(tree.List) || slices.ContainsFunc(doc.All("releases"), hasChart))
}

// nomad is recognised by its jobs.
func nomad() *Language {
	return &Language{
		Title: "Nomad job", Names: []string{".nomad", ".hcl"},
		sniff: func(in *input) bool { return in.has("job") },
		parse: parseNomad,
	}
}

// nomadJSON is what nomad job run -json takes.
func nomadJSON() *Language {
	return &Language{
		Title: "Nomad job in JSON", Names: []string{".json"},
		sniff: func(in *input) bool { return in.has("TaskGroups") },
		parse: notSentIf(func(doc *tree.Node) bool {
			return doc.Get("Job", "TaskGroups") != nil || doc.Get("TaskGroups").Is(tree.List) && doc.Get("Datacenters") != nil
		}),
	}
}

// parseNomad accepts a file of Nomad's own name by a line that begins a job: many are texts
// for a template engine.
func parseNomad(in *input) (*File, *tree.SyntaxError) {
	if isNomadName(in.name) && jobLine().Match(in.content) {
		return notSent(in)
	}
	return notSentIfBody(func(body *hclsyntax.Body) bool { return hasBlock(body, "job") })(in)
}

func isNomadName(name string) bool {
	return strings.HasSuffix(name, ".nomad") || strings.HasSuffix(name, ".nomad.hcl")
}

// jobLine matches the beginning of a job.
var jobLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bjob\b[^\n]*\{`) })

// packer builds images of machines. All files of a folder are one template.
func packer() *Language {
	return &Language{Title: "Packer template", Names: []string{".pkr.hcl", ".pkr.json"}, Folder: true, parse: notSent}
}

// packerJSON is the first format of Packer.
func packerJSON() *Language {
	return &Language{
		Title: "Packer JSON template", Names: []string{".json"},
		sniff: func(in *input) bool { return in.has("builders") },
		parse: func(in *input) (*File, *tree.SyntaxError) {
			doc, err := in.document()
			hasType := func(builder *tree.Node) bool { return builder.Get("type").Is(tree.String) }
			if err == nil && slices.ContainsFunc(doc.All("builders"), hasType) {
				return notSent(in)
			}
			return nil, tooLarge(err) // other tools have builders, too
		},
	}
}

// terraformStack deploys modules. All files of a folder are one.
func terraformStack() *Language {
	return &Language{
		Framework: Terraform, Title: "Terraform stack", Names: []string{".tfstack.hcl", ".tfcomponent.hcl", ".tfdeploy.hcl"}, Folder: true, parse: notSent,
	}
}

// waypoint is recognised by its project file.
func waypoint() *Language {
	return &Language{
		Title: "Waypoint project", Names: []string{"waypoint.hcl"},
		parse: notSentIfBody(func(body *hclsyntax.Body) bool { return hasBlock(body, "app") }),
	}
}

// containerGroup is what az container create takes from a file.
func containerGroup() *Language {
	return &Language{
		Title: "Azure container group", Names: dataNames(), NamesImages: true,
		sniff: func(in *input) bool { return in.has("Microsoft.ContainerInstance/") },
		parse: func(in *input) (*File, *tree.SyntaxError) {
			doc, err := in.document()
			if err != nil || !strings.HasPrefix(doc.Get("type").Str(), "Microsoft.ContainerInstance/") {
				return nil, err
			}
			return in.containers(doc.All("properties", "containers"), "properties", "image")
		},
	}
}

// copilot deploys containers to AWS by the manifests of its services.
func copilot() *Language {
	isManifest := func(doc *tree.Node) bool {
		switch doc.Get("type").Str() {
		case "Load Balanced Web Service", "Request-Driven Web Service", "Backend Service", "Worker Service", "Scheduled Job", "Static Site":
			return doc.Get("name") != nil
		}
		return false
	}
	return &Language{
		Title: "AWS Copilot manifest", Names: []string{"manifest.yml", "manifest.yaml"}, NamesImages: true,
		sniff: func(in *input) bool { return in.has("Service") || in.has("Scheduled Job") || in.has("Static Site") },
		parse: func(in *input) (*File, *tree.SyntaxError) {
			doc, err := in.document()
			if err != nil || !isManifest(doc) {
				return nil, tooLarge(err) // there are manifests of many other tools
			}
			return in.containers(append(valuesIn(doc.Get("sidecars")), doc), "image")
		},
	}
}

// valuesIn returns the values of a map.
func valuesIn(n *tree.Node) []*tree.Node {
	var all []*tree.Node
	for _, e := range n.Pairs() {
		all = append(all, e.Value)
	}
	return all
}

// containers returns a file that is not sent with the images at keys of its containers.
func (in *input) containers(containers []*tree.Node, keys ...string) (*File, *tree.SyntaxError) {
	l := newListing(in.folder.budget)
	l.file.Role = RoleUnsupported
	for _, c := range containers {
		ref := c.Get(keys...)
		if ref.Is(tree.Map) {
			ref = ref.Get("location")
		}
		if ref.Str() != "" {
			l.addImage(newImage(ref.Text, ref, c.Range, c.Get("name").Str()))
		}
	}
	return l.outcome()
}

// tankaGroup is the API group of Tanka's environments.
const tankaGroup = "tanka.dev"

// tanka deploys what Jsonnet makes. An environment is a file of its own, or stands in one.
func tanka() *Language {
	return &Language{
		Framework: Kubernetes, Title: "Tanka environment", Names: append([]string{".jsonnet"}, dataNames()...), Folder: true,
		sniff: func(in *input) bool { return in.has(tankaGroup + "/") },
		parse: func(in *input) (*File, *tree.SyntaxError) {
			if strings.HasSuffix(in.name, ".jsonnet") {
				return notSent(in)
			}
			return notSentIf(func(doc *tree.Node) bool { return strings.HasPrefix(doc.Get("apiVersion").Str(), tankaGroup+"/") })(in)
		},
	}
}

// jsonnet is a program that makes objects. Libraries have names that end in .libsonnet.
func jsonnet() *Language {
	return &Language{
		Framework: Kubernetes, Title: "Jsonnet manifest", Names: []string{".jsonnet"},
		sniff: sniffKubernetes, parse: notSent,
	}
}

// taskDefinition is what aws ecs register-task-definition takes.
func taskDefinition() *Language {
	return &Language{
		Title: "ECS task definition", Names: dataNames(), NamesImages: true,
		sniff: func(in *input) bool { return in.has("containerDefinitions") },
		parse: parseTaskDefinition,
	}
}

// parseTaskDefinition takes the keys of both the command and its answer.
func parseTaskDefinition(in *input) (*File, *tree.SyntaxError) {
	doc, err := in.document()
	if err != nil {
		return nil, err
	}
	if inner := doc.Get("taskDefinition"); inner.Is(tree.Map) {
		doc = inner
	}
	f, err := in.containers(doc.All("containerDefinitions"), "image")
	if err != nil || len(f.Images) == 0 {
		return nil, err
	}
	return f, nil
}
