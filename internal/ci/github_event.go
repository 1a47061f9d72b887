package ci

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	return refNumber(s.getenv("GITHUB_REF"))
}

// refNumber returns the number of a pull request in its ref, 0 for another ref.
func refNumber(ref string) int {
	m := regexp.MustCompile(`^refs/pull/([1-9][0-9]{0,17})/(?:merge|head)$`).FindStringSubmatch(ref)
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
	event, err := readEvent(path)
	if err != nil {
		return 0
	}
	return event.PullRequest.Number
}

// githubEvent is what is read of an event's file
// (https://docs.github.com/webhooks/webhook-events-and-payloads).
type githubEvent struct {
	PullRequest struct {
		Number int            `json:"number"`
		Base   githubRevision `json:"base"`
		Head   githubRevision `json:"head"`
		Labels []struct {
			Name string `json:"name"`
		} `json:"labels"`
	} `json:"pull_request"`
	MergeGroup struct {
		BaseRef string `json:"base_ref"`
		BaseSHA string `json:"base_sha"`
	} `json:"merge_group"`
	WorkflowRun struct {
		HeadBranch     string           `json:"head_branch"`
		HeadRepository githubRepository `json:"head_repository"`
	} `json:"workflow_run"`
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

// githubRevision is one side of a pull request. The repository is missing if it was deleted.
type githubRevision struct {
	Ref  string           `json:"ref"`
	SHA  string           `json:"sha"`
	Repo githubRepository `json:"repo"`
}

type githubRepository struct {
	FullName string `json:"full_name"`
}

// readEvent reads an event's file. One that does not exist says nothing: a container may lack it.
func readEvent(path string) (githubEvent, error) {
	var event githubEvent
	f, err := os.Open(path)
	if path == "" || errors.Is(err, fs.ErrNotExist) {
		return event, nil
	}
	if err != nil {
		return event, err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, maxEvent)).Decode(&event); err != nil {
		return githubEvent{}, fmt.Errorf("%s: %w", path, err)
	}
	return event, nil
}
