package emulator

import (
	"net/url"
	"testing"
	"time"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Hits: 21})
	for query, want := range map[string]int{
		"size=50":                             21,
		"size=10&page=3":                      1,
		"size=10&page=4":                      0,
		"size=50&searchTerm=isPublic:true":    3,
		"size=50&searchTerm=name:acme-s3-00*": 10,
		"size=50&searchTerm=acme-s3-004":      1,
		"size=50&searchTerm=" + url.QueryEscape("isPublic:true AND region:us-east-1"):       2,
		"size=50&filters=" + url.QueryEscape("name=acme-s3-001,acme-s3-002;isPublic=false"): 2,
		"size=50&searchTerm=nothing:x":                                                                             0,
		"size=50&searchTerm=" + url.QueryEscape("NOT isPublic:true"):                                               18,
		"size=50&searchTerm=" + url.QueryEscape("name:acme-s3-001 OR name:acme-s3-002"):                            2,
		"size=50&searchTerm=" + url.QueryEscape("name:acme-s3-001 OR isPublic:true AND region:us-east-1"):          3,
		"size=50&searchTerm=" + url.QueryEscape("isPublic:true AND NOT region:us-east-1 OR name:acme-s3-001"):      2,
		"size=50&searchTerm=" + url.QueryEscape("NOT acme-s3-004"):                                                 20,
		"size=50&filters=isPublic%3Dtrue&searchTerm=" + url.QueryEscape("region:us-east-1 OR region:eu-central-1"): 3,
	} {
		got := b.decode(b.get(CallSearch+"AWS_S3", query))
		if data, ok := got["data"].([]any); !ok || len(data) != want {
			t.Errorf("%s: %d hits, want %d", query, len(data), want)
		}
	}
	got := b.decode(b.get(CallSearch+"AWS_S3", "size=10&page=2"))
	if got["hasNext"] != true || got["totalPages"] != 3.0 || got["currentPage"] != 2.0 || got["hasPrevious"] != true {
		t.Errorf("paging fields: %v", got)
	}
}

// Search keys are case-sensitive.
func TestUnknownSearchKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for _, path := range []Call{CallSearch + "AWS_NOTHING", CallSearch, CallSearch + "aws_s3", CallSearch + "AZURE_HOST/other"} {
		b.refused(b.get(path, "size=5"), 404, "No message available")
	}
}

func TestNumberOfAlerts(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]float64{0: 44, -1: 0, 1: 1, 2400: 2400} {
		b := newBench(t, Options{Alerts: n})
		if got := b.decode(b.get(CallAlertCount, ""))["total"]; got != want {
			t.Errorf("%d: %v alerts, want %v", n, got, want)
		}
	}
}

// Any term is understood, and what it finds and what its negation finds are all hits.
func FuzzSearchTerm(f *testing.F) {
	for _, seed := range []string{"a:b", "NOT a:b", "a:b AND NOT c OR d:*", " OR ", "NOT ", "NOT NOT x", ":", "a::b"} {
		f.Add(seed)
	}
	s := New(Options{Now: time.Now})
	hits := s.hits("AWS_S3")
	f.Fuzz(func(t *testing.T, term string) {
		one := parseTerm(term)
		opposite := one
		opposite.not = !one.not
		for _, hit := range hits {
			if allMatch([]condition{one}, hit) == allMatch([]condition{opposite}, hit) {
				t.Errorf("%q: %v has it and doesn't have it", term, hit)
			}
		}
		all, problem := s.parseConditions(term, "")
		if problem != "" {
			t.Errorf("%q: %s", term, problem)
		}
		for _, hit := range hits {
			all.match(hit)
		}
	})
}
