package alerts

import (
	"testing"
	"time"
)

func TestMatcher(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	a := alert{account: "111122223333", accountName: "Prod", region: "eu-central-1", resource: "arn:aws:s3:::logs/x", rule: "ZS-1", summary: "S3 is public", first: now.Add(-8 * 24 * time.Hour)}
	for name, tt := range map[string]struct {
		m    matcher
		want bool
	}{
		"all":            {matcher{}, true},
		"old enough":     {matcher{olderThan: 7 * 24 * time.Hour}, true},
		"too young":      {matcher{olderThan: 9 * 24 * time.Hour}, false},
		"account":        {matcher{accounts: []string{"other", "1111*"}}, true},
		"account's name": {matcher{accounts: []string{"prod"}}, true},
		"other account":  {matcher{accounts: []string{"1111"}}, false},
		"region":         {matcher{regions: []string{"eu-*"}}, true},
		"other region":   {matcher{regions: []string{"us-*"}}, false},
		"resource":       {matcher{resources: []string{"*:s3:*logs*"}}, true},
		"other resource": {matcher{resources: []string{"*:s3:*logs"}}, false},
		"rule's id":      {matcher{rules: []string{"zs-1"}}, true},
		"rule's words":   {matcher{rules: []string{"*public"}}, true},
		"both":           {matcher{rules: []string{"*public"}, regions: []string{"us-*"}}, false},
	} {
		if got := tt.m.matches(a, now); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !(matcher{olderThan: time.Hour}).matches(alert{}, now) {
		t.Error("an alert of unknown age is not counted")
	}
}
