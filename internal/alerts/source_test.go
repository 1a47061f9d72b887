package alerts

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// Every documented filter is accepted, and checked before anything is sent.
func TestFilters(t *testing.T) {
	t.Parallel()
	tests := []struct {
		entry string // source, then key=value, ...
		want  string // part of the error; "" for none
	}{
		{"cloud-optix days=1", ""},
		{"cloud-optix days=365", ""},
		{"cloud-optix days=0", `days: must be an integer from 1 to 365, got 0`},
		{"cloud-optix days=366", "from 1 to 365"},
		{"cloud-optix days=ten", "from 1 to 365"},
		{"cloud-optix days=1 lastSeenFrom=2026-01-01", "days can't be combined with lastSeenFrom or lastSeenTo"},
		{"cloud-optix lastSeenFrom=2026-01-01 lastSeenTo=2026-01-02T10:00:00+01:00", ""},
		{"cloud-optix lastSeenFrom=2026-01-01+01:00", ""},
		{"cloud-optix lastSeenFrom=2026-01-02 lastSeenTo=2026-01-01", "lastSeenFrom must be before lastSeenTo"},
		{"cloud-optix lastSeenTo=2026-01-01T10:00:00Z", "must be a date such as 2026-01-31"},
		{"cloud-optix lastSeenTo=2026-1-1", "must be a date such as 2026-01-31"},
		{"cloud-optix lastSeenTo=01/02/2026", "must be a date such as 2026-01-31"},
		{"cloud-optix alertType=Anomaly", ""},
		{"cloud-optix alertType=IaC", `unknown value "IaC"; fix: use Policy, Anomaly, GuardDuty`},
		{"cloud-optix alertType=Policy|Anomaly", "must be a single value"},
		{"cloud-optix providerList=AWS|Azure", ""},
		{"cloud-optix providerList=GCP", "fix: use AWS, Azure"},
		{"cloud-optix policyTagList=FEDRAMP-HIGH|PCI", ""},
		{"cloud-optix policyTagList=pci", "fix: use Avid"},
		{"cloud-optix accountIds=1|2", ""},
		{"cloud-optix accountIds=1,2", "must not contain commas"},
		{"cloud-optix states=OPEN", ""},
		{"cloud-optix states=SUPPRESS", "must be OPEN"},
		{"cloud-optix severity=critical|high", ""},
		{"cloud-optix severity=critical|high max=high=1|unknown=3", ""},
		{"cloud-optix severity=critical max=medium=1", "max: medium can't be checked: severity asks for critical alone; fix: add it to severity, or remove it from max"},
		{"cloud-optix severity=critical|low max=high=1 severity-map=low=high", ""},
		{"cloud-optix severity=CRITICAL", "fix: use low"},
		{"cloud-optix size=50", ""},
		{"cloud-optix size=51", "from 1 to 50"},
		{"cloud-optix page=2", "the gate reads all pages"},
		{"cloud-optix api-key=x", "cloud-optix uses the gate's own address and key"},
		{"cloud-optix dayz=3", `unknown key "dayz"`},

		{"zscaler-zpc created[start]=1683306261 created[end]=1683306262", ""},
		{"zscaler-zpc created[start]=1683306261 created[end]=1683306261", "created[start] must be before created[end]"},
		{"zscaler-zpc created[start]=1683306261000", "must be a Unix time in seconds"},
		{"zscaler-zpc updated[start]=2026-01-01", "must be a Unix time in seconds"},
		{"zscaler-zpc cloud_account_type=AWS|GCP|AZURE|KUBERNETES regions=us-east-1 business_units=Default risk_level=CRITICAL", ""},
		{"zscaler-zpc cloud_account_type=aws", "fix: use AWS"},
		{"zscaler-zpc alert_status=OPEN lists=iac limit=100", ""},
		{"zscaler-zpc alert_status=CLOSED", "must be OPEN"},
		{"zscaler-zpc limit=101", "from 1 to 100"},
		{"zscaler-zpc offset=3", "can't be set"},
		{"zscaler-zpc url=https://x.example", "SCANGATE_ZSCALER_ZPC_URL, SCANGATE_ZSCALER_ZPC_API_KEY"},

		{"palo-alto-iot type=policy_alert resolved=no stime=2021-10-06T07:00:00Z updatedCreatedAfter=2021-10-06T07:00:00.123Z pagelength=1000", ""},
		{"palo-alto-iot stime=2021-10-6T07:00Z", "must be a time such as"},
		{"palo-alto-iot resolved=yes", "must be no"},
		{"palo-alto-iot pagelength=1001", "from 1 to 1000"},
		{"palo-alto-iot type=other", "fix: use policy_alert"},
		{"palo-alto-iot customerid=acme", "come only from the environment"},

		{"zscaler-workflow severity=HIGH|LOW priority=CRITICAL status=NEW startTime=2026-01-01T00:00:00Z endTime=2026-02-01T00:00:00Z labels=team=shop", ""},
		{"zscaler-workflow severity=CRITICAL", "fix: use HIGH"},
		{"zscaler-workflow status=RESOLVED", "must not be RESOLVED: the gate counts open alerts only"},
		{"zscaler-workflow startTime=2026-03-01T00:00:00Z endTime=2026-02-01T00:00:00Z", "startTime must be before endTime"},
		{"zscaler-workflow transactionId=16786974353299200003|SVDP-17 engines=GLBA integrationType=ZscalerDLP sourceType=x sourceSubType=y incidentGroupIds=4", ""},
		{"zscaler-workflow transactionId=../search", "must consist of letters, digits, - and _"},
		{"zscaler-workflow transactionId=17 severity=HIGH", "leave out severity, priority"},
		{"zscaler-workflow pageSize=101", "from 1 to 100"},

		{"netskope query=x type=DLP acked=false limit=9999 starttime=1 endtime=2", ""},
		{"netskope timeperiod=86400", ""},
		{"netskope timeperiod=86401", "fix: use 3600"},
		{"netskope timeperiod=86400 starttime=3", "use only one of timeperiod, starttime"},
		{"netskope starttime=1 insertionendtime=3", "use only one of timeperiod, starttime"},
		{"netskope acked=true", "must be false"},
		{"netskope limit=10000", "from 1 to 9999"},
		{"netskope unsorted=true", "the pages of an unsorted list overlap"},
		{"netskope token=abc", "come only from the environment"},

		{"cloud-optix max=critical=0|high=3 older-than=7d name=prod", ""},
		{"cloud-optix max=5", `"5": write max: {critical: 0`},
		{"cloud-optix max=urgent=5", "unknown severity"},
		{"cloud-optix max=high=-1", `must be an integer >= 0, got -1`},
		{"cloud-optix max=high=1|HIGH=2", `duplicate key "high"`},
		{"cloud-optix older-than=", "older-than: must not be empty"},
		{"cloud-optix name=", "name: must not be empty"},
		{"cloud-optix name=a|b", "name: must be a single value"},
		{"cloud-optix older-than=week", "must be an age > 0"},
		{"cloud-optix older-than=0h", "must be an age > 0"},
		{"cloud-optix older-than=-5h", "must be an age > 0"},
		{"cloud-optix older-than=65536d", "must be an age > 0"},
		{"cloud-optix states=open", ""},
		{"cloud-optix states=OPEN|OPEN", "must be OPEN"},
		{"zscaler-zpc lists=", "fix: use cloud, iac"},
		{"zscaler-zpc regions=a\x7fb", "regions: must not contain control characters"},
		{"zscaler-zpc created[start]=-1", "must be a Unix time in seconds"},
		{"zscaler-zpc created[start]=0", ""},
		{"zscaler-zpc created[start]=2147483647", ""},
		{"zscaler-zpc created[start]=2147483648", "must be a Unix time in seconds"},
		{"zscaler-zpc updated[start]=5 updated[end]=5", "updated[start] must be before updated[end]"},
		{"zscaler-workflow transactionId=", "must consist of letters"},
		{"zscaler-workflow transactionId=AZaz09-_", ""},
		{"zscaler-workflow transactionId=a@", "must consist of letters"},
		{"zscaler-workflow transactionId=a[", "must consist of letters"},
		{"zscaler-workflow transactionId=a{", "must consist of letters"},
		{"zscaler-workflow transactionId=a`", "must consist of letters"},
		{"zscaler-workflow transactionId=a/", "must consist of letters"},
		{"zscaler-workflow transactionId=a:", "must consist of letters"},
		{"zscaler-workflow status=closed", "must not be closed"},
		{"netskope insertionstarttime=4 insertionendtime=4", "insertionstarttime must be before insertionendtime"},
		{"netskope starttime=4 endtime=4", "starttime must be before endtime"},
		{"cloud-optix older-than=0d", "must be an age > 0"},
		{"cloud-optix severity-map=2=high|weird=low", ""},
		{"cloud-optix severity-map=2=urgent", "unknown severity"},
		{"sentinel", `unknown source "sentinel"; fix: use cloud-optix, zscaler-zpc, palo-alto-iot, zscaler-workflow, netskope`},
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
			_, err := ParseSource(entry(pairs...), time.Now())
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

func TestCheckText(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"a b": true, "é": true, "~": true, "": false, " ": false, "a\tb": false, "a\x1fb": false, "a\x7fb": false} {
		if err := checkText([]string{"x", text}); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Words of a severity-map are compared without case and blanks, and leave the common words as
// they are.
func TestSeverityMap(t *testing.T) {
	t.Parallel()
	s, err := ParseSource([]Field{{"source", []string{"netskope"}}, {"severity-map", []string{" Weird = low", "2=high"}}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]result.Severity{"weird": result.Low, "WEIRD": result.Low, "2": result.High, "critical": result.Critical, "3": result.Unknown} {
		if got := s.words.severity(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

// Each error names the field that it is about.
func TestErrorsHaveTheIndexOfTheirField(t *testing.T) {
	t.Parallel()
	for want, fields := range map[int][]Field{
		-1: {{"source", []string{"cloud-optix"}}, {"days", []string{"1"}}, {"lastSeenTo", []string{"2026-01-01"}}},
		0:  {{"source", []string{"sentinel"}}},
		1:  {{"source", []string{"cloud-optix"}}, {"max", []string{"5"}}},
		2:  {{"source", []string{"cloud-optix"}}, {"days", []string{"1"}}, {"size", []string{"51"}}},
	} {
		_, err := ParseSource(fields, time.Now())
		var field *FieldError
		if !errors.As(err, &field) || field.Field != want {
			t.Errorf("%v: field %+v, want %d", err, field, want)
		}
	}
	var field *FieldError
	if _, err := ParseSource([]Field{{"days", []string{"1"}}}, time.Now()); !errors.As(err, &field) || field.Field != -1 || err.Error() != "source is missing: use cloud-optix, zscaler-zpc, palo-alto-iot, zscaler-workflow, netskope" {
		t.Errorf("without a source: %v", err)
	}
}
