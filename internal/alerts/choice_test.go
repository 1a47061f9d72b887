package alerts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// keyValues are a good and a bad value of a key. The message about the bad one has want in it.
type keyValues struct{ good, bad, want string }

// allKeyValues has every key of every vendor.
func allKeyValues() map[string]map[string]keyValues {
	text := keyValues{"*x*", "", "must not be empty"}
	epoch := keyValues{"1683306261", "1683306261000", `must be a Unix time in seconds, got "1683306261000"`}
	rfc := keyValues{"2026-01-01T00:00:00Z", "2026-01-01", `must be a time such as 2026-01-31T12:00:00Z, got "2026-01-01"`}
	date := keyValues{"2026-01-01T10:00:00+01:00", "2026-01-01T10:00:00Z", "must be a date such as 2026-01-31"}
	region := keyValues{"eu-central-1", "eu-centrl-1", `unknown region "eu-centrl-1"; did you mean "eu-central-1"?`}
	return map[string]map[string]keyValues{
		"cloud-optix": {
			"days": {"365", "366", "must be an integer from 1 to 365, got 366"}, "size": {"50", "51", "from 1 to 50"},
			"alertType":     {"GuardDuty", "Guardduty", "did you mean \"GuardDuty\"?"},
			"providerList":  {"Azure", "Azrue", "did you mean \"Azure\"?"},
			"policyTagList": {"FEDRAMP-HIGH", "FEDRAMP-HIHG", "did you mean \"FEDRAMP-HIGH\"?"},
			"severity":      {"critical", "critcal", "did you mean \"critical\"?"},
			"states":        {"OPEN", "SUPPRESS", "must be OPEN: the gate counts open alerts only"},
			"synced-within": {"24h", "yesterday", `must be an age > 0 such as 24h or 7d, got "yesterday"`},
			"accountIds":    {"111122223333", "1,2", "must not contain commas"},
			"lastSeenFrom":  date, "lastSeenTo": date,
			"account": text, "resource": text, "rule": text, "exclude-rule": text, "exclude-id": text, "exclude-tag": text,
		},
		"zscaler-zpc": {
			"created[start]": epoch, "created[end]": epoch, "updated[start]": epoch, "updated[end]": epoch,
			"lists": {"iac", "icc", "did you mean \"iac\"?"}, "limit": {"100", "101", "from 1 to 100"},
			"cloud_account_type": {"AZURE", "AZUER", "did you mean \"AZURE\"?"},
			"risk_level":         {"CRITICAL", "CRITCAL", "did you mean \"CRITICAL\"?"},
			"alert_status":       {"OPEN", "CLOSED", "must be OPEN"},
			"regions":            {"westeurope", "westeuropa", "did you mean \"westeurope\"?"},
			"region":             region, "business_units": {"Default", "", "must not be empty"},
			"account": text, "resource": text, "rule": text, "exclude-rule": text, "exclude-id": text, "exclude-tag": text,
		},
		"palo-alto-iot": {
			"type": {"policy_alert", "policy-alert", "did you mean \"policy_alert\"?"}, "resolved": {"no", "yes", "must be no"},
			"stime": rfc, "updatedCreatedAfter": rfc, "pagelength": {"1000", "1001", "from 1 to 1000"},
			"account": text, "region": text, "resource": text, "rule": text, "exclude-rule": text, "exclude-id": text, "exclude-tag": text,
		},
		"zscaler-workflow": {
			"severity": {"MEDIUM", "MEDUIM", "did you mean \"MEDIUM\"?"}, "priority": {"CRITICAL", "CRITICL", "did you mean \"CRITICAL\"?"},
			"status": {"NEW", "RESOLVED", "must not be RESOLVED"}, "labels": {"team=shop", "team", "write labels: {LABEL: value}"},
			"startTime": rfc, "endTime": rfc, "pageSize": {"100", "101", "from 1 to 100"}, "transactionId": {"17", "1/7", "must consist of letters"},
			"engines": text, "integrationType": text, "sourceType": text, "sourceSubType": text, "incidentGroupIds": text,
			"rule": text, "exclude-rule": text, "exclude-id": text, "exclude-tag": text,
		},
		"netskope": {
			"query": {"app eq 'x'", "", "must not be empty"}, "type": {"DLP", "DPL", "did you mean \"DLP\"?"}, "acked": {"false", "true", "must be false"},
			"timeperiod": {"86400", "86401", "fix: use 3600"}, "limit": {"9999", "10000", "from 1 to 9999"},
			"starttime": epoch, "endtime": epoch, "insertionstarttime": epoch, "insertionendtime": epoch, "region": region,
			"account": text, "resource": text, "rule": text, "exclude-rule": text, "exclude-id": text, "exclude-tag": text,
		},
	}
}

// Every key of every vendor takes a value that can be, and refuses one that can't.
func TestEveryKeyOfEveryVendor(t *testing.T) {
	t.Parallel()
	for _, v := range Vendors() {
		values := allKeyValues()[v.Name]
		for _, k := range v.Keys() {
			value, ok := values[k.Name]
			delete(values, k.Name)
			if !ok || k.Values == "" {
				t.Errorf("%s: %s has no values in this test or in the help", v.Name, k.Name)
				continue
			}
			if _, err := ParseSource(entry("source", v.Name, k.Name, value.good), time.Now()); err != nil {
				t.Errorf("%s: %s: %q: %v", v.Name, k.Name, value.good, err)
			}
			_, err := ParseSource(entry("source", v.Name, k.Name, value.bad), time.Now())
			if err == nil || !strings.HasPrefix(err.Error(), k.Name+": ") || !strings.Contains(err.Error(), value.want) {
				t.Errorf("%s: %s: %q: %v, want %s", v.Name, k.Name, value.bad, err, value.want)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			t.Errorf("%s has no key %s", v.Name, name)
		}
	}
}

// A key that the alerts of a vendor can't have is refused, and the message names those that choose.
func TestKeysThatAVendorCannotHave(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"cloud-optix region":          "region can't be used: the alerts of cloud-optix have no region; fix: choose with account, exclude-id, exclude-rule, exclude-tag, resource, rule",
		"zscaler-workflow region":     "the alerts of zscaler-workflow have no region",
		"zscaler-workflow account":    "the alerts of zscaler-workflow have no account",
		"zscaler-workflow resource":   "the alerts of zscaler-workflow have no resource",
		"netskope engines":            `unknown key "engines"`,
		"netskope exclude-region":     `unknown key "exclude-region"`,
		"netskope exclude-rul":        "did you mean \"exclude-rule\"?",
		"zscaler-zpc tag":             `unknown key "tag"`,
		"zscaler-zpc regoins":         "did you mean \"regions\"?",
		"cloud-optix days_":           "did you mean \"days\"?",
		"cloud-optix exclude-":        `unknown key "exclude-"`,
		"palo-alto-iot exclude-other": `unknown key "exclude-other"`,
	} {
		name, key, _ := strings.Cut(at, " ")
		if _, err := ParseSource(entry("source", name, key, "eu-central-1"), time.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", at, err, want)
		}
	}
}

// Regions are checked as ids, as names with blanks, as zones and as patterns.
func TestRegions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"eu-central-1": "", "EU-Central-1": "", "West Europe": "", "westeurope": "", "europe-west3": "", "europe-west3-b": "", "eu-west-1c": "", "eu-*": "", "*": "",
		"global": "", "*west*": "", "eu-west-1*": "",
		"eu-west-1z": "did you mean \"eu-west-1\"?", "xx-*": "use ids such as", "ap-southeast-77": `(for a region that is newer than this program: "ap-southeast-*")`,
		"West Europa": "did you mean \"westeurope\"?", "europe-west3-": "did you mean \"europe-west3\"?",
	} {
		err := knownRegion().check([]string{"*", text})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if err := exactRegion().check([]string{"eu-*"}); err == nil || err.Error() != `must be regions, got the pattern "eu-*"; fix: write it as region` {
		t.Errorf("a pattern for the service: %v", err)
	}
}

func TestNewerThan(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"7d": true, "36h": true, "2026-01-31T12:00:00Z": true, "2026-01-31T12:00:00.5+01:00": true,
		"2999-01-31T12:00:00Z": false, "0d": false, "-5h": false, "2026-01-31": false, "yesterday": false, "": false,
	} {
		if _, err := ParseSource(entry("source", "netskope", "newer-than", text), time.Now()); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ParseSource(entry("source", "netskope", "newer-than", "3d", "older-than", "7d"), time.Now()); err == nil || !strings.Contains(err.Error(), "no alert can be as old as older-than says and as new as newer-than says") {
		t.Errorf("an entry that can choose nothing: %v", err)
	}
}

// A free text that no alert has is a fault; so is an empty list of a service for one.
func TestUnmatchedTexts(t *testing.T) {
	t.Parallel()
	alerts := `{"alerts":[{"alert_id":1,"severity":"LOW","cloud_resource":{"resource_region":"eu-west-1","resource_id":"logs"},"policy":{"policy_id":"r-1"}}],"total_count":1}`
	for name, tt := range map[string]struct {
		entry []string
		body  string
		want  string // the reason, or else the choice
	}{
		"all":                    {nil, alerts, "1 read, 1 chosen"},
		"a region without any":   {[]string{"region", "us-*"}, alerts, "1 read, 0 chosen, 1 left out by region"},
		"a resource":             {[]string{"resource", "lgos"}, alerts, `resource: none of the 1 open alerts has "lgos"; a mistyped value would leave out what is meant`},
		"one of two":             {[]string{"resource", "logs|lgos"}, alerts, `resource: none of the 1 open alerts has "lgos"`},
		"a rule":                 {[]string{"rule", "r-2"}, alerts, `rule: none of the 1 open alerts has "r-2"`},
		"an account":             {[]string{"account", "2"}, alerts, `account: none of the 1 open alerts has "2"`},
		"allowed":                {[]string{"resource", "lgos", "allow-none", "true"}, alerts, "1 read, 0 chosen, 1 left out by resource"},
		"not allowed":            {[]string{"resource", "lgos", "allow-none", "false"}, alerts, "resource: none"},
		"an exclusion":           {[]string{"exclude-rule", "r-2"}, alerts, "1 read, 1 chosen"},
		"no alerts":              {[]string{"resource", "lgos"}, `{"alerts":[],"total_count":0}`, "0 read, 0 chosen"},
		"a business unit":        {[]string{"business_units", "Sandbxo"}, `{"alerts":[],"total_count":0}`, `business_units: the service returns no alert for "Sandbxo", nor would it for a mistyped value`},
		"an allowed unit":        {[]string{"business_units", "Sandbxo", "allow-none", "true"}, `{"alerts":[],"total_count":0}`, "0 read, 0 chosen"},
		"a unit that has alerts": {[]string{"business_units", "Default"}, alerts, "1 read, 1 chosen"},
		"a region of a service":  {[]string{"regions", "us-east-1"}, `{"alerts":[],"total_count":0}`, "0 read, 0 chosen"},
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "1", fixed("/cloud", tt.body))
			row, _ := read(t.Context(), t, o, append([]string{"source", "zscaler-zpc", "lists", "cloud"}, tt.entry...)...)
			got := row.Reason
			if row.Status == result.Answered {
				got = row.Choice.String()
			}
			if !strings.Contains(got, tt.want) || row.Status != result.Answered && row.Cause != result.CauseUnmatched {
				t.Errorf("%s: %s: %s, want %s", name, row.Status, got, tt.want)
			}
			if row.Cause == result.CauseUnmatched && row.Fix != "correct it; if it may match no alert, set allow-none: true in the source's entry" {
				t.Errorf("%s: fix %q", name, row.Fix)
			}
		})
	}
}

// drawAlerts draws alerts whose traits may be missing.
func drawAlerts(t *rapid.T) []alert {
	text := rapid.SampledFrom([]string{"", "a", "b", "ab"})
	texts := rapid.SliceOfN(text, 0, 3)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) alert {
		a := alert{
			account: text.Draw(t, "account"), region: text.Draw(t, "region"), rule: text.Draw(t, "rule"), id: text.Draw(t, "id"),
			resources: texts.Draw(t, "resources"), count: rapid.IntRange(0, 3).Draw(t, "count"),
			more: map[string][]string{traitTag: texts.Draw(t, "tags"), "engines": texts.Draw(t, "engines")},
		}
		if age := rapid.IntRange(0, 5).Draw(t, "age"); age > 0 {
			a.first = day(10 - age)
		}
		return a
	}), 0, 20).Draw(t, "alerts")
}

// drawMatcher draws a matcher with up to some criteria.
func drawMatcher(t *rapid.T) matcher {
	keys := []string{traitAccount, traitRegion, traitResource, traitRule, excluding + traitRule, excluding + traitID, excluding + traitTag, "engines"}
	m := matcher{
		olderThan: time.Duration(rapid.IntRange(0, 4).Draw(t, "older")) * 24 * time.Hour,
		newerThan: Since{age: time.Duration(rapid.IntRange(0, 4).Draw(t, "newer")) * 24 * time.Hour},
	}
	for range rapid.IntRange(0, 4).Draw(t, "criteria") {
		key := rapid.SampledFrom(keys).Draw(t, "key")
		patterns := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "*b", "c", "*"}), 1, 2).Draw(t, "patterns")
		m.criteria = append(m.criteria, criterion{key: key, trait: strings.TrimPrefix(key, excluding), patterns: patterns})
	}
	return m
}

// An alert is left out only by a key whose trait it has; a further criterion never chooses more;
// and each alert is counted once.
func TestChoiceProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all, m, now := drawAlerts(t), drawMatcher(t), day(10)
		chosen, choice := m.choose(all, now)
		sum := choice.Chosen
		for _, l := range choice.LeftOut {
			sum += l.Count
		}
		read := 0
		for _, a := range all {
			read += max(1, a.count)
			key := m.leftOutBy(a, now)
			isTime := key == keyOlderThan || key == keyNewerThan
			if key != "" && !isTime && len(a.texts(strings.TrimPrefix(key, excluding))) == 0 || isTime && a.first.IsZero() {
				t.Errorf("%+v is left out by %s", a, key)
			}
		}
		if read != choice.Read || sum != read {
			t.Errorf("%s: %d alerts", choice, read)
		}
		more := m
		more.criteria = slices.Concat(drawMatcher(t).criteria, m.criteria)
		fewer, _ := more.choose(all, now)
		for _, a := range fewer {
			if !slices.ContainsFunc(chosen, func(b alert) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
				t.Errorf("%+v is chosen by more criteria alone", a)
			}
		}
	})
}
