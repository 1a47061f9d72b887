package ci

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

// labelTime bounds the question about labels.
const labelTime = 30 * time.Second

// HasLabels reports whether the host states the labels of a pull or merge request.
func HasLabels(getenv func(string) string) bool {
	return OnGitHub(getenv) != nil || labelsVariable(getenv) != ""
}

// labelsVariable returns the variable of the host with the labels, "" for none.
func labelsVariable(getenv func(string) string) string {
	for _, p := range Profiles() {
		if p.matches(getenv) {
			return p.Labels
		}
	}
	return ""
}

// Approvals returns the hashes that labels of the pull or merge request approve: as of now, if the
// job's token may read them or anybody may, else as of the event that started the job.
func Approvals(ctx context.Context, getenv func(string) string, via transport.Config) []string {
	if isSet("GITLAB_CI")(getenv) {
		if names := gitlabLabels(ctx, getenv, via); names != nil {
			return approved(names)
		}
	}
	if variable := labelsVariable(getenv); variable != "" {
		return approved(strings.Split(getenv(variable), ","))
	}
	step := OnGitHub(getenv)
	if step == nil {
		return nil
	}
	if names, err := step.labels(ctx, via); err == nil {
		return approved(names)
	}
	event, err := readEvent(getenv("GITHUB_EVENT_PATH"))
	if err != nil {
		return nil // there was no target to judge by then
	}
	var names []string
	for _, label := range event.PullRequest.Labels {
		names = append(names, label.Name)
	}
	return approved(names)
}

// approved returns the hashes in the names of labels.
func approved(names []string) []string {
	var hashes []string
	for _, name := range names {
		if hash, ok := strings.CutPrefix(strings.TrimSpace(name), ApprovalLabel); ok {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}

// labels asks for the labels of the pull request
// (https://docs.github.com/rest/issues/labels, "List labels for an issue"). It has at most 100.
func (s *Step) labels(ctx context.Context, via transport.Config) ([]string, error) {
	number := s.pullRequest()
	if number == 0 {
		return nil, ErrNoPullRequest
	}
	ctx, cancel := context.WithTimeout(ctx, labelTime)
	defer cancel()
	api, err := s.connect(Comment{Token: secret.Value(strings.TrimSpace(s.getenv("GITHUB_TOKEN"))), Transport: via}, number)
	if err != nil {
		return nil, err
	}
	r := transport.Request{
		Method: http.MethodGet, Path: api.issues + "/" + strconv.Itoa(number) + "/labels", Repeatable: true, MaxBody: maxPageBody,
		Query: url.Values{"per_page": {strconv.Itoa(perPage)}},
	}
	resp, err := api.client.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	var list []struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(resp.Body, &list); err != nil {
		return nil, api.client.BodyError(r, err)
	}
	names := make([]string, 0, len(list))
	for _, label := range list {
		names = append(names, label.Name)
	}
	return names, nil
}
