package alerts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

func TestMatcher(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	a := alert{account: "111122223333", accountName: "Prod", region: "eu-central-1", resource: "arn:aws:s3:::logs/x", rule: "ZS-1", summary: "S3 is public", first: now.Add(-8 * 24 * time.Hour)}
	for name, tt := range map[string]struct {
		m    matcher
		want bool
	}{
		"all":                     {matcher{}, true},
		"old enough":              {matcher{olderThan: 7 * 24 * time.Hour}, true},
		"just old enough":         {matcher{olderThan: 8 * 24 * time.Hour}, true},
		"too young":               {matcher{olderThan: 9 * 24 * time.Hour}, false},
		"middle only":             {matcher{resources: []string{"*s3*logs*"}}, true},
		"wrong order":             {matcher{resources: []string{"*logs*s3*"}}, false},
		"twice the text":          {matcher{regions: []string{"eu-*eu-*"}}, false},
		"prefix overlaps the end": {matcher{regions: []string{"eu-central-1*1"}}, false},
		"account":                 {matcher{accounts: []string{"other", "1111*"}}, true},
		"account's name":          {matcher{accounts: []string{"prod"}}, true},
		"other account":           {matcher{accounts: []string{"1111"}}, false},
		"region":                  {matcher{regions: []string{"eu-*"}}, true},
		"other region":            {matcher{regions: []string{"us-*"}}, false},
		"resource":                {matcher{resources: []string{"*:s3:*logs*"}}, true},
		"other resource":          {matcher{resources: []string{"*:s3:*logs"}}, false},
		"rule's id":               {matcher{rules: []string{"zs-1"}}, true},
		"rule's words":            {matcher{rules: []string{"*public"}}, true},
		"a part right after":      {matcher{regions: []string{"eu-*central*-*1"}}, true},
		"a part twice":            {matcher{regions: []string{"e*u*u*1"}}, false},
		"both":                    {matcher{rules: []string{"*public"}, regions: []string{"us-*"}}, false},
	} {
		if got := tt.m.matches(a, now); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !(matcher{}).all() || (matcher{olderThan: 1}).all() || (matcher{accounts: []string{"a"}}).all() || (matcher{rules: []string{"a"}}).all() {
		t.Error("a matcher without parts selects all alerts, and no other does")
	}
	if !(matcher{olderThan: time.Hour}).matches(alert{}, now) {
		t.Error("an alert of unknown age is not counted")
	}
}

// What an entry selects is applied to the alerts of every vendor.
func TestSelection(t *testing.T) {
	t.Parallel()
	item := func(id int, account, region, resource, rule string) string {
		return fmt.Sprintf(`{"alert_id":%d,"severity":"LOW","cloud_account":{"account_id":%q},"cloud_resource":{"resource_id":%q,"resource_region":%q},"policy":{"policy_id":%q}}`, id, account, resource, region, rule)
	}
	items := strings.Join([]string{item(1, "a", "eu", "logs", "r-1"), item(2, "b", "eu", "media", "r-1"), item(3, "a", "us", "logs", "r-2")}, ",")
	for name, tt := range map[string]struct {
		entry []string
		want  string
	}{
		"all":         {nil, "1 2 3"},
		"account":     {[]string{"account", "a"}, "1 3"},
		"region":      {[]string{"region", "e*"}, "1 2"},
		"resource":    {[]string{"resource", "media"}, "2"},
		"rule":        {[]string{"rule", "r-2|r-3"}, "3"},
		"two of them": {[]string{"account", "a", "region", "eu"}, "1"},
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "1", fixed("/cloud", `{"alerts":[`+items+`],"total_count":3}`))
			row, found := read(t.Context(), t, o, append([]string{"source", "zscaler-zpc", "lists", "cloud"}, tt.entry...)...)
			var ids []string
			for _, f := range found {
				ids = append(ids, f.AlertID)
			}
			if got := strings.Join(ids, " "); got != tt.want || row.Status != result.Answered {
				t.Errorf("%s: %s, %q, want %q", name, row.Status, got, tt.want)
			}
		})
	}
}
