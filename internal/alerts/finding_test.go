package alerts

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scangate/scangate/internal/result"
)

// day is midnight of a day of June 1999: the clock of a synctest bubble starts in 2000.
func day(n int) time.Time { return time.Date(1999, 6, n, 0, 0, 0, 0, time.UTC) }

// whole is an alert of a vendor with all its fields, and what becomes of it.
type whole struct {
	port, at string // where it is served
	body     string
	entry    []string
	want     result.Finding
	// personal is what --include-personal-data adds to the details.
	personal string
}

func wholeAlerts() map[string]whole {
	return map[string]whole{
		"cloud-optix": {
			port: "5", at: "/alerts",
			body: optixPage(1, 1, false, `{"id":71,"alertId":"A-9","accountId":"111122223333","accountName":"Prod","alertSummary":"S3 is public","criticalLevel":"HIGH",
				"alertDetails":"Bucket logs is public","url":"https://optix.example/#/alerts/9","provider":"AWS","state":"OPEN","firstSeen":"1999-06-01","lastSeen":"1999-06-02",
				"ruleResult":{"affectedResources":[{"affectedResource":"logs"},{"affectedResource":"media"}]}}`),
			want: result.Finding{
				Severity: result.High, Summary: "S3 is public", Details: "Bucket logs is public\nmedia", KindWord: "AWS", Resource: "logs", Resources: []string{"logs", "media"},
				Cloud: &result.Cloud{Account: "111122223333", AlertID: "A-9", Link: "https://optix.example/#/alerts/9", FirstSeen: day(1), LastSeen: day(2)},
			},
		},
		"cloud-optix, with a name for its account": {
			port: "5", at: "/alerts",
			body: optixPage(1, 1, false, `{"id":71,"accountName":"Prod","criticalLevel":"URGENT"}`),
			want: result.Finding{Severity: result.Unknown, RawSeverity: "URGENT", Cloud: &result.Cloud{Account: "Prod", AlertID: "71"}},
		},
		"zscaler-zpc": {
			port: "1", at: "/alerts/cloud", entry: []string{"lists", "cloud"},
			body: `{"alerts":[{"alert_id":"ZS-1","alert_description":"SNS topic is not encrypted","alert_status":"Open","severity":"CRITICAL","risk_level":"LOW","alert_url":"https://zpc.example/1",
				"updated_by":"John Doe","created":928195200,"updated":928281600,"policy":{"policy_id":"ZS-AWS-00238","policy_name":"Encrypt topics of John Doe"},
				"cloud_resource":{"resource_id":"arn:aws:sns:1","resource_name":"topic","resource_type":"AWS::SNS::Topic","resource_region":"us-east-1"},
				"cloud_account":{"account_id":"288119319793","account_name":"Prod"},"Kubernetes":{"cluster_name":"blue"}}],"total_count":1}`,
			want: result.Finding{
				Rule: "ZS-AWS-00238", Severity: result.Critical, Summary: "Encrypt topics of [personal data]", Details: "SNS topic is not encrypted\ncluster blue",
				Resource: "arn:aws:sns:1", KindWord: "AWS::SNS::Topic",
				Cloud: &result.Cloud{Account: "288119319793", Region: "us-east-1", AlertID: "ZS-1", Link: "https://zpc.example/1", FirstSeen: day(1), LastSeen: day(2)},
			},
		},
		"palo-alto-iot": {
			port: "2", at: "/list",
			body: `{"total":1,"items":[{"resolved":"no","date":"1999-06-01T00:00:00.000Z","deviceid":"18:65:90:cd:88:0d","hostname":"cam","name":"baseline violated","severity":"medium","severityNumber":4,
				"type":"policy_alert","tenantid":"acmecorp","siteName":"Berlin","zb_ticketid":"alert-3","id":"5eb9","description":"It speaks ftp","profile":"Camera","category":"IoT","msg":{"ruleid":"5a26"}}]}`,
			want: result.Finding{
				Rule: "5a26", Severity: result.Medium, Summary: "baseline violated", Details: "It speaks ftp\nprofile Camera\ncategory IoT\nticket alert-3",
				Resource: "18:65:90:cd:88:0d", KindWord: "Camera",
				Cloud: &result.Cloud{Account: "acmecorp", Region: "Berlin", AlertID: "5eb9", FirstSeen: day(1)},
			},
		},
		"zscaler-workflow": {
			port: "3", at: "/search",
			body: `{"incidents":[{"internalId":"i-1","transactionId":"t-1","integrationType":"ZscalerDLP","severity":"LOW","priority":"HIGH","status":"NEW","createdAt":"1999-06-01T00:00:00Z","lastUpdatedAt":"1999-06-02T00:00:00Z",
				"matchingPolicies":{"engines":[{"name":"GLBA"}],"rules":[{"name":"Block SSN"}],"dictionaries":[{"name":"SSN"}]},"applicationInfo":{"name":"BOX"},
				"userInfo":{"name":"Jane Roe","email":"jane.roe@acme.example"},"contentInfo":{"fileName":"salaries.docx"}}],"cursor":{"totalPages":1,"currentPageNumber":0,"totalElements":1}}`,
			want: result.Finding{
				Rule: "Block SSN", Severity: result.Low, Summary: "DLP incident: Block SSN",
				Details:  "engine GLBA\ndictionary SSN\napplication BOX\nsource ZscalerDLP\nstatus NEW\npriority HIGH",
				KindWord: "ZscalerDLP",
				Cloud:    &result.Cloud{AlertID: "i-1", FirstSeen: day(1), LastSeen: day(2)},
			},
			personal: "\nuser jane.roe@acme.example\nfile salaries.docx",
		},
		"netskope, a posture rule": {
			port: "4", at: "offset=0",
			body: `{"ok":1,"result":[{"_id":"n1","acked":"false","timestamp":928195200,"_insertion_epoch_timestamp":928281600,"alert_type":"Security Assessment","sa_rule_name":"Send alerts","sa_profile_name":"CIS",
				"sa_rule_severity":"High","severity":"low","object":"automation16","object_type":"Instance","account_id":"e381","account_name":"iaas-qe","instance_id":"other","region_id":"westeurope","app":"Azure",
				"activity":"Scan","policy":"baseline","user":"jane.roe@acme.example"}]}`,
			want: result.Finding{
				Severity: result.High, Summary: "Send alerts", Details: "type Security Assessment\npolicy baseline\nprofile CIS\napplication Azure\nactivity Scan",
				Resource: "automation16", KindWord: "Instance",
				Cloud: &result.Cloud{Account: "e381", Region: "westeurope", AlertID: "n1", FirstSeen: day(1), LastSeen: day(2)},
			},
			personal: "\nuser jane.roe@acme.example\nobject automation16",
		},
		"netskope, about a user": {
			port: "4", at: "offset=0",
			body: `{"ok":1,"result":[{"_id":"n1","alert_type":"Security Assessment","object":"jane.roe","object_type":"IAM User","severity":"high"}]}`,
			want: result.Finding{
				Severity: result.High, Summary: "Security Assessment", Details: "type Security Assessment", KindWord: "IAM User",
				Cloud: &result.Cloud{AlertID: "n1"},
			},
			personal: "\nobject jane.roe",
		},
		"netskope, about an access key": {
			port: "4", at: "offset=0",
			body: `{"ok":1,"result":[{"_id":"n1","alert_type":"Security Assessment","object":"arn:aws:iam::111122223333:user/jroe","asset_object_id":"AKIA-jroe","object_type":"Access Key","sa_rule_name":"Rotate keys of jroe",
				"resource_category":"Identity","severity":"high"}]}`,
			want: result.Finding{
				Severity: result.High, Summary: "Rotate keys of [personal data]", Details: "type Security Assessment", KindWord: "Access Key",
				Cloud: &result.Cloud{AlertID: "n1"},
			},
			personal: "\nobject arn:aws:iam::111122223333:user/jroe",
		},
		"netskope, a policy": {
			port: "4", at: "offset=0",
			body: `{"ok":1,"result":[{"_id":"n1","alert_type":"Security Assessment","object":"arn:aws:iam::1:policy/admins","object_type":"Policy","sa_rule_name":"Support role","resource_category":"Identity","severity":"high"}]}`,
			want: result.Finding{
				Severity: result.High, Summary: "Support role", Details: "type Security Assessment", KindWord: "Policy", Resource: "arn:aws:iam::1:policy/admins",
				Cloud: &result.Cloud{AlertID: "n1"},
			},
			personal: "\nobject arn:aws:iam::1:policy/admins",
		},
		"netskope, a file": {
			port: "4", at: "offset=0",
			body: `{"ok":1,"result":[{"_id":"n2","alert_type":"DLP","alert_name":"PII in Contract.pdf of jroe@acme.example","dlp_rule":"SSN","dlp_profile":"PII","dlp_rule_severity":"odd","object":"Contract.pdf",
				"file_path":"HR/Contract.pdf","userkey":"jroe@acme.example","instance_id":"goxsoar.com"}]}`,
			want: result.Finding{
				Severity: result.Unknown, RawSeverity: "odd", Summary: "PII in [personal data] of [personal data]", Details: "type DLP\nprofile PII\nrule SSN",
				Cloud: &result.Cloud{Account: "goxsoar.com", AlertID: "n2"},
			},
			personal: "\nuser jroe@acme.example\nobject Contract.pdf\nfile HR/Contract.pdf",
		},
	}
}

// Nothing of an alert is lost, and nothing is in the place of something else.
func TestWholeAlerts(t *testing.T) {
	t.Parallel()
	for name, tt := range wholeAlerts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vendor, _, _ := strings.Cut(name, ",")
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, tt.port, fixed("/count", counts(0, 1, 0, 0, 1), tt.at, tt.body, "offset=1", `{"ok":1,"result":[]}`))
				row, found := read(t.Context(), t, o, append([]string{"source", vendor, "older-than", "1h"}, tt.entry...)...)
				want := tt.want
				want.Kind, want.Target, want.Count, want.Placement = result.KindAlerts, "alerts:"+vendor, 1, result.Unplaced
				if diff := cmp.Diff([]result.Finding{want}, found, cmpopts.IgnoreFields(result.Finding{}, "Fingerprint")); diff != "" {
					t.Errorf("%s (-want +got):\n%s", row.Reason, diff)
				}
				o.Personal = true
				_, found = read(t.Context(), t, o, append([]string{"source", vendor, "older-than", "1h"}, tt.entry...)...)
				if len(found) != 1 || found[0].Details != want.Details+tt.personal {
					t.Errorf("with personal data: %+v", found)
				}
			})
		})
	}
}

func TestWholeHits(t *testing.T) {
	t.Parallel()
	const hit = `{"id":"i-17","name":"logs","accountId":"111122223333","region":"eu-central-1"}`
	for key, want := range map[string]result.Finding{
		"AWS_S3":   {Resource: "logs"},
		"AWS_USER": {},
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "5", fixed("/search/"+key, optixPage(1, 1, false, hit)))
			row, found := runCheck(t, o, "search", key, "severity", "low")
			want.Kind, want.Target, want.Count, want.Placement = result.KindChecks, "checks:a check", 1, result.Unplaced
			want.Rule, want.KindWord, want.Summary, want.Severity = key, key, "a check", result.Low
			want.Cloud = &result.Cloud{Account: "111122223333", Region: "eu-central-1"}
			if diff := cmp.Diff([]result.Finding{want}, found, cmpopts.IgnoreFields(result.Finding{}, "Fingerprint")); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", key, row.Reason, diff)
			}
		})
	}
}

// A user without a name is not named by an id either.
func TestUsersAreNotIdentified(t *testing.T) {
	t.Parallel()
	for personal, want := range map[bool]string{false: "", true: "user AIDA-17"} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "5", fixed("/search", optixPage(1, 1, false, `{"id":"AIDA-17","accountId":"of AIDA-17"}`)))
			o.Personal = personal
			_, found := runCheck(t, o, "search", "AWS_USER")
			if len(found) != 1 || found[0].Details != want || strings.Contains(found[0].InCloud().Account, "AIDA") != personal {
				t.Errorf("%+v", found)
			}
		})
	}
}

// fingerprints reads a list and returns its fingerprints by resource.
func fingerprints(found []result.Finding) map[string]string {
	all := map[string]string{}
	for _, f := range found {
		all[f.Resource] = f.Fingerprint
	}
	return all
}

// The fingerprint of a hit is made of the hit, not of its place in the list.
func TestFingerprintsOfHits(t *testing.T) {
	t.Parallel()
	hits := []string{
		`{"id":"ab","name":"c"}`, `{"id":"a","name":"bc"}`, `{"id":"1","name":"d","region":"x"}`, `{"id":"1","name":"e","accountId":"x"}`, `{"id":"2"}`, `{"id":"3"}`, `{"id":"1","name":"f"}`,
	}
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(rw, optixPage(1, 1, false, hits...))
		}))
		_, first := runCheck(t, o, "search", "AWS_S3")
		slices.Reverse(hits)
		_, second := runCheck(t, o, "search", "AWS_S3")
		if diff := cmp.Diff(fingerprints(first), fingerprints(second)); diff != "" || len(first) != len(hits) {
			t.Errorf("the order of %d hits counts:\n%s", len(first), diff)
		}
		seen := map[string]string{}
		for _, f := range first {
			if other, ok := seen[f.Fingerprint]; ok {
				t.Errorf("%s and %s have one fingerprint", f.Resource, other)
			}
			seen[f.Fingerprint] = f.Resource
		}
	})
}

// Hits that look the same have different fingerprints, and the same in each run.
func TestFingerprintsOfEqualHits(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "5", fixed("page=1", optixPage(1, 2, true, `{"region":"x"}`, `{"region":"x"}`), "page=2", optixPage(2, 2, false, `{"region":"x"}`)))
		var runs [2][]string
		for i := range runs {
			_, found := runCheck(t, o, "search", "AWS_S3")
			for _, f := range found {
				runs[i] = append(runs[i], f.Fingerprint)
			}
			slices.Sort(runs[i])
		}
		if len(slices.Compact(slices.Clone(runs[0]))) != 3 || !slices.Equal(runs[0], runs[1]) {
			t.Errorf("fingerprints %v, then %v", runs[0], runs[1])
		}
	})
}

// An alert without an id is identified by all that it says.
func TestFingerprintsWithoutAnID(t *testing.T) {
	t.Parallel()
	for _, f := range []struct{ vendor, port, at, body string }{
		{"zscaler-zpc", "1", "/cloud", `{"alerts":[{"severity":"LOW","cloud_resource":{"resource_id":"a"}},{"severity":"LOW","cloud_resource":{"resource_id":"b"}}],"total_count":2}`},
		{"palo-alto-iot", "2", "/list", `{"total":2,"items":[{"deviceid":"a"},{"deviceid":"b"}]}`},
		{"cloud-optix", "5", "/alerts", optixPage(1, 1, false, `{"criticalLevel":"HIGH","alertSummary":"a"}`, `{"criticalLevel":"HIGH","alertSummary":"b"}`)},
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, f.port, fixed("/count", counts(0, 2, 0, 0, 2), f.at, f.body, "/iac", `{"alerts":[],"total_count":0}`))
			row, found := read(t.Context(), t, o, "source", f.vendor)
			if len(found) != 2 || found[0].Fingerprint == found[1].Fingerprint || found[0].InCloud().AlertID != "" {
				t.Errorf("%s: %s: %+v", f.vendor, row.Reason, found)
			}
		})
	}
}

// Links come from the service and are shown, so that only plain web addresses are kept.
func TestLinks(t *testing.T) {
	t.Parallel()
	for link, kept := range map[string]bool{
		"https://zpc.example/1?a=b#c":      true,
		"https://":                         false,
		"http://zpc.example/1":             false,
		"javascript:alert(1)":              false,
		"https://zpc.example/1 2":          false,
		"https://zpc.example/\t":           false,
		"https://zpc.example/<b>":          false,
		`https://zpc.example/"x`:           false,
		"https://zpc.example/of/John Doe":  false,
		"https://zpc.example/of/jd@acme.x": false,
		"https://zpc.example/of/john-doe1": false,
	} {
		f := alert{link: link, own: []string{"John Doe", "john-doe1"}}.finding(result.Target{}, false)
		if want := map[bool]string{true: link}[kept]; f.InCloud().Link != want {
			t.Errorf("%q: %q, want %q", link, f.InCloud().Link, want)
		}
	}
}

// The worst come first, then the oldest. Equal lists make equal results.
func TestOrderOfAlerts(t *testing.T) {
	t.Parallel()
	items := []string{
		`{"alert_id":"d","severity":"LOW","created":928195200}`,
		`{"alert_id":"b","severity":"HIGH","created":928195200}`,
		`{"alert_id":"a","severity":"HIGH","created":928281600}`,
		`{"alert_id":"c","severity":"HIGH","created":928195200}`,
		`{"alert_id":"e","severity":"odd","created":928195200}`,
	}
	for range items {
		items = append(items[1:], items[0])
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "1", fixed("/cloud", fmt.Sprintf(`{"alerts":[%s],"total_count":5}`, strings.Join(items, ","))))
			var ids []string
			_, found := read(t.Context(), t, o, "source", "zscaler-zpc", "lists", "cloud")
			for _, f := range found {
				ids = append(ids, f.InCloud().AlertID)
			}
			if diff := cmp.Diff([]string{"b", "c", "a", "d", "e"}, ids); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
