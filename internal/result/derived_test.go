package result

import (
	"bytes"
	"strings"
	"testing"
)

// What follows from other fields must follow from them in a file, too.
func TestDerivedFieldsMustFollow(t *testing.T) {
	t.Parallel()
	whole := encoded(t, rich()).String()
	for want, change := range map[string][2]string{
		`findings[0].path: must be that of the first location, which is "infra/main.tf", got "x.tf"`: {`"path": "infra/main.tf",` + "\n      \"line\"", `"path": "x.tf",` + "\n      \"line\""},
		"findings[0].line: must be that of the first location, which is 3, got 4":                    {`"line": 3,` + "\n      \"fix\"", `"line": 4,` + "\n      \"fix\""},
		"findings[0].blocking: must be true by the stamp":                                            {`"blocking": true`, `"blocking": false`},
		"verdict.counts.low: must be set, and >= 0":                                                  {`"low": 0,`, ""},
	} {
		changed := strings.Replace(whole, change[0], change[1], 1)
		if changed == whole {
			t.Errorf("no %q in\n%s", change[0], whole)
		}
		if _, err := Decode(strings.NewReader(changed)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	other := bytes.ReplaceAll([]byte(whole), []byte("Fix what the finding"), []byte("Correct what the finding"))
	if r, err := Decode(bytes.NewReader(other)); err != nil || r.Findings[0].Derived != nil {
		t.Errorf("the wording of another version: %v", err)
	}
}

func TestRemedy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f    Finding
		want string
	}{
		{Finding{Kind: KindIaC, Details: "a\nRemediation: Close the port."}, "Close the port."},
		{Finding{Kind: KindIaC, Details: "see remediation: none"}, "Fix what the finding describes, then scan again."},
		{Finding{Kind: KindImage}, "Build from a newer tag of the image"},
		{Finding{Kind: KindChecks}, "The resource is live in the cloud"},
	} {
		if got := c.f.Remedy(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %q: got %q", c.f.Kind, c.f.Details, got)
		}
	}
}
