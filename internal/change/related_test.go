package change

import (
	"testing"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

func folder(files ...string) []template.RawFile {
	var all []template.RawFile
	for i := 0; i < len(files); i += 2 {
		f := template.RawFile{Path: files[i]}
		if files[i+1] != "" {
			f.Content = []byte(files[i+1])
		}
		all = append(all, f)
	}
	return all
}

const logsTF = `resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"
}
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
}
`

func TestRelatedAlerts(t *testing.T) {
	t.Parallel()
	const account = "281281281281"
	templates := map[string][]template.RawFile{
		"named":    folder("s3/main.tf", logsTF),
		"variable": folder("s3/main.tf", "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"${var.env}-logs\"\n}\n", "s3/v.tf", "variable \"env\" {}\n"),
		"known":    folder("s3/main.tf", "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"${var.env}-logs\"\n}\n", "s3/v.tf", "variable \"env\" {\n  default = \"acme\"\n}\n"),
		"role":     folder("main.tf", "resource \"aws_iam_role\" \"a\" {\n  name = \"deployer\"\n}\n"),
		"instance": folder("main.tf", "resource \"aws_instance\" \"a\" {\n  ami = \"ami-1\"\n}\n"),
		"module":   folder("main.tf", "module \"a\" {\n  source = \"./a\"\n  name = \"x\"\n}\n"),
		"account":  folder("main.tf", "resource \"aws_iam_role\" \"a\" {\n  name = \"x\"\n  permissions_boundary = \"arn:aws:iam::"+account+":policy/p\"\n}\n"),
		"cfn":      folder("s.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Logs:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: acme-logs}\n"),
		"broken":   folder("main.tf", "resource \"aws_s3_bucket\" {"),
		"not sent": folder("main.bicep", ""),
		"azure":    folder("a.tf", "resource \"azurerm_storage_account\" \"a\" {\n  name = \"acmestore\"\n}\n"),
		"none":     nil,
	}
	logs := result.Finding{Resource: "arn:aws:s3:::acme-logs"}
	other := result.Finding{Resource: "arn:aws:s3:::acme-other/key", Cloud: &result.Cloud{Account: account}}
	tests := map[string]struct {
		alert   result.Finding
		related []string
	}{
		"a bucket":     {logs, []string{"named", "variable", "cfn", "module", "broken", "not sent"}},
		"another one":  {other, []string{"variable", "known", "module", "account", "broken", "not sent"}},
		"case":         {result.Finding{Resource: "ARN:aws:s3:::Acme-Logs"}, []string{"named", "cfn", "variable", "known", "module", "broken", "not sent"}},
		"second one":   {result.Finding{Resource: other.Resource, Resources: []string{other.Resource, logs.Resource}}, []string{"named", "cfn"}},
		"a role":       {result.Finding{Resource: "arn:aws:iam::1:role/deployer"}, []string{"role"}},
		"another role": {result.Finding{Resource: "arn:aws:iam::1:role/auditor"}, []string{"module", "broken", "not sent"}},
		"an instance":  {result.Finding{Resource: "arn:aws:ec2:eu-west-1:1:instance/i-0abc"}, []string{"instance", "variable"}},
		"a name alone": {result.Finding{Resource: "acme-logs"}, []string{"named", "cfn"}},
		"azure":        {result.Finding{Resource: "/subscriptions/0-1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acmestore"}, []string{"azure"}},
		"a sentence":   {result.Finding{Resource: "S3 bucket 'acme-logs' has no versioning."}, []string{"named", "cfn"}},
		"another's":    {result.Finding{Resource: "Bucket 'acme-1' of 'x' has no name."}, []string{"module", "instance"}},
		"account":      {result.Finding{Resource: "arn:aws:iam::" + account + ":role/auditor"}, []string{"account"}},
		"no resource":  {result.Finding{}, []string{"named", "role", "none"}},
	}
	unrelated := map[string][]string{
		"a bucket":     {"role", "azure", "none"},
		"another one":  {"named", "cfn", "role", "none"},
		"second one":   {"role", "azure"},
		"a role":       {"named", "cfn"},
		"another role": {"named", "role", "azure"},
		"an instance":  {"named", "role", "cfn", "azure", "none"},
		"a name alone": {"role", "azure", "none"},
		"azure":        {"named", "role"},
		"another's":    {"named", "cfn"},
		"account":      {"named", "role", "azure"},
	}
	for name, tt := range tests {
		for _, folder := range tt.related {
			if files, ok := templates[folder]; ok && leftOut(tt.alert, files) {
				t.Errorf("%s: %s: is left out, must count", name, folder)
			}
		}
		for _, folder := range unrelated[name] {
			if !leftOut(tt.alert, templates[folder]) {
				t.Errorf("%s: %s: counts, must be left out", name, folder)
			}
		}
	}
}

// leftOut reports whether an alert of a source that asks for it is left out.
func leftOut(f result.Finding, files []template.RawFile) bool {
	f.Target = "alerts:a"
	found := []result.Finding{f, f}
	found[1].Target = "alerts:b"
	MarkUnrelated(found, map[string]bool{"alerts:a": true}, [][]template.RawFile{files})
	if found[1].Unrelated {
		panic("an alert of another source is left out")
	}
	return found[0].Unrelated
}
