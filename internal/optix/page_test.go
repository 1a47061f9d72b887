package optix

import (
	"net/http"
	"testing"
)

// A page says what the answer says: numbers count from 1 in all areas, and what is not said is
// unstated.
func TestPage(t *testing.T) {
	t.Parallel()
	search, users := mustQuery(t, "search", 2, "searchKey", "AWS_S3"), mustQuery(t, "users", 100, "provider", "AWS")
	for body, want := range map[string]struct {
		q                    Query
		rows, number         int
		pages, total         int
		saysNext, followsOne bool
	}{
		`{"data":[{}],"currentPage":1,"totalPages":3,"hasNext":true}`:  {search, 1, 1, 3, Unstated, true, true},
		`{"data":[{}],"currentPage":0,"totalPages":3,"hasNext":false}`: {users, 1, 1, 3, Unstated, true, false},
		`{"data":[{}],"currentPage":7,"totalPages":3,"hasNext":false}`: {search, 1, 7, 3, Unstated, true, false},
		`[{},{}]`:                              {search, 2, Unstated, Unstated, Unstated, false, false},
		`{"results":[{}],"total":9}`:           {search, 1, Unstated, Unstated, 9, false, false},
		`{"content":[],"last":true}`:           {search, 0, Unstated, Unstated, Unstated, true, false},
		`{"content":[{}],"totalElements":"1"}`: {search, 1, Unstated, Unstated, 1, false, false},
	} {
		p, err := answering(t, http.StatusOK, body).Page(t.Context(), want.q, 0)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if len(p.Rows) != want.rows || p.Number != want.number || p.Pages != want.pages || p.Total != want.total || (p.HasNext != nil) != want.saysNext || want.saysNext && *p.HasNext != want.followsOne {
			t.Errorf("%s: %+v", body, p)
		}
	}
}
