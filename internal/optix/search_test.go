package optix

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path + "?" + r.URL.RawQuery
		_, _ = io.WriteString(w, `{"data":[{"id":9007199254740993,"bucketName":"logs","accountId":"111122223333","region":"eu-central-1","isPublic":true},{}],
			"currentPage":2,"totalPages":"3","hasNext":true,"hasPrevious":true,"size":2}`)
	})
	p, err := c.Search(t.Context(), SearchQuery{Key: "AWS_S3", Term: "tags.name:test*", Filters: "instanceId=i-1,i-2;isPublic=true"}, 2, 50)
	if err != nil {
		t.Fatal(err)
	}
	want := "/api/v1/search/AWS_S3?filters=instanceId%3Di-1%2Ci-2%3BisPublic%3Dtrue&page=2&searchTerm=tags.name%3Atest%2A&size=50"
	if got := <-asked; got != want {
		t.Errorf("requested %s, want %s", got, want)
	}
	if diff := cmp.Diff(SearchHit{ID: "9007199254740993", Name: "logs", AccountID: "111122223333", Region: "eu-central-1"}, p.Hits[0]); diff != "" {
		t.Error(diff)
	}
	if len(p.Hits) != 2 || p.Page != 2 || p.TotalPages != 3 || !p.HasNext {
		t.Errorf("%+v", p)
	}
}

// Searches that the reference does not allow are not sent.
func TestSearchIsChecked(t *testing.T) {
	t.Parallel()
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("requested %s", r.URL) })
	for _, tt := range []struct {
		key        string
		page, size int
		want       string
	}{
		{"AWS_S4", 1, 50, "unknown search key"}, {"", 1, 50, "unknown search key"}, {"AWS_S3/../x", 1, 50, "unknown search key"},
		{"AWS_S3", 0, 50, "must be an integer >= 1, got 0"}, {"AWS_S3", 1, 0, "from 1 to 10000"}, {"AWS_S3", 1, 10001, "from 1 to 10000"},
	} {
		_, err := c.Search(t.Context(), SearchQuery{Key: tt.key}, tt.page, tt.size)
		if err == nil || !strings.HasPrefix(err.Error(), "search: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	c = answering(t, http.StatusOK, `{"data":[{"instanceId":"i-1","id":"1","name":"","fullTag":"x"}],"currentPage":1,"totalPages":1,"hasNext":false}`)
	for _, size := range []int{1, MaxSearchSize} {
		p, err := c.Search(t.Context(), SearchQuery{Key: "AWS_S3"}, 1, size)
		if diff := cmp.Diff([]SearchHit{{ID: "1", Name: "x"}}, p.Hits); diff != "" || err != nil {
			t.Errorf("size %d: %v\n%s", size, err, diff)
		}
	}
}

// An answer in another form is an error, and not a page without hits.
func TestSearchAnswers(t *testing.T) {
	t.Parallel()
	for body, field := range map[string]string{
		`[]`: "", ``: "", `{"data":[],"currentPage":1,"totalPages":0}`: "hasNext", `{"data":[],"currentPage":1,"hasNext":false}`: "totalPages",
		`{"data":[],"totalPages":0,"hasNext":false}`: "currentPage", `{"currentPage":1,"totalPages":0,"hasNext":false}`: "data",
		`{"data":null,"currentPage":1,"totalPages":0,"hasNext":false}`: "data", `{"data":["x"],"currentPage":1,"totalPages":1,"hasNext":false}`: "data[0]",
		`{"data":[],"currentPage":1,"totalPages":-1,"hasNext":false}`: "totalPages",
	} {
		_, err := answering(t, http.StatusOK, body).Search(t.Context(), SearchQuery{Key: "AWS_S3"}, 1, 50)
		if d := decodeErrorOf(t, err); d.Fields[0].Path != field {
			t.Errorf("%s: field %q, want %q", body, d.Fields[0].Path, field)
		}
	}
}
