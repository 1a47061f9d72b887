package template

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// ARM is the framework of Azure Resource Manager templates.
const ARM result.Framework = "arm"

func arm() *Language {
	return &Language{
		Framework: ARM, Title: "ARM", Names: dataNames(),
		sniff: sniffARM, parse: parseARM,
		kinds:  armKinds,
		clouds: []cloudPrefix{{"microsoft.", "azure"}},
	}
}

func sniffARM(in *input) bool {
	return in.has("$") && in.hasFold("$schema") && (in.hasFold("deploymenttemplate.json") || in.hasFold("deploymentparameters.json"))
}

// parseARM returns nil where $schema names neither a deployment template nor its
// parameters.
func parseARM(in *input) (*File, *tree.SyntaxError) {
	doc, err := in.documentThat(hasSchema("deploymenttemplate.json"))
	if err != nil {
		return nil, err
	}
	if doc != nil {
		l := newListing(in.folder.budget)
		l.armResources(getFold(doc, "resources"), newARMScope(doc, l.budget), armParent{}, 0)
		return l.outcome()
	}
	doc, err = in.documentThat(hasSchema("deploymentparameters.json"))
	if err != nil || doc == nil {
		return nil, err
	}
	return &File{Role: RoleHelper}, nil
}

// hasSchema reports whether the $schema of a document ends in a text in lower case, before
// its fragment.
func hasSchema(end string) func(*tree.Node) bool {
	return func(doc *tree.Node) bool {
		schema, _, _ := strings.Cut(strings.ToLower(getFold(doc, "$schema").Str()), "#")
		return strings.HasSuffix(schema, end)
	}
}

// getFold is Get for a key in any case.
func getFold(doc *tree.Node, key string) *tree.Node {
	for _, e := range doc.Pairs() {
		if strings.EqualFold(e.Key, key) {
			return e.Value
		}
	}
	return nil
}

// armParent is the resource around a nested one; empty at the top.
type armParent struct{ typ, name string }

// armResources adds resources in both of their forms: a list, and since
// language version 2.0 an object whose keys are symbolic names.
func (l *listing) armResources(n *tree.Node, scope *armScope, parent armParent, depth int) {
	if n == nil || depth > tree.MaxDepth {
		return
	}
	for _, item := range n.Items {
		l.armResource(tree.Entry{Line: item.Range.Start, Value: item}, scope, parent, depth)
	}
	for _, e := range n.Pairs() {
		l.armResource(e, scope, parent, depth)
	}
}

// armResource adds a resource and the resources in it. The key of e is the
// symbolic name, if there is one.
func (l *listing) armResource(e tree.Entry, scope *armScope, parent armParent, depth int) {
	n := e.Value
	typ := n.Get("type").Str()
	if !n.Is(tree.Map) || typ == "" {
		return
	}
	raw := n.Get("name").Scalar()
	name := scope.text(raw)
	if !l.room(e.Line, typ, raw, raw, name, e.Key, parent.typ, parent.name) {
		return
	}
	short := name
	if parent.typ != "" && !strings.HasPrefix(strings.ToLower(typ), strings.ToLower(parent.typ)+"/") {
		typ, name = parent.typ+"/"+typ, parent.name+"/"+name
	}
	l.add(Resource{
		Type: typ, Name: name, Address: typ + "/" + name, Range: e.Range(), Body: scope.eval(n),
		Aliases: unique(slices.Concat([]string{name, typ + "/" + name, typ + "." + name, e.Key, short}, scope.armNames(typ, name, raw))...),
	})
	l.armResources(n.Get("resources"), scope, armParent{typ, name}, depth+1)
	if inner := n.Get("properties", "template"); inner != nil && strings.EqualFold(typ, "Microsoft.Resources/deployments") {
		l.armResources(inner.Get("resources"), scope.nested(inner), armParent{}, depth+1)
	}
}

// armNames are the names that a report may use for a resource besides its full one:
// the expression as it is written, with or without blanks, that of the variable it
// stands for, and the last part, alone and with the last part of the type.
func (s *armScope) armNames(typ, name, raw string) []string {
	last := lastARMName(name)
	names := []string{last, typ[strings.LastIndexByte(typ, '/')+1:] + "/" + last}
	for _, text := range unique(raw, s.definition(raw)) {
		tight := WithoutBlanks(text)
		names = append(names, text, typ+"/"+text, tight, typ+"/"+tight, strings.Trim(text, "[]"), strings.Trim(tight, "[]"))
	}
	return names
}

// lastARMName is the last part of a name: default for store/default, and for an
// expression that ends in '/default').
func lastARMName(name string) string {
	if source, ok := armExpression(name); ok {
		source = strings.TrimRight(source, " )")
		literal, ok := strings.CutSuffix(source, "'")
		if !ok {
			return ""
		}
		name = literal[strings.LastIndexByte(literal, '\'')+1:]
	}
	return name[strings.LastIndexByte(name, '/')+1:]
}

// definition returns the expression of the variable that an expression names, ""
// for every other one.
func (s *armScope) definition(raw string) string {
	source, _ := armExpression(raw)
	inner, isVariable := strings.CutPrefix(strings.TrimSpace(source), "variables('")
	name, whole := strings.CutSuffix(inner, "')")
	if !isVariable || !whole {
		return ""
	}
	return s.variable(name).Str()
}

// WithoutBlanks removes the blanks of an ARM expression outside its strings. Other
// texts stay as they are.
func WithoutBlanks(text string) string {
	if _, ok := armExpression(text); !ok {
		return text
	}
	parts := strings.Split(text, "'")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], " ", "")
	}
	return strings.Join(parts, "'")
}

// armScope holds the parameters and variables of a template, by lower-case name.
type armScope struct {
	parameters map[string]*tree.Node
	variables  map[string]*tree.Node
	outer      *armScope    // of the template around a nested one
	budget     *tree.Budget // for new texts
	steps      *tree.Budget // of all templates of a file
	copies     *tree.Budget // see maxCopies
}

func newARMScope(doc *tree.Node, budget *tree.Budget) *armScope {
	s := &armScope{parameters: map[string]*tree.Node{}, variables: map[string]*tree.Node{}, budget: budget, steps: tree.NewSteps(maxEval), copies: tree.NewSteps(maxCopies)}
	for _, p := range doc.Get("parameters").Pairs() {
		s.parameters[strings.ToLower(p.Key)] = p.Value.Get("defaultValue")
	}
	for _, v := range doc.Get("variables").Pairs() {
		s.variables[strings.ToLower(v.Key)] = v.Value
	}
	return s
}

// nested returns the scope of a template inside that of s. It also sees the
// declarations of s, as ARM's default scope does.
func (s *armScope) nested(doc *tree.Node) *armScope {
	inner := newARMScope(doc, s.budget)
	inner.outer, inner.steps, inner.copies = s, s.steps, s.copies
	return inner
}

// parameter returns the default of a parameter, nil if there is none.
func (s *armScope) parameter(name string) *tree.Node {
	for name = strings.ToLower(name); s != nil; s = s.outer {
		if n, ok := s.parameters[name]; ok {
			return n
		}
	}
	return nil
}

// variable returns a variable, nil if there is none.
func (s *armScope) variable(name string) *tree.Node {
	for name = strings.ToLower(name); s != nil; s = s.outer {
		if n, ok := s.variables[name]; ok {
			return n
		}
	}
	return nil
}

// eval copies a tree with its expressions replaced. What can't be known is
// Unknown with the expression as its text.
func (s *armScope) eval(n *tree.Node) *tree.Node {
	return n.Rewrite(s.budget, func(n *tree.Node) *tree.Node {
		if n.Kind != tree.String {
			return n
		}
		return s.value(n)
	})
}

// value returns the value of a string, Unknown if that can't be known. A string
// that begins with [[ is a literal that begins with [.
func (s *armScope) value(n *tree.Node) *tree.Node {
	source, ok := armExpression(n.Text)
	switch {
	case !ok && strings.HasPrefix(n.Text, "[["):
		return &tree.Node{Kind: tree.String, Text: n.Text[1:], Range: n.Range}
	case !ok:
		return n
	}
	before := *s.budget
	v := (&armParser{src: source, scope: s}).evaluate()
	*s.budget = before // nothing of the evaluation is kept but its value
	if v == nil || !s.copies.Spend(v.Size(s.copies.Left()+2)-1) {
		return n.AsUnknown()
	}
	s.budget.Spend(1 + len(v.Text)/tree.BytesPerValue)
	return v.At(n.Range)
}

// text evaluates a string, and returns it as written if its value is not known.
func (s *armScope) text(raw string) string {
	if v, ok := s.value(&tree.Node{Kind: tree.String, Text: raw}).Literal(); ok {
		return v
	}
	return raw
}

// armExpression returns the inside of [ ], false if the text is not an expression.
func armExpression(text string) (source string, ok bool) {
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
