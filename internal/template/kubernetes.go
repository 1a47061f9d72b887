package template

import (
	"cmp"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Kubernetes is the framework of manifests.
const Kubernetes result.Framework = "kubernetes"

func kubernetes() Language {
	return Language{
		Framework: Kubernetes, Title: "Kubernetes", Names: dataNames(), NamesImages: true,
		sniff: sniffKubernetes, parse: parseKubernetes,
		kinds: kubernetesKinds,
	}
}

func sniffKubernetes(in *input) certainty {
	switch {
	case !in.hasKey("apiVersion") || !in.hasKey("kind"):
		return unlikely
	case in.hasTopKey("apiVersion") && in.hasTopKey("kind"):
		return certain
	}
	return possible
}

func parseKubernetes(in *input) (*File, *SyntaxError) {
	s, err := in.documents()
	if err != nil {
		return nil, err
	}
	return objects(s.docs), nil
}

// objects returns nil where no document is a Kubernetes object. Other documents
// are ignored.
func objects(docs []*Node) *File {
	f := &File{Role: RoleTemplate}
	for _, doc := range docs {
		if isObject(doc) {
			f.object(doc)
		}
	}
	if len(f.Resources) == 0 {
		return nil
	}
	return f
}

// isObject tells what an API server would take: a version that looks like one,
// a kind, and metadata or items; and no tool's own configuration, which borrows
// the form.
func isObject(doc *Node) bool {
	version, kind := doc.Get("apiVersion").str(), doc.Get("kind").str()
	if !doc.is(Map) || kind == "" || !isVersion(version) || isToolConfig(version, kind) {
		return false
	}
	return doc.Get("metadata").is(Map) || doc.Get("items").is(List)
}

// isVersion accepts v1, v1beta1, group/v1.
func isVersion(s string) bool {
	s = s[strings.LastIndexByte(s, '/')+1:]
	return len(s) > 1 && s[0] == 'v' && s[1] >= '0' && s[1] <= '9'
}

func isToolConfig(version, kind string) bool {
	group, _, grouped := strings.Cut(version, "/")
	if !grouped {
		return kind == "Config"
	}
	switch group {
	case "skaffold", "kind.x-k8s.io", "backstage.io", "kustomize.config.k8s.io", "kubeadm.k8s.io", "eksctl.io",
		"k3d.io", "ctlptl.dev", "cli.kyverno.io", "audit.k8s.io", "apiserver.config.k8s.io", "kubelet.config.k8s.io",
		"kubeproxy.config.k8s.io", "kubescheduler.config.k8s.io", "client.authentication.k8s.io":
		return true
	}
	return false
}

// object adds an object, or the items of a list.
func (f *File) object(doc *Node) {
	items := doc.Get("items")
	if strings.HasSuffix(doc.Get("kind").str(), "List") && items.is(List) {
		for _, item := range items.Items {
			if isObject(item) {
				f.object(item)
			}
		}
		if len(items.Items) > 0 {
			return
		}
	}
	f.Resources = append(f.Resources, kubeResource(doc))
	if holdsImages(doc) {
		f.images(doc, 0)
	}
}

func kubeResource(doc *Node) Resource {
	kind := doc.Get("kind").str()
	meta := doc.Get("metadata")
	name := meta.Get("name").lit()
	if name == "" {
		name = meta.Get("generateName").lit()
	}
	res := Resource{Type: kind, Name: name, Address: kind, Range: doc.Range, Body: doc}
	if name == "" {
		res.Aliases = []string{kind}
		return res
	}
	res.Address = kind + "/" + name
	low := strings.ToLower(kind)
	space := meta.Get("namespace").lit()
	full := space
	if full == "" {
		full = "default"
	}
	aliases := []string{name, res.Address, kind + "." + name, low + "/" + name, low + "." + name, kind + "." + full + "." + name}
	if space != "" {
		aliases = append(aliases, space+"/"+name, space+"/"+kind+"/"+name, kind+"/"+space+"/"+name)
	}
	res.Aliases = unique(aliases...)
	return res
}

// holdsImages is false for objects that only describe others: schemas, and
// policies whose patterns look like pods.
func holdsImages(doc *Node) bool {
	group, _, _ := strings.Cut(doc.Get("apiVersion").str(), "/")
	return doc.Get("kind").str() != "CustomResourceDefinition" && group != "kyverno.io" && group != "templates.gatekeeper.sh"
}

// images collects the containers of any pod template below n: the lists of the
// pod spec wherever they stand, and the single containers of Argo workflows and
// Tekton tasks.
func (f *File) images(n *Node, depth int) {
	if n == nil || depth > maxDepth {
		return
	}
	for _, e := range n.Entries {
		switch e.Key {
		case "containers", "initContainers", "ephemeralContainers", "sidecars", "steps":
			for _, c := range e.Value.Items {
				f.container(c)
			}
		case "container", "script":
			f.container(e.Value)
		}
		f.images(e.Value, depth+1)
	}
	for _, item := range n.Items {
		f.images(item, depth+1)
	}
}

func (f *File) container(c *Node) {
	image := c.Get("image")
	if !c.is(Map) || image == nil || image.Kind == Null || image.lit() == "" && image.Kind != Map {
		return
	}
	ref := image.lit()
	f.Images = append(f.Images, Image{
		Ref: ref, Line: image.Range.Start, Block: c.Range, Service: c.Get("name").lit(), Unresolved: unresolvedPart(image),
	})
}

// unresolvedPart returns what some other tool will replace before the image is
// deployed: $(params.x), ${X}, {{ x }}.
func unresolvedPart(image *Node) string {
	if image.Kind == Map {
		return "{{ }}"
	}
	for _, pair := range [][2]string{{"{{", "}}"}, {"$(", ")"}} {
		if _, after, ok := strings.Cut(image.Text, pair[0]); ok {
			inside, _, _ := strings.Cut(after, pair[1])
			return strings.TrimSpace(inside)
		}
	}
	if _, after, ok := strings.Cut(image.Text, "$"); ok {
		name := strings.TrimPrefix(after, "{")
		return cmp.Or(name[:nameLength(name)], "$"+after)
	}
	return ""
}

const kubernetesKinds = `
CONTAINER: (Pod), (Deployment), (DaemonSet), (StatefulSet), (ReplicaSet), (Job), (CronJob)
POD: Pod, (Deployment), (DaemonSet), (StatefulSet), (ReplicaSet), (Job), (CronJob)
RBAC_ROLE: Role, ClusterRole
USER: ServiceAccount
`
