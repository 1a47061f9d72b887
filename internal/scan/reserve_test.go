package scan

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// The id of an earlier run's submission is the id of that content, even if it is too old to
// be used. A new submission of other content that gets it is not answered by it.
func TestIDOfAnEarlierSubmissionIsGivenAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ given, other, path, body string }{
		"scan": {"iac:x/main.tf", "iac:y/main.tf", pathIaC, `{"scan_id":%q}`},
		"task": {"image:docker.io/library/nginx:1", "dockerfile:Dockerfile", pathNames, `{"taskId":%q}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newSeries(t, &fake{takes: 10 * time.Second, counts: map[string]map[string]int{"docker.io/library/nginx:1": {"low": 1}}}, tt.given, tt.other)
				first := a.run(t, 9*time.Second)
				id := rowOf(t, first, tt.other).Submissions[0]
				time.Sleep(2 * time.Hour)
				a.hook = func(c *call) bool {
					if c.path != tt.path || tt.path == pathIaC && !slices.Contains(c.files, "x/main.tf") {
						return false
					}
					return c.reply(http.StatusOK, fmt.Sprintf(tt.body, id))
				}
				second := a.run(t, time.Minute)
				wantFailed(t, second, tt.given, result.CauseProtocol, "the service gave two submissions the same "+name+" id")
				if row := rowOf(t, second, tt.other); row.Status != result.Answered || slices.Contains(row.Submissions, id) {
					t.Errorf("the other row is %+v", row)
				}
			})
		})
	}
}
