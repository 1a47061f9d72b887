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

type affected struct {
	ID               int    `json:"id"`
	AffectedResource string `json:"affectedResource"`
	Status           string `json:"status"`
	State            string `json:"state"`
	FirstSeen        int64  `json:"firstSeen"`
}

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
		{"Azure", "Policy", "Ensure that a Log Profile exists", "LOW", "Subscription 'acme-%02d' has no log profile.", "CIS"},
	}
}

// ages is the number of different ages of the generated alerts.
const ages = 44

// generated returns the sample alerts, the same for the same start time. Each is 2
// days older than the one before, up to 88 days, and every ninth is suppressed.
func (s *Server) generated() []alert {
	samples := sampleAlerts()
	alerts := make([]alert, 0, max(0, s.opts.Alerts))
	for i := range cap(alerts) {
		sample := samples[i%len(samples)]
		seen := s.started.Add(-time.Duration(i%ages) * 48 * time.Hour)
		a := newAlert(i+1, sample, fmt.Sprintf(sample.resource, i), seen)
		a.AccountID, a.AccountName = account(sample.provider, i)
		if i%9 == 8 {
			a.State = "SUPPRESS"
		}
		alerts = append(alerts, a)
	}
	return alerts
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
			AffectedResources: []affected{{
				ID: n, AffectedResource: details, Status: "FAILED", State: "OPEN", FirstSeen: first,
			}},
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
	n := len(alerts)
	for _, sc := range s.savedScans() {
		for _, found := range sc.alerts {
			n++
			sample := sampleAlert{found.Provider, "IaC", found.Summary, found.Severity, "", ""}
			a := newAlert(n, sample, found.Details, sc.ends)
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
