package optix

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/scangate/scangate/internal/transport"
)

// SubmitDockerfiles uploads Dockerfiles for a scan of the images that they name
// (POST api/v1/image-scanning/submit-for-scan). It is retried after a fault,
// because the service answers a second submission with Duplicate.
func (c *Client) SubmitDockerfiles(ctx context.Context, repo Repo, files []File) (Submission, error) {
	r := upload("image-scanning/submit-for-scan", repo.query(), files)
	r.Repeatable = true
	return call(ctx, c, r, decodeSubmission)
}

// SubmitImages submits images by their full names (POST
// api/v1/image-scanning/submit-for-scan/by-image-name). The names are sent in the
// URL, so that the caller must limit their length.
func (c *Client) SubmitImages(ctx context.Context, repoURL string, images []string) (Submission, error) {
	return call(ctx, c, transport.Request{
		Method: http.MethodPost,
		Path:   apiPrefix + "image-scanning/submit-for-scan/by-image-name",
		// The reference spells the parameter repoURL for this call only.
		Query:      url.Values{"repoURL": {repoURL}, "imageNames": {strings.Join(images, ",")}},
		Repeatable: true,
	}, decodeSubmission)
}

// TaskResult returns the state of a task and, once it is complete, its result (GET
// api/v1/image-scanning/get-scan-result).
func (c *Client) TaskResult(ctx context.Context, taskID string) (Task, error) {
	r := get("image-scanning/get-scan-result", url.Values{"taskId": {taskID}})
	r.MaxBody = maxLargeAnswer
	t, retryAfter, err := poll(ctx, c, r, decodeTask)
	t.RetryAfter = retryAfter
	for i := range t.Images {
		if err := t.Images[i].Err; err != nil {
			t.Images[i].Err = c.failure(c.t.BodyError(r, err))
		}
	}
	return t, withTask(err)
}

// ContainerResult returns the result of one image, which is named with its registry
// (GET api/v1/image-scanning/container-scan-result).
func (c *Client) ContainerResult(ctx context.Context, image string) (ContainerResult, error) {
	r := get("image-scanning/container-scan-result", url.Values{"container": {image}})
	res, err := call(ctx, c, r, decodeContainer)
	res.Message = c.t.Clean(r, res.Message)
	return res, err
}

func (r Repo) query() url.Values {
	q := url.Values{}
	setText(q, "repo_url", r.URL)
	setText(q, "branch", r.Branch)
	setText(q, "committer_name", r.CommitterName)
	setText(q, "committer_email", r.CommitterEmail)
	return q
}
