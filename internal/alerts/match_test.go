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
	a := alert{account: "111122223333", accountName: "Prod", region: "eu-central-1", resource: "arn:aws:s3:::logs/x", rule: "ZS-1", summary: "S3 is public", id: "A-1", more: map[string][]string{traitTag: {"team:shop"}}, first: now.Add(-8 * 24 * time.Hour)}
	by := func(key string, patterns ...string) matcher {
		return matcher{criteria: []criterion{{key: key, trait: strings.TrimPrefix(key, excluding), patterns: patterns}}}
	}
	for name, tt := range map[string]struct {
		m    matcher
		want bool
	}{
		"all":                     {matcher{}, true},
		"old enough":              {matcher{olderThan: 7 * 24 * time.Hour}, true},
		"just old enough":         {matcher{olderThan: 8 * 24 * time.Hour}, true},
		"too young":               {matcher{olderThan: 9 * 24 * time.Hour}, false},
		"new enough":              {matcher{newerThan: Since{age: 9 * 24 * time.Hour}}, true},
		"just new enough":         {matcher{newerThan: Since{age: 8 * 24 * time.Hour}}, true},
		"too old":                 {matcher{newerThan: Since{age: 7 * 24 * time.Hour}}, false},
		"after a time":            {matcher{newerThan: Since{at: now.Add(-8 * 24 * time.Hour)}}, true},
		"before a time":           {matcher{newerThan: Since{at: now.Add(-time.Hour)}}, false},
		"middle only":             {by("resource", "*s3*logs*"), true},
		"wrong order":             {by("resource", "*logs*s3*"), false},
		"twice the text":          {by("region", "eu-*eu-*"), false},
		"prefix overlaps the end": {by("region", "eu-central-1*1"), false},
		"account":                 {by("account", "other", "1111*"), true},
		"account's name":          {by("account", "prod"), true},
		"other account":           {by("account", "1111"), false},
		"region":                  {by("region", "eu-*"), true},
		"other region":            {by("region", "us-*"), false},
		"resource":                {by("resource", "*:s3:*logs*"), true},
		"other resource":          {by("resource", "*:s3:*logs"), false},
		"rule's id":               {by("rule", "zs-1"), true},
		"rule's words":            {by("rule", "*public"), true},
		"a part right after":      {by("region", "eu-*central*-*1"), true},
		"a part twice":            {by("region", "e*u*u*1"), false},
		"both":                    {matcher{criteria: append(by("rule", "*public").criteria, by("region", "us-*").criteria...)}, false},
		"excluded rule":           {by("exclude-rule", "other", "s3*"), false},
		"excluded, other":         {by("exclude-rule", "other"), true},
		"excluded id":             {by("exclude-id", "A-1"), false},
		"excluded tag":            {by("exclude-tag", "team:*"), false},
		"no such trait":           {by("engines", "GLBA"), true},
	} {
		if got := tt.m.leftOutBy(a, now) == ""; got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !(matcher{}).all() || (matcher{olderThan: 1}).all() || (matcher{newerThan: Since{age: 1}}).all() || by("account", "a").all() || by("exclude-rule", "a").all() {
		t.Error("a matcher without parts chooses all alerts, and no other does")
	}
	for _, m := range []matcher{{olderThan: time.Hour}, {newerThan: Since{age: time.Hour}}, by("account", "a"), by("region", "a"), by("resource", "a"), by("rule", "a"), by("exclude-rule", "a"), by("exclude-tag", "*"), by("exclude-id", "*")} {
		if key := m.leftOutBy(alert{}, now); key != "" {
			t.Errorf("an alert without the trait is left out by %s", key)
		}
	}
}

// A new resource joins an old alert: what is new since a deployment may be in it.
func TestNewResourceOfAnOldAlert(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	m := matcher{newerThan: Since{age: time.Hour}}
	old := alert{first: now.Add(-240 * time.Hour)}
	if m.leftOutBy(old, now) != keyNewerThan {
		t.Error("an old alert is chosen")
	}
	old.joined = now
	if m.leftOutBy(old, now) != "" {
		t.Error("an alert with a new resource is left out")
	}
}

// A pattern is compared with every affected resource, and with the parts of NAME(ID).
func TestResourcesOfAnAlert(t *testing.T) {
	t.Parallel()
	a := alert{resource: "logs(arn:aws:s3:::logs)", resources: []string{"logs(arn:aws:s3:::logs)", "media", "one\ntwo (i-2)"}}
	for pattern, want := range map[string]bool{
		"logs": true, "arn:aws:s3:::logs": true, "logs(arn*": true, "media": true, "one": true, "two": true, "i-2": true, "two (i-2)": true,
		"three": false, "arn": false,
	} {
		if got := matchAny([]string{pattern}, a.texts(traitResource)); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
	a.resources = append(a.resources, "")
	if got := a.texts(traitResource); got != nil {
		t.Errorf("an alert with a resource that has no name has the resources %q", got)
	}
}

// Every choice is counted, and every alert once.
func TestCountsOfAChoice(t *testing.T) {
	t.Parallel()
	m := mustSource(t, "source", "zscaler-zpc", "account", "1", "region", "eu-*").matcher
	chosen, choice := m.choose([]alert{
		{account: "1", region: "eu-west-1"}, {account: "1", region: "us-east-1"}, {account: "2", region: "us-east-1"},
		{account: "2"}, {account: "2"}, {count: 7}, {},
	}, time.Time{})
	if got := choice.String(); got != "13 read, 9 chosen, 3 left out by account, 1 left out by region" || len(chosen) != 3 {
		t.Errorf("%s, %d alerts", got, len(chosen))
	}
}

// What an entry selects is applied to the alerts of every vendor.
func TestSelection(t *testing.T) {
	t.Parallel()
	item := func(id int, account, region, resource, rule string) string {
		return fmt.Sprintf(`{"alert_id":%d,"severity":"LOW","cloud_account":{"account_id":%q},"cloud_resource":{"resource_id":%q,"resource_region":%q},"policy":{"policy_id":%q}}`, id, account, resource, region, rule)
	}
	items := strings.Join([]string{item(1, "a", "eu-west-1", "logs", "r-1"), item(2, "b", "eu-west-1", "media", "r-1"), item(3, "a", "us-east-1", "logs", "r-2")}, ",")
	for name, tt := range map[string]struct {
		entry []string
		want  string
	}{
		"all":         {nil, "1 2 3"},
		"account":     {[]string{"account", "a"}, "1 3"},
		"region":      {[]string{"region", "e*"}, "1 2"},
		"resource":    {[]string{"resource", "media"}, "2"},
		"rule":        {[]string{"rule", "r-2"}, "3"},
		"two of them": {[]string{"account", "a", "region", "eu-west-1"}, "1"},
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "1", fixed("/cloud", `{"alerts":[`+items+`],"total_count":3}`))
			row, found := read(t.Context(), t, o, append([]string{"source", "zscaler-zpc", "lists", "cloud"}, tt.entry...)...)
			var ids []string
			for _, f := range found {
				ids = append(ids, f.InCloud().AlertID)
			}
			if got := strings.Join(ids, " "); got != tt.want || row.Status != result.Answered {
				t.Errorf("%s: %s, %q, want %q", name, row.Status, got, tt.want)
			}
		})
	}
}
