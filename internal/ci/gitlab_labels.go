package ci

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

// gitlabLabels asks for the labels of the merge request as of now
// (https://docs.gitlab.com/api/merge_requests/, "Get single MR"). The job's token is for its own
// server alone. Many servers let no job token ask: then the request is made once more without it,
// as anybody may read a public project. It returns nil if they are not known.
func gitlabLabels(ctx context.Context, getenv func(string) string, via transport.Config) []string {
	number := regexp.MustCompile(`^[1-9][0-9]*$`)
	project, request := getenv("CI_MERGE_REQUEST_PROJECT_ID"), getenv("CI_MERGE_REQUEST_IID")
	api := getenv("CI_API_V4_URL")
	base, err := transport.ParseEndpoint(api)
	if err != nil || !number.MatchString(project) || !number.MatchString(request) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, labelTime)
	defer cancel()
	ask := func(token secret.Value) ([]string, error) {
		config := via
		config.Base, config.Secrets, config.Authorize = base, []secret.Value{token}, func(r *http.Request) {
			if token != "" {
				r.Header.Set("JOB-TOKEN", token.Reveal())
			}
		}
		return labelsOf(ctx, transport.New(config), "projects/"+project+"/merge_requests/"+request)
	}
	token := secret.Value(strings.TrimSpace(getenv("CI_JOB_TOKEN")))
	if token != "" && sameHost(api, getenv("CI_SERVER_URL")) {
		if names, err := ask(token); err == nil || !transport.IsRefused(err) {
			return names
		}
	}
	names, _ := ask("") // without an answer they are not known
	return names
}

// labelsOf reads the labels of a merge request, nil if the answer has none.
func labelsOf(ctx context.Context, client *transport.Client, path string) ([]string, error) {
	defer client.Close()
	r := transport.Request{Method: http.MethodGet, Path: path, Repeatable: true, MaxBody: maxPageBody}
	resp, err := client.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	var request struct {
		Labels []string `json:"labels"`
	}
	if err := json.Unmarshal(resp.Body, &request); err != nil {
		return nil, client.BodyError(r, err)
	}
	return request.Labels, nil
}
