package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// alert is an entry of the alerts call.
type alert struct {
	ID             int        `json:"id"`
	AccountID      string     `json:"accountId"`
	AccountName    string     `json:"accountName"`
	AlertType      string     `json:"alertType"`
	AlertSummary   string     `json:"alertSummary"`
	CriticalLevel  string     `json:"criticalLevel"`
	URL            string     `json:"url"`
	AlertID        string     `json:"alertId"`
	PolicyLabel    string     `json:"policyLabel"`
	AlertDetails   string     `json:"alertDetails"`
	FirstSeen      int64      `json:"firstSeen"` // epoch, ms
	LastSeen       int64      `json:"lastSeen"`
	Score          int        `json:"score"`
	State          string     `json:"state"`
	LastAction     *string    `json:"lastAction"`
	LastActionTime *string    `json:"lastActionTime"`
	JiraID         *string    `json:"jiraId"`
	Provider       string     `json:"provider"`
	RuleResult     ruleResult `json:"ruleResult"`
}

type ruleResult struct {
	AffectedResources []affected `json:"affectedResources"`
	Severity          string     `json:"severity"`
	ResultPrefix      *string    `json:"resultprefix"`
	DisplayOrder      int        `json:"displayOrder"`
	ControlID         int        `json:"controlId"`
	ControlIDDesc     string     `json:"controlIdDesc"`
}

// affected is an affected resource, with all fields of the reference.
type affected struct {
	ID                        int            `json:"id"`
	AffectedResource          string         `json:"affectedResource"`
	DataMap                   map[string]any `json:"dataMap"`
	RemediateDate             *string        `json:"remediateDate"`
	Status                    string         `json:"status"`
	FailureReason             *string        `json:"failureReason"`
	Comment                   *string        `json:"Comment"`
	AffectedResourceJSON      map[string]any `json:"affectedResourceJSON"`
	RawAffectedResourceOutput map[string]any `json:"rawAffectedResourceOutput"`
	State                     string         `json:"state"`
	SuppressionType           *string        `json:"suppressionType"`
	FirstSeen                 int64          `json:"firstSeen"`
	ClickableResources        int            `json:"clickableResources"`
	ResourceInfoList          []any          `json:"resourceInfoList"`
}

// typeDev is the type of alerts from scans of repositories. The reference doesn't list it.
const typeDev = "Dev"

// sampleAlert is the varying part of a sample alert.
type sampleAlert struct {
	provider, kind, summary, level, resource, tags string
}

func alertLevels() []string { return []string{"CRITICAL", "HIGH", "MEDIUM", "LOW"} }

func sampleAlerts() []sampleAlert {
	return []sampleAlert{
		{"AWS", "Policy", "Ensure no security group allows ingress from 0.0.0.0/0 to port 22", "CRITICAL", "Security group 'sg-0a1b%02d' allows port 22 from 0.0.0.0/0.", "CIS,PCI,SOC2"},
		{"AWS", "Policy", "Ensure S3 buckets are not publicly readable", "CRITICAL", "S3 bucket 'acme-assets-%02d' is publicly readable.", "CIS,HIPAA,ISO 27001"},
		{"AWS", "Policy", "Ensure a log metric filter and alarm exist for usage of \"root\" account", "HIGH", "No metric filters were found for CloudTrail: 'trail-%02d'.", "CIS,FEDRAMP-HIGH,SOC2"},
		{"AWS", "Policy", "Ensure access keys are rotated every 90 days or less", "MEDIUM", "Access key of user 'deploy-%02d' is older than 90 days.", "CIS,FFIEC"},
		{"AWS", "Anomaly", "Outbound traffic to an unusual destination", "HIGH", "Instance 'i-0f3e%02d' sent 14 MB to a destination first seen today.", ""},
		{"AWS", "GuardDuty", "Recon:EC2/PortProbeUnprotectedPort", "MEDIUM", "Instance 'i-07aa%02d' has an unprotected port that is being probed.", ""},
		{"AWS", "Policy", "Ensure S3 buckets have versioning enabled", "LOW", "S3 bucket 'acme-logs-%02d' has no versioning.", "ISO 27001"},
		{"Azure", "Policy", "Ensure that 'Secure transfer required' is set to 'Enabled'", "HIGH", "Storage account 'acmestore%02d' accepts plain HTTP.", "CIS,PCI"},
		{"Azure", "Policy", "Ensure that RDP access is restricted from the internet", "CRITICAL", "Network security group 'nsg-%02d' allows port 3389 from any source.", "CIS,EBU R143"},
		{"Azure", "Anomaly", "Login from an unusual location", "MEDIUM", "User 'ops%02d@acme.example' signed in from a country first seen today.", ""},
		{"Azure", typeDev, "Ensure that a Log Profile exists", "LOW", "Enable log profile %02d for exporting activity logs.<br>See https://docs.example/log-profile", "CIS"},
	}
}

// ages is the number of different ages of the generated alerts.
const ages = 44

// generated returns the sample alerts, the same for the same start time. Each is 2
// days older than the one before, up to 88 days, and every ninth is suppressed. As in
// real accounts, an alert is a rule in an account, with up to a dozen resources, and two
// alerts may have one alertId.
func (s *Server) generated() []alert {
	samples := sampleAlerts()
	alerts := make([]alert, 0, max(0, s.opts.Alerts))
	for i := range cap(alerts) {
		n := len(samples)
		sample := samples[i%n]
		seen := s.started.Add(-time.Duration(i%ages) * 48 * time.Hour)
		details := fmt.Sprintf(sample.resource, i)
		a := newAlert(i+1, sample, details, seen)
		a.AlertID = fmt.Sprintf("A-%06d", i%n+i/(2*n)*n+1)
		a.URL = "https://optix.example/alerts/" + a.AlertID
		a.AccountID, a.AccountName = account(sample.provider, i)
		resources := resourcesOf(i, details)
		if sample.kind == typeDev {
			a.AccountID, a.AccountName = "https://git.example/acme/infrastructure", "acme/infrastructure"
			resources = perBranch("log_profile (Ref: log_profile, File: azure/monitor.tf)", "master", "develop", "release")
		}
		a.RuleResult.AffectedResources = affectedBy(resources, a.FirstSeen)
		if i%9 == 8 {
			a.suppress()
		}
		alerts = append(alerts, a)
	}
	return alerts
}

// suppress is what a user of the console does.
func (a *alert) suppress() {
	a.State, a.LastAction, a.LastActionTime = "SUPPRESS", new("SUPPRESS"), new("2026-01-31 12:00:00 (UTC)")
	for i := range a.RuleResult.AffectedResources {
		r := &a.RuleResult.AffectedResources[i]
		r.State, r.SuppressionType, r.Comment = a.State, new("ALERT"), new("accepted")
	}
}

// resourcesOf returns 1 to 12 affected resources of alert i: the sentence of the details,
// then names with their ids, the last of which has two lines.
func resourcesOf(i int, details string) []string {
	all := []string{details}
	for k := range i * 7 % 12 {
		all = append(all, fmt.Sprintf("acme-%02d-%d(res-%04x)", i, k, i*16+k))
	}
	if len(all) > 2 {
		all[len(all)-1] += fmt.Sprintf("\nacme-%02d-x(res-%04xx)\n", i, i)
	}
	return all
}

// perBranch returns the lines of a finding of a repository that name a file: they come once for
// each branch.
func perBranch(finding string, branches ...string) []string {
	var all []string
	for _, branch := range branches {
		for line := range strings.Lines(finding) {
			if line = strings.TrimSpace(line); strings.Contains(line, "(Ref: ") {
				all = append(all, line+" branch: "+branch)
			}
		}
	}
	return all
}

func affectedBy(resources []string, first int64) []affected {
	all := make([]affected, len(resources))
	for i, name := range resources {
		all[i] = affected{
			ID: i + 1, AffectedResource: name, DataMap: map[string]any{}, Status: "FAILED", State: "OPEN",
			AffectedResourceJSON: map[string]any{"name": name}, RawAffectedResourceOutput: map[string]any{},
			FirstSeen: first, ClickableResources: 1, ResourceInfoList: []any{},
		}
	}
	return all
}

func account(provider string, i int) (id, name string) {
	names := []string{"acme-production", "acme-staging"}
	ids := []string{"111122223333", "444455556666"}
	if provider == "Azure" {
		ids = []string{"5f0c1e2a-7c1b-4c5e-9d57-0d9d3c1f8a01", "5f0c1e2a-7c1b-4c5e-9d57-0d9d3c1f8a02"}
	}
	return ids[i%2], names[i%2]
}

func newAlert(n int, sample sampleAlert, details string, seen time.Time) alert {
	id := fmt.Sprintf("A-%06d", n)
	first := seen.AddDate(0, 0, -30).UnixMilli()
	return alert{
		ID: n, AlertID: id, AlertType: sample.kind, AlertSummary: sample.summary,
		CriticalLevel: sample.level, URL: "https://optix.example/alerts/" + id,
		PolicyLabel: sample.tags, AlertDetails: details, FirstSeen: first,
		LastSeen: seen.UnixMilli(), Score: score(sample.level), State: "OPEN", Provider: sample.provider,
		RuleResult: ruleResult{
			Severity: sample.level, ControlID: n, ControlIDDesc: sample.summary,
			AffectedResources: affectedBy([]string{details}, first),
		},
	}
}

// score is the middle of the range of a level.
func score(level string) int {
	return [...]int{95, 85, 65, 25}[slices.Index(alertLevels(), level)]
}

// allAlerts returns the generated alerts and those of saved scans, newest first.
func (s *Server) allAlerts() []alert {
	alerts := s.generated()
	known := map[[3]string]int{} // the index of each alert of a scan
	for _, sc := range s.savedScans() {
		for _, found := range sc.alerts {
			resources := perBranch(found.Details, sc.branch)
			rule := [3]string{sc.repo, found.Summary, found.Severity}
			if at, ok := known[rule]; ok {
				of := &alerts[at].RuleResult.AffectedResources
				*of = append(*of, affectedBy(resources, sc.ends.UnixMilli())...)
				continue
			}
			known[rule] = len(alerts)
			a := newAlert(len(alerts)+1, sampleAlert{found.Provider, typeDev, found.Summary, found.Severity, "", ""}, found.Details, sc.ends)
			a.RuleResult.AffectedResources = affectedBy(resources, sc.ends.UnixMilli())
			a.AccountID, a.AccountName = sc.repo, strings.TrimSuffix(sc.repo[strings.LastIndexByte(sc.repo, '/')+1:], ".git")
			alerts = append(alerts, a)
		}
	}
	slices.SortStableFunc(alerts, func(a, b alert) int { return int(b.LastSeen/1000 - a.LastSeen/1000) })
	return alerts
}

// savedScans returns the last successful scan of each repository and branch, of
// those that save their results.
func (s *Server) savedScans() []*scan {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := map[string]*scan{}
	var keys []string
	s.scans.all(func(sc *scan) {
		if _, success := s.stateOf(sc); !sc.save || !success {
			return
		}
		key := sc.repo + "\x00" + sc.branch
		if last[key] == nil {
			keys = append(keys, key)
		}
		last[key] = sc
	})
	saved := make([]*scan, len(keys))
	for i, key := range keys {
		saved[i] = last[key]
	}
	return saved
}
