package alerts

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// Every filter that the texts document is known, and checked before anything is
// sent.
func TestFilters(t *testing.T) {
	t.Parallel()
	tests := []struct {
		entry string // source, then key=value, ...
		want  string // part of the error; "" for none
	}{
		{"cloud-optix days=1", ""},
		{"cloud-optix days=365", ""},
		{"cloud-optix days=0", `days: "0" is no whole number from 1 to 365`},
		{"cloud-optix days=366", "from 1 to 365"},
		{"cloud-optix days=ten", "from 1 to 365"},
		{"cloud-optix days=1 lastSeenFrom=2026-01-01", "days and lastSeenFrom/lastSeenTo exclude each other"},
		{"cloud-optix lastSeenFrom=2026-01-01 lastSeenTo=2026-01-02T10:00:00+01:00", ""},
		{"cloud-optix lastSeenFrom=2026-01-01+01:00", ""},
		{"cloud-optix lastSeenFrom=2026-01-02 lastSeenTo=2026-01-01", "lastSeenFrom must come before lastSeenTo"},
		{"cloud-optix lastSeenTo=2026-01-01T10:00:00Z", "is no date"},
		{"cloud-optix lastSeenTo=2026-1-1", "is no date"},
		{"cloud-optix lastSeenTo=01/02/2026", "is no date"},
		{"cloud-optix alertType=Anomaly", ""},
		{"cloud-optix alertType=IaC", "is none of Policy, Anomaly, GuardDuty"},
		{"cloud-optix alertType=Policy|Anomaly", "must be a single value"},
		{"cloud-optix providerList=AWS|Azure", ""},
		{"cloud-optix providerList=GCP", "is none of AWS, Azure"},
		{"cloud-optix policyTagList=FEDRAMP-HIGH|PCI", ""},
		{"cloud-optix policyTagList=pci", "is none of"},
		{"cloud-optix accountIds=1|2", ""},
		{"cloud-optix accountIds=1,2", "without commas"},
		{"cloud-optix states=OPEN", ""},
		{"cloud-optix states=SUPPRESS", "can only be OPEN"},
		{"cloud-optix severity=critical|high", ""},
		{"cloud-optix severity=CRITICAL", "is none of low"},
		{"cloud-optix size=50", ""},
		{"cloud-optix size=51", "from 1 to 50"},
		{"cloud-optix page=2", "reads all pages by itself"},
		{"cloud-optix api-key=x", "come from the environment alone: SCANGATE_API_KEY"},
		{"cloud-optix dayz=3", `unknown key "dayz"`},

		{"zscaler-zpc created[start]=1683306261 created[end]=1683306262", ""},
		{"zscaler-zpc created[start]=1683306261 created[end]=1683306261", "created[start] must come before created[end]"},
		{"zscaler-zpc created[start]=1683306261000", "is no time in seconds"},
		{"zscaler-zpc updated[start]=2026-01-01", "is no time in seconds"},
		{"zscaler-zpc cloud_account_type=AWS|GCP|AZURE|KUBERNETES regions=us-east-1 business_units=Default risk_level=CRITICAL", ""},
		{"zscaler-zpc cloud_account_type=aws", "is none of AWS"},
		{"zscaler-zpc alert_status=OPEN lists=iac limit=100", ""},
		{"zscaler-zpc alert_status=CLOSED", "can only be OPEN"},
		{"zscaler-zpc limit=101", "from 1 to 100"},
		{"zscaler-zpc offset=3", "can't be set"},
		{"zscaler-zpc url=https://x.example", "SCANGATE_ZSCALER_ZPC_URL, SCANGATE_ZSCALER_ZPC_API_KEY"},

		{"palo-alto-iot type=policy_alert resolved=no stime=2021-10-06T07:00:00Z updatedCreatedAfter=2021-10-06T07:00:00.123Z pagelength=1000", ""},
		{"palo-alto-iot stime=2021-10-6T07:00Z", "is no time"},
		{"palo-alto-iot resolved=yes", "can only be no"},
		{"palo-alto-iot pagelength=1001", "from 1 to 1000"},
		{"palo-alto-iot type=other", "is none of policy_alert"},
		{"palo-alto-iot customerid=acme", "come from the environment alone"},

		{"zscaler-workflow severity=HIGH|LOW priority=CRITICAL status=NEW startTime=2026-01-01T00:00:00Z endTime=2026-02-01T00:00:00Z labels=team=shop", ""},
		{"zscaler-workflow severity=CRITICAL", "is none of HIGH"},
		{"zscaler-workflow status=RESOLVED", "the gate counts what is open"},
		{"zscaler-workflow startTime=2026-03-01T00:00:00Z endTime=2026-02-01T00:00:00Z", "startTime must come before endTime"},
		{"zscaler-workflow transactionId=16786974353299200003|SVDP-17 engines=GLBA integrationType=ZscalerDLP sourceType=x sourceSubType=y incidentGroupIds=4", ""},
		{"zscaler-workflow transactionId=../search", "is no transaction id"},
		{"zscaler-workflow transactionId=17 severity=HIGH", "leave out severity, priority"},
		{"zscaler-workflow pageSize=101", "from 1 to 100"},

		{"netskope query=x type=DLP acked=false limit=9999 starttime=1 endtime=2", ""},
		{"netskope timeperiod=86400", ""},
		{"netskope timeperiod=86401", "is none of 3600"},
		{"netskope timeperiod=86400 starttime=3", "exclude each other"},
		{"netskope starttime=1 insertionendtime=3", "exclude each other"},
		{"netskope acked=true", "can only be false"},
		{"netskope limit=10000", "from 1 to 9999"},
		{"netskope unsorted=true", "can't be put together"},
		{"netskope token=abc", "come from the environment alone"},

		{"cloud-optix max=critical=0|high=3 older-than=7d name=prod", ""},
		{"cloud-optix max=5", `"5": write max: {critical: 0`},
		{"cloud-optix max=urgent=5", "unknown severity"},
		{"cloud-optix max=high=-1", "no whole number"},
		{"cloud-optix max=high=1|HIGH=2", "high is given twice"},
		{"cloud-optix older-than=week", "is no age"},
		{"cloud-optix older-than=0d", "is no age"},
		{"cloud-optix severity-map=2=high|weird=low", ""},
		{"cloud-optix severity-map=2=urgent", "unknown severity"},
		{"sentinel", `unknown source "sentinel": use cloud-optix, zscaler-zpc, palo-alto-iot, zscaler-workflow, netskope`},
	}
	for _, tt := range tests {
		t.Run(tt.entry, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(tt.entry)
			pairs := []string{"source", words[0]}
			for _, w := range words[1:] {
				key, value, _ := strings.Cut(w, "=")
				pairs = append(pairs, key, value)
			}
			_, err := ParseSource(entry(pairs...))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			var field *FieldError
			if err != nil && !errors.As(err, &field) {
				t.Errorf("the error is %T", err)
			}
		})
	}
}

func TestChecksAreChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"name=a search=AWS_S3":                                    "",
		"name=a search=AWS_S3 max=3 size=10000 severity=low":      "",
		"name=a search=AWS_S3 filters=region=eu,us;isPublic=true": "",
		"search=AWS_S3":                         "name is missing",
		"name=a":                                "search is missing",
		"name=a search=S3":                      "did you mean AWS_S3?",
		"name=a search=aws_s3":                  "did you mean AWS_S3?",
		"name=a search=BUCKETS":                 "keys look like AWS_S3",
		"name=a search=AWS_S3 max=-1":           "max:",
		"name=a search=AWS_S3 max=critical=0":   "max:",
		"name=a search=AWS_S3 size=10001":       "from 1 to 10000",
		"name=a search=AWS_S3 filters=isPublic": "FIELD=VALUE",
		"name=a search=AWS_S3 page=2":           `unknown key "page"`,
	} {
		var pairs []string
		for _, w := range strings.Fields(text) {
			key, value, _ := strings.Cut(w, "=")
			pairs = append(pairs, key, value)
		}
		_, err := ParseCheck(entry(pairs...))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

func TestSearchKeysOfTheReference(t *testing.T) {
	t.Parallel()
	keys := optix.SearchKeys()
	seen := map[string]bool{}
	for _, key := range keys {
		seen[key] = true
	}
	if len(keys) != 86 || len(seen) != 86 {
		t.Errorf("%d keys, %d different; the reference has 86", len(keys), len(seen))
	}
	for _, key := range []string{"ALERT", "AWS_S3", "AZURE_VIRTUAL_NETWORK", "GCP_VPC", "NATIVE_SERVICE", "IMAGE_SCAN_DETAILS", "IMAGE_REGISTRY"} {
		if !seen[key] {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestChoice(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	a := alert{account: "111122223333", accountName: "Prod", region: "eu-central-1", resource: "arn:aws:s3:::logs/x", rule: "ZS-1", summary: "S3 is public", first: now.Add(-8 * 24 * time.Hour)}
	for name, tt := range map[string]struct {
		c    choice
		want bool
	}{
		"all":            {choice{}, true},
		"old enough":     {choice{olderThan: 7 * 24 * time.Hour}, true},
		"too young":      {choice{olderThan: 9 * 24 * time.Hour}, false},
		"account":        {choice{accounts: []string{"other", "1111*"}}, true},
		"account's name": {choice{accounts: []string{"prod"}}, true},
		"other account":  {choice{accounts: []string{"1111"}}, false},
		"region":         {choice{regions: []string{"eu-*"}}, true},
		"other region":   {choice{regions: []string{"us-*"}}, false},
		"resource":       {choice{resources: []string{"*:s3:*logs*"}}, true},
		"other resource": {choice{resources: []string{"*:s3:*logs"}}, false},
		"rule's id":      {choice{rules: []string{"zs-1"}}, true},
		"rule's words":   {choice{rules: []string{"*public"}}, true},
		"both":           {choice{rules: []string{"*public"}, regions: []string{"us-*"}}, false},
	} {
		if got := tt.c.takes(a, now); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !(choice{olderThan: time.Hour}).takes(alert{}, now) {
		t.Error("an alert of unknown age is not counted")
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	l := commonLevels().with(levels{"2": result.Medium, "strange": result.Unknown})
	got := map[string]result.Severity{}
	for _, w := range []string{"CRITICAL", "High", " med ", "low", "Info", "2", "unknown", "", "3", "strange"} {
		got[w] = l.of(w)
	}
	want := map[string]result.Severity{
		"CRITICAL": result.Critical, "High": result.High, " med ": result.Medium, "low": result.Low, "Info": result.Info, "2": result.Medium,
		"unknown": result.Unknown, "": result.Unknown, "3": result.Unknown, "strange": result.Unknown,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if sev, word := l.first("", "odd", "HIGH"); sev != result.High || word != "HIGH" {
		t.Errorf("first: %s %q", sev, word)
	}
	if sev, word := l.first("strange", "HIGH"); sev != result.Unknown || word != "strange" {
		t.Errorf("a word that is mapped to unknown: %s %q", sev, word)
	}
	if sev, word := l.worst("unknown", "low", "HIGH", "med"); sev != result.High || word != "HIGH" {
		t.Errorf("worst: %s %q", sev, word)
	}
	if sev, word := l.worst("", "7"); sev != result.Unknown || word != "7" {
		t.Errorf("worst of none: %s %q", sev, word)
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"1683306261": "2023-05-05T17:04:21Z", "1683306261000": "2023-05-05T17:04:21Z", "1683306261000000": "2023-05-05T17:04:21Z",
		"2020-05-12T01:23:10.630Z": "2020-05-12T01:23:10Z", "2020-05-08 14:22:27 (UTC)": "2020-05-08T14:22:27Z", "0": "", "-5": "", "soon": "", "": "",
		"9999999999999999999": "", "999999999999999999": "",
	} {
		got := ""
		if m := moment(in); !m.IsZero() {
			got = m.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
