package report

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// withLikely is the sample with its bucket on the first line of the resource, and a likely line.
func withLikely() *result.Result {
	r := sample()
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Fingerprint == "f-bucket" {
			f.Placement = result.PlacedResource
			f.Locations[0].Line, f.Locations[0].Likely = 1, 3
		}
	}
	return r
}

// Every format that shows places shows the likely line, and none in place of the certain one.
func TestLikelyLine(t *testing.T) {
	t.Parallel()
	for format, want := range map[string][]string{
		Console:     {"--> infra/main.tf:1", "3 | ", "^ likely\n"},
		Markdown:    {"    >    1 | resource", "    ?    3 | "},
		HTML:        {`<mark class="here">resource`, `<mark class="likely" title="this line may hold the fault">`},
		Annotations: {"::error file=infra/main.tf,line=1,", "%0Alikely line 3: acl = \"public-read\"\n"},
		JUnit:       {`likely line 3: acl = "public-read"`},
		CSV:         {"infra/main.tf,1,3,"},
		GitLabSAST:  {`"name":"Likely line"`, `"value":"3: acl = \"public-read\""`},
		SARIF:       {`Likely at [infra/main.tf:3](1).`, `"text":"This line may hold the fault."`},
		SARIFFull:   {`"text":"This line may hold the fault."`},
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			got, without := write(t, format, withLikely(), Options{}), write(t, format, sample(), Options{})
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("%q is missing in:\n%s", w, got)
				}
			}
			for _, w := range want[len(want)-1:] {
				if strings.Contains(without, w) {
					t.Errorf("a finding without a likely line has one in:\n%s", without)
				}
			}
		})
	}
}
