package rules

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// folder is what the files of one folder of a submission hold together: names
// of resources and values of variables count within it.
type folder struct {
	resources []*resource
}

// resource is a resource and where it stands.
type resource struct {
	template.Resource
	// root is what conditions look at: the body, or an Ansible module's arguments.
	root *tree.Node
	file string
	// ref is the shortest text that names it within its file.
	ref string
	// dynamic holds the lines of its file on which dynamic blocks begin.
	dynamic map[int]bool
}

// parse reads the files of a submission, folder by folder. Those that are no
// template are passed over.
func parse(files []File) ([]*folder, error) {
	byFolder := map[string][]template.Source{}
	var names []string
	for _, f := range files {
		name := path.Dir(f.Path)
		if byFolder[name] == nil {
			names = append(names, name)
		}
		byFolder[name] = append(byFolder[name], template.Source{Path: f.Path, Content: f.Content})
	}
	folders := make([]*folder, len(names))
	for i, name := range names {
		var err error
		if folders[i], err = parseFolder(byFolder[name]); err != nil {
			return nil, err
		}
	}
	return folders, nil
}

func parseFolder(sources []template.Source) (*folder, error) {
	all := &folder{}
	for i, parsed := range template.ParseFolder(sources) {
		if parsed.Err != nil {
			return nil, fmt.Errorf("unable to parse template: %w", parsed.Err)
		}
		if parsed.File != nil && parsed.File.Role == template.RoleTemplate {
			all.add(parsed.File, sources[i].Content)
		}
	}
	return all, nil
}

func (all *folder) add(f *template.File, content []byte) {
	named := map[string]int{}
	for _, r := range f.Resources {
		named[r.Name]++
	}
	dynamic := dynamicLines(content)
	for _, r := range f.Resources {
		res := &resource{Resource: r, root: r.Body, file: f.Path, ref: r.Name, dynamic: dynamic}
		if f.Language.Framework == template.Ansible {
			res.root = r.Body.Get(r.Type)
		}
		if f.Language.Framework == template.Kubernetes || r.Name == "" || named[r.Name] > 1 {
			res.ref = r.Address
		}
		if !foreign(f.Language.Framework, r.Body) && !switchedOff(res.root) {
			all.resources = append(all.resources, res)
		}
	}
}

// foreign reports whether a Kubernetes object is of somebody's own kind, which
// may share its name with one that the rules know.
func foreign(f result.Framework, body *tree.Node) bool {
	version, _ := body.Get("apiVersion").Literal()
	group, _, grouped := strings.Cut(version, "/")
	return f == template.Kubernetes && grouped && strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io")
}

// dynamicLines finds Terraform's dynamic blocks: the parsed tree shows their
// content as if it were there once.
func dynamicLines(content []byte) map[int]bool {
	var lines map[int]bool
	n := 0
	for line := range bytes.Lines(content) {
		n++
		if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("dynamic ")) {
			if lines == nil {
				lines = map[int]bool{}
			}
			lines[n] = true
		}
	}
	return lines
}

// switchedOff reports whether nothing is made of a resource: Terraform's count
// is 0 or its for_each empty, ARM's condition is false, Ansible removes it.
func switchedOff(body *tree.Node) bool {
	for key, off := range map[string]string{"count": "0", "condition": "false", "state": "absent"} {
		if text, ok := body.Get(key).Literal(); ok && text == off {
			return true
		}
	}
	each := body.Get("for_each")
	if each == nil {
		return false
	}
	return each.Kind == tree.List && len(each.Items) == 0 || each.Kind == tree.Map && len(each.Entries) == 0
}

// present says whether the folder has a resource of one of the types.
func (all *folder) present(types []string) truth {
	return truthOf(slices.ContainsFunc(all.resources, func(r *resource) bool {
		return slices.Contains(types, r.Type)
	}))
}
