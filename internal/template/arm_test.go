package template

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/template/tree"
	"github.com/scangate/scangate/internal/template/tree/treetest"
)

const armTemplate = `{
  // a comment
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "parameters": {
    "prefix": {"type": "string", "defaultValue": "Acme"},
    "size": {"type": "int"}
  },
  "variables": {
    "account": "[toLower(concat(parameters('prefix'), 'logs'))]",
    "net": {"name": "vnet"},
    "loop": "[variables('loop')]"
  },
  "resources": [
    {
      "type": "Microsoft.Storage/storageAccounts",
      "name": "[variables('account')]",
      "properties": {"https": true, "size": "[parameters('size')]", "text": "[[literal]"},
      "resources": [
        {"type": "blobServices/containers", "name": "default/public",}
      ]
    },
    {
      "type": "Microsoft.Network/virtualNetworks",
      "name": "[format('{0}-{1}', variables('net').name, 1)]"
    },
    {"type": "Microsoft.Web/sites", "name": "[uniqueString(resourceGroup().id)]"},
    {
      "type": "Microsoft.Resources/deployments",
      "name": "nested",
      "properties": {
        "template": {
          "parameters": {"prefix": {"type": "string"}},
          "resources": [
            {"type": "Microsoft.Sql/servers", "name": "[variables('net').name]"},
            {"type": "Microsoft.Sql/servers", "name": "[parameters('prefix')]"}
          ]
        }
      }
    }
  ]
}
`

func TestARM(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "azuredeploy.json", armTemplate)
	want := lines(
		"14-21 Microsoft.Storage/storageAccounts Microsoft.Storage/storageAccounts/acmelogs",
		"19-19 Microsoft.Storage/storageAccounts/blobServices/containers Microsoft.Storage/storageAccounts/blobServices/containers/acmelogs/default/public",
		"22-25 Microsoft.Network/virtualNetworks Microsoft.Network/virtualNetworks/vnet-1",
		"26-26 Microsoft.Web/sites Microsoft.Web/sites/[uniqueString(resourceGroup().id)]",
		"27-39 Microsoft.Resources/deployments Microsoft.Resources/deployments/nested",
		"34-34 Microsoft.Sql/servers Microsoft.Sql/servers/vnet",
		"35-35 Microsoft.Sql/servers Microsoft.Sql/servers/[parameters('prefix')]")
	if diff := cmp.Diff(want, resourceList(f)); diff != "" {
		t.Error(diff)
	}
	account := f.Resources[0]
	for _, alias := range []string{"acmelogs", "Microsoft.Storage/storageAccounts/acmelogs", "[variables('account')]", "variables('account')"} {
		if !strings.Contains("\n"+strings.Join(account.Aliases, "\n")+"\n", "\n"+alias+"\n") {
			t.Errorf("alias %s is missing in %q", alias, account.Aliases)
		}
	}
	if got := treetest.Text(account.Body.Get("properties")); got != `{https:true size:<[parameters('size')]> text:"[literal]"}` {
		t.Errorf("properties = %s", got)
	}
}

func TestARMSymbolicNames(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "main.json", lines(
		`{"$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json",`,
		` "languageVersion": "2.0",`,
		` "resources": {`,
		`  "logs": {`,
		`   "type": "Microsoft.Storage/storageAccounts", "name": "x"`,
		`  }`,
		` }}`))
	if diff := cmp.Diff("4-6 Microsoft.Storage/storageAccounts Microsoft.Storage/storageAccounts/x\n", resourceList(f)); diff != "" {
		t.Error(diff)
	}
	if got := strings.Join(f.Resources[0].Aliases, " "); !strings.Contains(got, " logs") {
		t.Errorf("aliases %s", got)
	}
}

func TestARMParameters(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "p.json", `{"$schema": "https://x/2019-04-01/deploymentParameters.json#", "parameters": {"a": {"value": 1}, "b": {"reference": {}}}}`)
	if f.Role != RoleHelper {
		t.Errorf("role %d, want that of a helper", f.Role)
	}
}

func TestARMExpressions(t *testing.T) {
	t.Parallel()
	doc, serr := tree.ReadJSON(armTemplate, 1, tree.NewBudget(0))
	if serr != nil {
		t.Fatal(serr)
	}
	scope := newARMScope(doc, tree.NewBudget(0))
	for in, want := range map[string]string{
		"plain":                                    "plain",
		"[parameters('PREFIX')]":                   "Acme",
		"[concat('it''s ', 'x')]":                  "it's x",
		"[ concat ( 'a' , string(1) ) ]":           "a1",
		"[toUpper('a')]":                           "A",
		"[variables('net').name]":                  "vnet",
		"[variables('net').none]":                  "[variables('net').none]",
		"[variables('loop')]":                      "[variables('loop')]",
		"[parameters('size')]":                     "[parameters('size')]",
		"[concat('a'":                              "[concat('a'",
		"[concat('a') extra]":                      "[concat('a') extra]",
		"[concat('a]":                              "[concat('a]",
		"[concat('a' 'b')]":                        "[concat('a' 'b')]",
		"[resourceGroup().location]":               "[resourceGroup().location]",
		"[" + strings.Repeat("concat(", 200) + "]": "[" + strings.Repeat("concat(", 200) + "]",
		"[]":   "[]",
		"[[x]": "[x]",
	} {
		if got := scope.text(in); got != want {
			t.Errorf("%s = %s, want %s", in, got, want)
		}
	}
}

// Variables that double each other become Unknown before memory is exhausted.
func TestARMExpansionIsBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"$schema": "x/deploymentTemplate.json#", "variables": {"a": "xxxxxxxxxxxxxxxx"`)
	for c := 'b'; c <= 'z'; c++ {
		prev := "variables('" + string(c-1) + "')"
		b.WriteString(`, "` + string(c) + `": "[concat(` + strings.Repeat(prev+", ", 9) + prev + `)]"`)
	}
	b.WriteString(`}, "resources": [{"type": "t/x", "name": "[variables('t')]"}]}`)
	f := mustParse(t, "a.json", b.String())
	if got := f.Resources[0].Name; got != "[variables('t')]" {
		t.Errorf("a name of %d bytes", len(got))
	}
}
