package secret

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each text has secrets in it that begin with S3cr; none may be left, and what is
// no secret stays.
func TestRedactor(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"terraform":             {`  password = "S3cr et" # S3cr`, `  password = "…"`},
		"reference":             {`  password = var.db_password`, `  password = var.db_password`},
		"interpolation":         {`  secret = "${random_password.db.result}"`, `  secret = "${random_password.db.result}"`},
		"default in a variable": {`  token = "${TOKEN:-S3cr}"`, `  token = "…"`},
		"compose":               {"  RABBITMQ_DEFAULT_PASS: ${RABBITMQ_PASSWORD:?set it}\n  DB_PASS: S3cr", "  RABBITMQ_DEFAULT_PASS: ${RABBITMQ_PASSWORD:?set it}\n  DB_PASS: …"},
		"switch":                {`  manage_master_user_password = true`, `  manage_master_user_password = true`},
		"json":                  {`  "adminPassword": "S3cr",`, `  "adminPassword": "…",`},
		"json on one line":      {`{"name": "x", "apiKey": "S3cr", "b": "S3cr2"}`, `{"name": "x", "apiKey": "…"`},
		"json parameter":        {"\"adminPassword\": {\n  \"value\": \"S3cr\"\n}", "\"adminPassword\": {\n  \"value\": \"…\"\n}"},
		"terraform variable":    {"variable \"db_password\" {\n  default = \"S3cr\"\n}", "variable \"db_password\" {\n  default = \"…\"\n}"},
		"cloudformation":        {"  DbPassword:\n    Type: String\n    Default: S3cr", "  DbPassword:\n    Type: String\n    Default: …"},
		"environment":           {"- name: DB_TOKEN\n  value: S3cr\n- name: MODE\n  value: a", "- name: DB_TOKEN\n  value: …\n- name: MODE\n  value: a"},
		"dockerfile env":        {"ENV API_TOKEN S3cr\nENV SECRET=S3cr\nARG NPM_TOKEN=S3cr", "ENV API_TOKEN …\nENV SECRET=…\nARG NPM_TOKEN=…"},
		"flag":                  {"RUN tool --password S3cr", "RUN tool --password …"},
		"yaml block":            {"private_key: |\n  S3cr\n\n  S3cr2\nother: 1", "private_key: |\n  …\n\n  …\nother: 1"},
		"list item's block":     {"  - key: |\n      S3cr\n  - a", "  - key: |\n      …\n  - a"},
		"heredoc":               {"token = <<-EOT\n  S3cr\nEOT\na = 1", "token = <<-EOT\n  …\nEOT\na = 1"},
		"pem":                   {"x: |\n  -----BEGIN RSA PRIVATE KEY-----\n  S3cr\n  -----END RSA PRIVATE KEY-----\ny: 1", "x: |\n  …\n  …\n  …\ny: 1"},
		"pem on one line":       {`k = "-----BEGIN KEY-----\nS3cr\n-----END KEY-----\n"` + "\ny = 1", "k = \"…\ny = 1"},
		"kubernetes secret":     {"kind: Secret\nstringData:\n  user: S3cr\n  note: |\n    S3cr\ntype: Opaque", "kind: Secret\nstringData:\n  user: …\n  note: …\n    …\ntype: Opaque"},
		"access key":            {`x = ["AKIAIOSFODNN7EXAMPLE"]`, `x = ["…"]`},
		"long base64":           {"user: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1", "user: …"},
		"hex":                   {"a: 0123456789abcdef0123456789abcdef", "a: …"},
		"digest":                {"FROM a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "FROM a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
		"long name":             {"type: Microsoft.Network/networkSecurityGroups/securityRules2019", "type: Microsoft.Network/networkSecurityGroups/securityRules2019"},
		"snake case":            {"resource \"aws_s3_bucket_server_side_encryption_configuration\" \"a1\" {", "resource \"aws_s3_bucket_server_side_encryption_configuration\" \"a1\" {"},
		"url":                   {"repo: https://me:S3cr@git.example/a", "repo: https://…@git.example/a"},
		"header":                {"curl -H 'Authorization: Bearer S3cr-abc.def'", "curl -H 'Authorization: Bearer …'"},
		"control characters":    {"a = \"\x1b[2J\"", "a = \"\x1b[2J\""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := redacted(tt.in)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(got, "S3cr") {
				t.Error("a secret is left")
			}
		})
	}
}

func redacted(text string) string {
	var r Redactor
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = r.Line(lines[i])
	}
	return strings.Join(lines, "\n")
}

func FuzzRedactor(f *testing.F) {
	f.Add("a\nkey: |\n  x\n-----BEGIN A-----\n")
	f.Add("password = <<EOF\nx")
	f.Fuzz(func(t *testing.T, text string) {
		if got := redacted(text); strings.Count(got, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q became %q", text, got)
		}
	})
}
