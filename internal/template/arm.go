package template

import (
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// ARM is the framework of Azure Resource Manager templates.
const ARM result.Framework = "arm"

func arm() Language {
	return Language{
		Framework: ARM, Title: "ARM", Names: []string{".json", ".template"},
		sniff: sniffARM, parse: parseARM,
		kinds:  armKinds,
		clouds: []cloudPrefix{{"microsoft.", "azure"}},
	}
}

func sniffARM(in *input) certainty {
	if in.hasKey("$schema") && (in.has("eploymentTemplate.json") || in.has("eploymentParameters.json")) {
		return certain
	}
	return unlikely
}

// parseARM returns nil where $schema names neither a deployment template nor its
// parameters.
func parseARM(in *input) (*File, *SyntaxError) {
	doc, err := in.document()
	if err != nil || !doc.is(Map) {
		return nil, err
	}
	schema, _, _ := strings.Cut(strings.ToLower(doc.Get("$schema").str()), "#")
	switch {
	case strings.HasSuffix(schema, "deploymentparameters.json"):
		return &File{Role: RoleHelper}, nil
	case strings.HasSuffix(schema, "deploymenttemplate.json"):
		f := &File{Role: RoleTemplate}
		f.armResources(doc.Get("resources"), newARMScope(doc, nil), armParent{}, 0)
		return f, nil
	}
	return nil, nil
}

func mapEntries(n *Node) []Entry {
	if !n.is(Map) {
		return nil
	}
	return n.Entries
}

// armParent is the resource around a nested one; empty at the top.
type armParent struct{ typ, name string }

// armResources adds resources in both of their forms: a list, and since
// language version 2.0 an object whose keys are symbolic names.
func (f *File) armResources(n *Node, scope *armScope, parent armParent, depth int) {
	if n == nil || depth > maxDepth {
		return
	}
	for _, item := range n.Items {
		f.armResource(Entry{Line: item.Range.Start, Value: item}, scope, parent, depth)
	}
	for _, e := range mapEntries(n) {
		f.armResource(e, scope, parent, depth)
	}
}

// armResource adds a resource and those inside of it; the key of e is its
// symbolic name, or empty.
func (f *File) armResource(e Entry, scope *armScope, parent armParent, depth int) {
	n := e.Value
	typ := n.Get("type").str()
	if !n.is(Map) || typ == "" {
		return
	}
	raw := n.Get("name").lit()
	name := scope.text(raw)
	short := name
	if parent.typ != "" && !strings.HasPrefix(strings.ToLower(typ), strings.ToLower(parent.typ)+"/") {
		typ, name = parent.typ+"/"+typ, parent.name+"/"+name
	}
	last := name[strings.LastIndexByte(name, '/')+1:]
	f.Resources = append(f.Resources, Resource{
		Type: typ, Name: name, Address: typ + "/" + name, Range: entryRange(e), Body: scope.eval(n, 0),
		Aliases: unique(name, typ+"/"+name, typ+"."+name, e.Key, short, raw, typ+"/"+raw, strings.Trim(raw, "[]"), last),
	})
	f.armResources(n.Get("resources"), scope, armParent{typ, name}, depth+1)
	if inner := n.Get("properties", "template"); inner != nil && strings.EqualFold(typ, "Microsoft.Resources/deployments") {
		f.armResources(inner.Get("resources"), newARMScope(inner, scope), armParent{}, depth+1)
	}
}

// armScope holds the parameters and variables of a template.
type armScope struct {
	parameters map[string]*Node
	variables  map[string]*Node
	budget     *int
}

// newARMScope takes the declarations of a template in; a nested one sees those
// of the outer template too, as its expressions do by default.
func newARMScope(doc *Node, outer *armScope) *armScope {
	s := &armScope{parameters: map[string]*Node{}, variables: map[string]*Node{}}
	if outer != nil {
		s.budget = outer.budget
		for k, v := range outer.parameters {
			s.parameters[k] = v
		}
		for k, v := range outer.variables {
			s.variables[k] = v
		}
	} else {
		budget := maxNodes
		s.budget = &budget
	}
	for _, p := range mapEntries(doc.Get("parameters")) {
		if def := p.Value.Get("defaultValue"); def != nil {
			s.parameters[strings.ToLower(p.Key)] = def
		} else {
			delete(s.parameters, strings.ToLower(p.Key))
		}
	}
	for _, v := range mapEntries(doc.Get("variables")) {
		s.variables[strings.ToLower(v.Key)] = v.Value
	}
	return s
}

// spend takes from the budget that all templates of a file share.
func (s *armScope) spend(n int) bool {
	*s.budget -= n
	return *s.budget >= 0
}

// eval copies a tree with its expressions replaced; what can't be known is
// Unknown with the expression as its text.
func (s *armScope) eval(n *Node, depth int) *Node {
	if depth > maxDepth || !s.spend(1) {
		return &Node{Kind: Unknown, Text: n.Text, Range: n.Range}
	}
	if n.Kind == String {
		return s.value(n)
	}
	out := &Node{Kind: n.Kind, Text: n.Text, Range: n.Range}
	for _, item := range n.Items {
		out.Items = append(out.Items, s.eval(item, depth+1))
	}
	for _, e := range n.Entries {
		out.Entries = append(out.Entries, Entry{e.Key, e.Line, s.eval(e.Value, depth+1)})
	}
	return out
}

func (s *armScope) value(n *Node) *Node {
	source, ok := armExpression(n.Text)
	if !ok {
		text := n.Text
		if strings.HasPrefix(text, "[[") {
			text = text[1:]
		}
		return &Node{Kind: String, Text: text, Range: n.Range}
	}
	p := &armParser{src: source, scope: s}
	v := p.expression(0)
	if v == nil || p.rest() != "" || !s.spend(v.size(maxNodes)) {
		return &Node{Kind: Unknown, Text: n.Text, Range: n.Range}
	}
	return v.moved(n.Range)
}

// text evaluates a string, and returns it as it is where that can't be done.
func (s *armScope) text(raw string) string {
	if v, ok := s.value(&Node{Kind: String, Text: raw}).Literal(); ok {
		return v
	}
	return raw
}

// armExpression returns the inside of [ ]; a string that begins with [[ is a
// literal.
func armExpression(text string) (string, bool) {
	if len(text) < 2 || text[0] != '[' || text[1] == '[' || text[len(text)-1] != ']' {
		return "", false
	}
	return text[1 : len(text)-1], true
}

const armKinds = `
ACTIVITY_LOG: Microsoft.Insights/logProfiles, Microsoft.Insights/activityLogAlerts
APP_SERVICE: Microsoft.Web/sites
CLUSTER: Microsoft.ContainerService/managedClusters
COSMOS_DB: Microsoft.DocumentDB/databaseAccounts
DB: Microsoft.Sql/servers, Microsoft.DBforPostgreSQL/servers, Microsoft.DBforMySQL/servers
FUNCTION: Microsoft.Web/sites
HOST: Microsoft.Compute/virtualMachines
IOT_HUB: Microsoft.Devices/IotHubs
KEY_VAULT: Microsoft.KeyVault/vaults
LOGIC_APP: Microsoft.Logic/workflows
NETWORK_SECURITY_GROUP: Microsoft.Network/networkSecurityGroups
SQL_SERVER: Microsoft.Sql/servers
STORAGE_ACCOUNT: Microsoft.Storage/storageAccounts
VIRTUAL_NETWORK: Microsoft.Network/virtualNetworks
`
