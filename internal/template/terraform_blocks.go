package template

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// tfNameKeys are the attributes whose value a report may use as the name of a
// resource.
func tfNameKeys() []string {
	return []string{
		"bucket", "name", "identifier", "cluster_identifier", "function_name", "family", "cluster_name",
		"db_name", "domain", "domain_name", "queue_name", "table_name", "role_name", "user_name", "group_name",
		"account_id", "replication_group_id", "cluster_id", "key_name", "repository", "secret_id", "display_name",
		"resource_group_name_prefix", "bucket_prefix", "name_prefix",
	}
}

// list lists the blocks of a native file.
func (m *module) list(l *listing, f *terraformFile) *tree.SyntaxError {
	e := &evaluator{mod: m, src: f.content}
	for i := range f.pieces {
		body, err := f.pieces[i].parse(f.path)
		if err != nil {
			return err
		}
		for _, b := range body.Blocks {
			e.listBlock(l, b)
		}
		if l.err != nil {
			return l.err
		}
	}
	return nil
}

func (e *evaluator) listBlock(l *listing, b *hclsyntax.Block) {
	if b.Type == "locals" {
		e.listLocals(l, b)
		return
	}
	r := blockRange(b)
	if typ, name, ok := blockName(b.Type, b.Labels); ok && l.room(r.Start, typ, name) {
		l.add(tfResource(typ, name, r, e.body(b.Body, r)))
	}
}

// listLocals makes a resource of each local value.
func (e *evaluator) listLocals(l *listing, b *hclsyntax.Block) {
	body := e.body(&hclsyntax.Body{Attributes: b.Body.Attributes}, blockRange(b))
	for _, entry := range body.Entries {
		if !l.room(entry.Line, entry.Key) {
			return
		}
		r := result.Range{Start: entry.Line, End: max(entry.Line, b.Body.Attributes[entry.Key].SrcRange.End.Line)}
		l.add(tfResource("local", entry.Key, r, &tree.Node{Kind: tree.Map, Range: r, Entries: []tree.Entry{entry}}))
	}
}

// blockName returns the type and name of a top-level block. It returns false for
// blocks that no finding can refer to: terraform, moved, import, check.
func blockName(block string, labels []string) (typ, name string, ok bool) {
	if slices.Contains(labels, "") {
		return "", "", false
	}
	switch {
	case block == "resource" && len(labels) == 2:
		return labels[0], labels[1], true
	case (block == "data" || block == "ephemeral") && len(labels) == 2:
		return block + "." + labels[0], labels[1], true
	case (block == "module" || block == "variable" || block == "output" || block == "provider") && len(labels) == 1:
		return block, labels[0], true
	}
	return "", "", false
}

func tfResource(typ, name string, r result.Range, body *tree.Node) Resource {
	res := Resource{Type: typ, Name: name, Address: typ + "." + name, Range: r, Body: body}
	switch typ {
	case "variable":
		res.Address = "var." + name
		res.Aliases = unique(name, res.Address, "variable."+name)
		return res
	case "output", "local":
		res.Aliases = unique(name, res.Address)
		return res
	case "provider":
		alias := body.Get("alias").Str()
		if alias != "" {
			res.Address += "." + alias
		}
		res.Aliases = unique(name, res.Address, alias)
		return res
	}
	aliases := append([]string{name, res.Address}, body.Strs(tfNameKeys()...)...)
	aliases = append(aliases, body.Get("tags", "Name").Str(), body.Get("metadata", "name").Str())
	res.Aliases = unique(aliases...)
	return res
}
