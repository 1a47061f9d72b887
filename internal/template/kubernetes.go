package template

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Kubernetes is the framework of manifests.
const Kubernetes result.Framework = "kubernetes"

func kubernetes() *Language {
	return &Language{
		Framework: Kubernetes, Title: "Kubernetes", Names: dataNames(), NamesImages: true,
		sniff: sniffKubernetes, parse: parseKubernetes,
		kinds: kubernetesKinds,
	}
}

func sniffKubernetes(in *input) bool { return in.has("apiVersion") && in.has("kind") }

func parseKubernetes(in *input) (*File, *tree.SyntaxError) {
	s, err := in.documents()
	if err != nil {
		return nil, err
	}
	return objects(s.Docs, in.folder.budget)
}

// objects returns nil where no document is a Kubernetes object. Other documents
// are ignored.
func objects(docs []*tree.Node, budget *tree.Budget) (*File, *tree.SyntaxError) {
	l := newListing(budget)
	for _, doc := range docs {
		if isObject(doc) {
			l.object(doc)
		}
	}
	f, err := l.outcome()
	if err != nil || len(f.Resources) == 0 {
		return nil, err
	}
	return f, nil
}

// isObject reports whether an API server may take the document: it has a version,
// a kind, and metadata or items. The configuration files of some tools have the
// same form; they are not objects.
func isObject(doc *tree.Node) bool {
	version, kind := doc.Get("apiVersion").Str(), doc.Get("kind").Str()
	if !doc.Is(tree.Map) || kind == "" || !isVersion(version) || isToolConfig(version, kind) {
		return false
	}
	return doc.Get("metadata").Is(tree.Map) || doc.Get("items").Is(tree.List)
}

// isVersion reports whether s is a version of an API, as in v1, apps/v1 and example.com/v1beta1:
// a version may follow a group, which is a DNS subdomain or holds a variable. See
// https://kubernetes.io/docs/reference/using-api/#api-groups.
func isVersion(s string) bool { return apiVersion().MatchString(s) }

var apiVersion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([a-z0-9]([-.a-z0-9]*[a-z0-9])?/|[^/]*\$[^/]*/)?v[0-9][-a-z0-9]*$`)
})

func isToolConfig(version, kind string) bool {
	group, _, grouped := strings.Cut(version, "/")
	if !grouped {
		return kind == "Config"
	}
	switch group {
	case "skaffold", "kind.x-k8s.io", "backstage.io", "kustomize.config.k8s.io", "kubeadm.k8s.io", "eksctl.io",
		"k3d.io", "ctlptl.dev", "cli.kyverno.io", "audit.k8s.io", "apiserver.config.k8s.io", "kubelet.config.k8s.io",
		"kubeproxy.config.k8s.io", "kubescheduler.config.k8s.io", "client.authentication.k8s.io", tankaGroup:
		return true
	}
	return false
}

// object adds an object, or the items of a list object.
func (l *listing) object(doc *tree.Node) {
	items := doc.Get("items")
	if strings.HasSuffix(doc.Get("kind").Str(), "List") && items.Is(tree.List) {
		for _, item := range items.Items {
			if item = asItem(item, doc); isObject(item) {
				l.object(item)
			}
		}
		if len(items.Items) > 0 {
			return
		}
	}
	meta := doc.Get("metadata")
	if !l.room(doc.Range.Start, doc.Get("kind").Str(), meta.Get("name").Scalar(), meta.Get("generateName").Scalar(), meta.Get("namespace").Scalar()) {
		return
	}
	l.add(kubeResource(doc))
	objectImages(doc, l.addImage)
}

// asItem returns an item of a list with the kind and the version that it takes from the
// list: a Pod in a PodList need not have them.
func asItem(item, list *tree.Node) *tree.Node {
	kind, typed := strings.CutSuffix(list.Get("kind").Str(), "List")
	if !typed || kind == "" || !item.Is(tree.Map) || item.Entry("kind") != nil {
		return item
	}
	own := *item
	own.Entries = append(slices.Clip(own.Entries), tree.Entry{Key: "kind", Line: item.Range.Start, Value: &tree.Node{Kind: tree.String, Text: kind, Range: item.Range}})
	if item.Entry("apiVersion") == nil {
		own.Entries = append(own.Entries, *list.Entry("apiVersion"))
	}
	return &own
}

func kubeResource(doc *tree.Node) Resource {
	kind := doc.Get("kind").Str()
	meta := doc.Get("metadata")
	name := cmp.Or(meta.Get("name").Scalar(), meta.Get("generateName").Scalar())
	res := Resource{Type: kind, Name: name, Address: kind, Range: doc.Range, Body: doc}
	if name == "" {
		res.Aliases = []string{kind}
		return res
	}
	res.Address = kind + "/" + name
	lower := strings.ToLower(kind)
	namespace := meta.Get("namespace").Scalar()
	aliases := []string{
		name, res.Address, kind + "." + name, lower + "/" + name, lower + "." + name,
		kind + "." + cmp.Or(namespace, "default") + "." + name,
	}
	if namespace != "" {
		aliases = append(aliases, namespace+"/"+name, namespace+"/"+kind+"/"+name, kind+"/"+namespace+"/"+name)
	}
	res.Aliases = unique(aliases...)
	return res
}

const kubernetesKinds = `
CONTAINER: (Pod), (Deployment), (DaemonSet), (StatefulSet), (ReplicaSet), (Job), (CronJob)
POD: Pod, (Deployment), (DaemonSet), (StatefulSet), (ReplicaSet), (Job), (CronJob)
RBAC_ROLE: Role, ClusterRole
USER: ServiceAccount
`
