package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// folder is the resources of one folder of a submission. Names of resources and
// values of variables are known within a folder.
type folder struct {
	resources  []*resource
	types      map[string]bool // of the resources
	companions map[companionsKey]*companions
}

func newFolder() *folder {
	return &folder{types: map[string]bool{}, companions: map[companionsKey]*companions{}}
}

// resource is a resource of a template and its place.
type resource struct {
	template.Resource
	// root is what conditions are evaluated on: the body, or the arguments of an
	// Ansible module.
	root *tree.Node
	file string
	// ref is the shortest text that identifies it in its file.
	ref string
}

// parse reads the files of a submission by folder.
func parse(files []File) ([]*folder, error) {
	byFolder := map[string][]template.RawFile{}
	var names []string
	for _, f := range files {
		name := path.Dir(f.Path)
		if byFolder[name] == nil {
			names = append(names, name)
		}
		byFolder[name] = append(byFolder[name], template.RawFile{Path: f.Path, Content: f.Content})
	}
	folders := make([]*folder, len(names))
	for i, name := range names {
		folders[i] = newFolder()
		for _, parsed := range template.ParseFolder(byFolder[name]) {
			if parsed.Err != nil {
				return nil, fmt.Errorf("unable to parse template: %w", parsed.Err)
			}
			if parsed.File != nil && parsed.File.Role == template.RoleTemplate {
				folders[i].add(parsed.File)
			}
		}
	}
	return folders, nil
}

// add adds the resources of a file that the rules can be evaluated on.
func (f *folder) add(file *template.File) {
	named := map[string]int{}
	for _, r := range file.Resources {
		named[r.Name]++
	}
	language := file.Language.Framework
	for _, r := range file.Resources {
		res := &resource{Resource: r, root: r.Body, file: file.Path, ref: r.Name}
		if language == template.Ansible {
			res.root = r.Body.Get(r.Type)
		}
		if language == template.Kubernetes || r.Name == "" || named[r.Name] > 1 {
			res.ref = r.Address
		}
		if isCustom := language == template.Kubernetes && hasCustomGroup(r.Body); !isCustom && !isDisabled(res.root) {
			f.resources = append(f.resources, res)
			f.types[res.Type] = true
		}
	}
}

// hasCustomGroup reports whether a Kubernetes object is of a custom resource. Its
// kind may have the name of a kind that the rules know.
func hasCustomGroup(body *tree.Node) bool {
	group, _, grouped := strings.Cut(body.Get("apiVersion").Scalar(), "/")
	return grouped && strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io")
}

// isDisabled reports whether a resource is not created: Terraform's count is 0 or
// its for_each empty, ARM's condition is false, Ansible's state is absent.
func isDisabled(body *tree.Node) bool {
	for key, off := range map[string]string{"count": "0", "condition": "false", "state": "absent"} {
		if body.Get(key).Scalar() == off {
			return true
		}
	}
	each := body.Get("for_each")
	return each.Is(tree.List) && len(each.Items) == 0 || each.Is(tree.Map) && len(each.Entries) == 0
}

// present says whether the folder has a resource of one of the types.
func (f *folder) present(types []string) truth {
	return truthOf(slices.ContainsFunc(types, func(typ string) bool { return f.types[typ] }))
}
