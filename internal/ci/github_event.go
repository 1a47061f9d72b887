package ci

import (
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strconv"
)

// maxEvent bounds the file of the event, in bytes. Payloads have at most 25 MB
// (https://docs.github.com/webhooks, "Payload cap").
const maxEvent = 32 << 20

// pullRequest returns the number of the pull request that the job runs for, from the event or from
// a ref such as refs/pull/12/merge. It returns 0 if there is none.
func (s *Step) pullRequest() int {
	if n := eventNumber(s.getenv("GITHUB_EVENT_PATH")); n > 0 {
		return n
	}
	m := regexp.MustCompile(`^refs/pull/([1-9][0-9]{0,17})/(?:merge|head)$`).FindStringSubmatch(s.getenv("GITHUB_REF"))
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

// eventNumber reads the pull request's number from the event's file. Other events have none: 0.
func eventNumber(path string) int {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	var event struct {
		PullRequest struct {
			Number int `json:"number"`
		} `json:"pull_request"`
	}
	if err := json.NewDecoder(io.LimitReader(f, maxEvent)).Decode(&event); err != nil {
		return 0
	}
	return event.PullRequest.Number
}
