package optix

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// paramRow is a row of a parameter table of the reference: values that it allows, and others. page
// and size have no values: the client chooses them.
type paramRow struct {
	name      string
	mandatory bool
	good, bad []string
}

// section is a list of the reference.
type section struct {
	heading, area, path string
	// needs are values for the mandatory parameters.
	needs  map[string]string
	params []paramRow
	// firstPage and sizes are those of the rows page and size: the first page, the least and the
	// greatest size. They are empty for a list without pages.
	firstPage string
	sizes     [2]int
	failures  []failure
}

// failure is a row of a table of failures.
type failure struct {
	status int
	text   string
	kind   error
}

func common(more ...failure) []failure {
	return append([]failure{
		{400, "ApiKey not provided", ErrNoKey}, {401, "Unauthorized access or ApiKey expired", ErrUnauthorized},
	}, more...)
}

func notFound() failure {
	return failure{404, "No message available", ErrResource}
}

func dateRow(name string) paramRow {
	return paramRow{
		name: name,
		good: []string{"2026-01-31", "2026-01-31+02:00", "2026-01-31T12:00:00", "2026-01-31T12:00:00-05:30"},
		bad:  []string{"", "2026-1-31", "31.01.2026", "2026-01-31T12:00", "2026-01-31T12:00:00Z", "yesterday", "2026-02-30"},
	}
}

func accountIDsRow() paramRow {
	return paramRow{name: "accountIds", good: []string{"12345678", "5f0c1e2a-7c1b"}, bad: []string{"", " ", "1,2", "1 2", "1\n2"}}
}

func badDate(name string) failure {
	return failure{400, "Date in '" + name + "' is not in proper format It accepts formats described by the following syntax: [date-element] 'T' " +
		"[time-element] [offset] where date-element = yyyy-MM-dd and time-element(optional) = HH:mm:ss and offset(optional) = [+/-]hh:mm", ErrFilter}
}

// inventory is a section of the inventories with a provider.
func inventory(heading, area string, providers []string, more ...failure) section {
	return section{
		heading: heading, area: area, path: area, needs: map[string]string{"provider": providers[0]},
		params: []paramRow{
			accountIDsRow(),
			{name: "provider", mandatory: true, good: providers, bad: []string{"", "aws", "AZURE", "Kubernetes", "AWS,GCP"}},
		},
		firstPage: "0", sizes: [2]int{100, 500},
		failures: common(append([]failure{
			{400, "Account Ids 1,2 not found", ErrFilter}, {400, "Pageable size cannot be greater than 500", ErrFilter},
		}, more...)...),
	}
}

func trafficSection(heading, area string, needs map[string]string, ids ...string) section {
	s := section{heading: heading, area: area, path: "outgoingtraffic/" + strings.TrimPrefix(area, "traffic "), needs: needs}
	for _, id := range ids {
		s.params = append(s.params, paramRow{name: id, mandatory: true, good: []string{"vpc-1"}, bad: []string{"", "a b"}})
	}
	s.params = append(s.params, dateRow("timeFrom"), dateRow("timeTo"))
	s.firstPage, s.sizes = "1", [2]int{1, 50}
	s.failures = common(
		failure{400, "Page number should be greater than 0", ErrFilter}, failure{400, "Pageable size cannot be greater than 50", ErrFilter},
		failure{400, "Invalid data", ErrFilter},
		failure{400, "Retry using parameters timeFrom and timeTo or limited range for timeFrom and timeTo", ErrTimeRange},
		badDate("timeTo"), badDate("timeFrom"), failure{400, "Parameter ‘timeTo’ should come after ‘timeFrom’", ErrFilter}, notFound())
	return s
}

// alertRows are the rows of both calls for alerts.
func alertRows() []paramRow {
	return []paramRow{
		{name: "days", good: []string{"1", "365"}, bad: []string{"", "0", "366", "x", "1.5"}},
		{name: "alertType", good: []string{"Policy", "Anomaly", "GuardDuty"}, bad: []string{"", "policy", "IaC"}},
		{name: "providerList", good: []string{"AWS", "Azure"}, bad: []string{"", "GCP", "AWS,Azure"}},
		{name: "policyTagList", good: []string{
			"Avid", "CIS", "FFIEC", "HIPAA", "ISO 27001", "PCI", "SOC2", "SOC2-TSP", "FEDRAMP-LOW", "FEDRAMP-MODERATE", "FEDRAMP-HIGH", "EBU R143",
		}, bad: []string{"", "cis", "ISO27001"}},
		accountIDsRow(), dateRow("lastSeenFrom"), dateRow("lastSeenTo"),
		{name: "states", good: []string{"OPEN", "SUPPRESS"}, bad: []string{"", "open", "CLOSED"}},
	}
}

func alertFailures() []failure {
	return []failure{
		badDate("lastSeenTo"), badDate("lastSeenFrom"),
		{400, "Alert Type not supported", ErrFilter}, {400, "Provider Type not supported", ErrFilter},
		{400, "Account Ids 1,2 not found", ErrFilter},
		{400, "Can only set one of the filters: set 'days' or else set lastSeenFrom/lastSeenTo", ErrFilter},
		{400, "Days cannot be less than 1 and greater than 365", ErrFilter},
		{400, "Invalid Date format for both lastSeenFrom/lastSeenTo", ErrFilter},
		{400, "Parameter ‘lastSeenTo’ should come after ‘lastSeenFrom’", ErrFilter},
		notFound(),
	}
}

// reference returns the lists of the reference, with every row of their tables.
func reference() []section {
	clouds := []string{"AWS", "Azure", "GCP"}
	small := failure{400, "Pageable size cannot be less than 100", ErrFilter}
	notValid := failure{401, "Api Key Not Valid", ErrUnauthorized}
	kind := failure{400, "Provider type not supported", ErrFilter}
	return []section{
		{
			heading: "Alerts: count", area: "alerts count", path: "alerts/count", params: alertRows(), failures: common(alertFailures()...),
		},
		{
			heading: "Alerts: list", area: "alerts", path: "alerts", firstPage: "1", sizes: [2]int{1, 50},
			params: append(alertRows(), paramRow{
				name: "severity", good: []string{"low", "medium", "high", "critical"}, bad: []string{"", "HIGH", "info"},
			}),
			failures: common(append(alertFailures(), failure{400, "Pageable size cannot be greater than 50", ErrFilter})...),
		},
		{
			heading: "Search", area: "search", path: "search/", needs: map[string]string{"searchKey": "AWS_S3"},
			params: []paramRow{
				{name: "searchKey", mandatory: true, good: SearchKeys(), bad: []string{"", "AWS_S4", "aws_s3", "AWS_S3/x", "../alerts"}},
				{name: "searchTerm", good: []string{"tags.name:test*", "isPublic:true"}, bad: []string{""}},
				{name: "filters", good: []string{"instanceId=i-exampleId,i-secondId;isPublic=true"}, bad: []string{"", "isPublic", "=1", "a=", "a=1;"}},
			},
			firstPage: "1", sizes: [2]int{1, 10000},
			failures: common(notFound()),
		},
		trafficSection("Outgoing Traffic: vpc", "traffic vpc", map[string]string{"accountId": "1", "vpcId": "vpc-1"}, "accountId", "vpcId"),
		trafficSection("Outgoing Traffic: instance", "traffic instance", map[string]string{"instanceId": "i-1"}, "instanceId"),
		inventory("Inventory: Host", "vms", clouds, small, kind),
		{
			heading: "Environments", area: "accounts", path: "accounts",
			params: []paramRow{
				accountIDsRow(),
				{name: "provider", good: []string{"AWS", "Azure", "GCP", "Kubernetes", "Docker"}, bad: []string{"", "aws", "docker", "AWS,GCP"}},
			},
			failures: common(failure{400, "Account Ids 1,2 not found", ErrFilter}, kind),
		},
		inventory("Inventory: Users", "users", clouds, small, kind),
		inventory("Inventory: Serverless", "serverless", clouds[:2], notValid,
			failure{400, "Page number should be greater than 0", ErrFilter}, failure{400, "Provider GCP not supported", ErrFilter}),
		{
			heading: "Inventory: Containers", area: "containers", path: "containers",
			needs: map[string]string{"cloudProvider": "eks", "containerType": "pods"},
			params: []paramRow{
				{name: "cloudProvider", mandatory: true, good: []string{"native", "eks", "aks", "gke"}, bad: []string{"", "EKS", "AWS"}},
				{name: "containerType", mandatory: true, good: []string{"clusters", "nodes", "pods", "containers"}, bad: []string{"", "pod", "Pods"}},
				accountIDsRow(),
			},
			firstPage: "0", sizes: [2]int{100, 500},
			failures: common(notValid, failure{400, "Account Ids 1,2 not found", ErrFilter}, failure{400, "Provider not provided.", ErrFilter},
				failure{400, "Container-Type not provided.", ErrFilter}, failure{400, "Invalid Container-Type:pod", ErrFilter},
				failure{400, "Provider:native not supported for Container-Type:clusters", ErrFilter}),
		},
	}
}

// with returns the values for a section's mandatory parameters and one more.
func (s section) with(name string, values ...string) map[string][]string {
	all := map[string][]string{}
	for needed, value := range s.needs {
		all[needed] = []string{value}
	}
	if name != "" {
		all[name] = values
	}
	return all
}

func (s section) query(t *testing.T, values map[string][]string, size int) (Query, error) {
	t.Helper()
	a, ok := FindArea(s.area)
	if !ok {
		t.Fatalf("no area %q", s.area)
	}
	return a.Query(values, size)
}

// Every row of the parameter tables: its values are sent as they are written there, and others are
// not sent.
func TestReferenceParameters(t *testing.T) {
	t.Parallel()
	for _, s := range reference() {
		for _, row := range s.params {
			t.Run(s.heading+"/"+row.name, func(t *testing.T) {
				t.Parallel()
				for _, good := range row.good {
					q, err := s.query(t, s.with(row.name, good), 0)
					if err != nil {
						t.Fatalf("%q: %v", good, err)
					}
					got := q.request(0).Get(row.name)
					if row.name == "searchKey" {
						got = strings.TrimPrefix(q.path, "search/")
					}
					if got != good {
						t.Errorf("%q was sent as %q", good, got)
					}
				}
				for _, bad := range row.bad {
					_, err := s.query(t, s.with(row.name, bad), 0)
					if wrong, ok := errors.AsType[*ParamError](err); !ok || wrong.Param != row.name {
						t.Errorf("%q: %v", bad, err)
					}
					if bad == "1,2" && !strings.HasSuffix(err.Error(), `"1,2" must not contain a comma; fix: give each value alone`) {
						t.Errorf("%q: %v", bad, err)
					}
				}
				values := s.with("")
				delete(values, row.name)
				if _, err := s.query(t, values, 0); (err != nil) != row.mandatory {
					t.Errorf("without it: %v", err)
				}
			})
		}
	}
}

// The rows page and size: the first page, and the least and the greatest size.
func TestReferencePages(t *testing.T) {
	t.Parallel()
	for _, s := range reference() {
		t.Run(s.heading+"/page and size", func(t *testing.T) {
			t.Parallel()
			if s.firstPage == "" {
				q, err := s.query(t, s.with(""), 0)
				if v := q.request(0); err != nil || v.Has("page") || v.Has("size") {
					t.Errorf("%v, %v; the list has no pages", v, err)
				}
				return
			}
			for size, ok := range map[int]bool{s.sizes[0] - 1: s.sizes[0] == 1, s.sizes[0]: true, s.sizes[1]: true, s.sizes[1] + 1: false, -1: false} {
				q, err := s.query(t, s.with(""), size)
				if (err == nil) != ok {
					t.Errorf("size %d: %v", size, err)
				}
				if got := q.request(0).Get("page"); ok && got != s.firstPage {
					t.Errorf("the first page is %s, want %s", got, s.firstPage)
				}
			}
		})
	}
}

// Every row of the tables of failures is an error of its kind.
func TestReferenceFailures(t *testing.T) {
	t.Parallel()
	for _, s := range reference() {
		for _, f := range s.failures {
			t.Run(s.heading+"/"+f.text, func(t *testing.T) {
				t.Parallel()
				for _, body := range []string{f.text, `{"errorMessage":"` + f.text + `"}`, `{"status":400,"message":"` + f.text + `"}`} {
					q, err := s.query(t, s.with(""), 0)
					if err != nil {
						t.Fatal(err)
					}
					n := 0
					for _, err := range answering(t, f.status, body).Rows(t.Context(), q) {
						if n++; !errors.Is(err, f.kind) {
							t.Errorf("%s: %v, want %v", body, err, f.kind)
						}
					}
					if n != 1 {
						t.Errorf("%d rows or errors, want one", n)
					}
				}
			})
		}
	}
}

// Requests go to the paths of the reference, with its parameters alone.
func TestReferenceRequests(t *testing.T) {
	t.Parallel()
	for _, s := range reference() {
		t.Run(s.heading, func(t *testing.T) {
			t.Parallel()
			q, err := s.query(t, s.with(""), 0)
			if err != nil {
				t.Fatal(err)
			}
			want := url.Values{}
			for name, value := range s.needs {
				want.Set(name, value)
			}
			path := "/api/v1/" + s.path
			if s.area == "search" {
				path += want.Get("searchKey")
				want.Del("searchKey")
			}
			if s.firstPage != "" {
				want.Set("page", s.firstPage)
				want.Set("size", map[int]string{50: "50", 500: "500", 10000: "1000"}[s.sizes[1]])
			}
			if strings.HasPrefix(s.area, "traffic") {
				want.Set("isPageable", "true")
			}
			body := `{"data":[],"currentPage":` + s.firstPage + `,"totalPages":0,"hasNext":false,"hasPrevious":false,"size":0}`
			switch {
			case s.area == "alerts count":
				body = `{"critical":0,"high":0,"medium":0,"low":0,"total":0}`
			case s.firstPage == "":
				body = "[]"
			}
			requests := 0
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests++
				if r.Method != http.MethodGet || r.URL.Path != path {
					t.Errorf("%s %s, want %s", r.Method, r.URL.Path, path)
				}
				if diff := cmp.Diff(want, r.URL.Query()); diff != "" {
					t.Error(diff)
				}
				_, _ = io.WriteString(w, body)
			})
			for _, err := range c.Rows(t.Context(), q) {
				if err != nil || s.area != "alerts count" {
					t.Errorf("a row of an empty list, or %v", err)
				}
			}
			if requests != 1 {
				t.Errorf("%d requests", requests)
			}
		})
	}
}

// The registry has the lists of the reference and no other parameters, and each default column is a
// documented field.
func TestRegistryIsTheReference(t *testing.T) {
	t.Parallel()
	var areas []string
	for _, s := range reference() {
		areas = append(areas, s.area)
		a, _ := FindArea(s.area)
		var want, got []string
		for _, row := range s.params {
			want = append(want, row.name)
		}
		for _, p := range a.Params {
			got = append(got, p.Name)
			if p.Usage == "" {
				t.Errorf("%s: %s has no usage", s.area, p.Name)
			}
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
			t.Errorf("%s: %s", s.area, diff)
		}
		for _, v := range slices.Sorted(maps.Keys(a.variants)) {
			q := Query{area: a, values: url.Values{a.variant: {v}}}
			for _, column := range q.Columns() {
				if !slices.ContainsFunc(q.Fields(), func(f Field) bool { return f.Name == column }) && a.common != "" {
					t.Errorf("%s %s: column %s is not a field", s.area, v, column)
				}
			}
		}
	}
	var registered []string
	for _, a := range Areas() {
		registered = append(registered, a.Name)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(areas)), slices.Sorted(slices.Values(registered))); diff != "" {
		t.Error(diff)
	}
}
