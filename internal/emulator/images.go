package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/image"
)

// submitFiles answers POST submit-for-scan: Dockerfiles.
func (s *Server) submitFiles(w http.ResponseWriter, r *http.Request) {
	f, ok := s.readForm(w, r)
	if !ok {
		return
	}
	repo, branch := f.get("repo_url"), f.get("branch")
	if len(f.files) == 0 || repo == "" || branch == "" {
		s.badArguments(w, r)
		return
	}
	named := map[string][]string{}
	for _, file := range f.files {
		if ref, ok := finalImage(file); ok {
			named[ref] = append(named[ref], file.name)
		}
	}
	writeJSON(w, http.StatusOK, s.submit("files\x00"+repo+"\x00"+branch, branch, s.pull(named)))
}

// submitImages answers POST submit-for-scan/by-image-name.
func (s *Server) submitImages(w http.ResponseWriter, r *http.Request) {
	f, ok := s.readForm(w, r)
	if !ok {
		return
	}
	repo, names := f.get("repoURL"), f.get("imageNames")
	if repo == "" || names == "" {
		s.badArguments(w, r)
		return
	}
	named := map[string][]string{}
	var asked []string
	for name := range strings.SplitSeq(names, ",") {
		ref, err := image.Normalize(strings.TrimSpace(name))
		if err != nil {
			continue // an invalid name can't be pulled
		}
		named[ref] = nil
		asked = append(asked, ref)
	}
	writeJSON(w, http.StatusOK, s.submit(imageKey(repo, asked), "", s.pull(named)))
}

// pull returns the answers for the images that can be pulled: those of the catalogue, or
// all. named maps each image to the files that name it.
func (s *Server) pull(named map[string][]string) []imageResult {
	var found []imageResult
	for ref, files := range named {
		result, ok := lookup(ref)
		if !ok && s.opts.PullAny {
			result, ok = unlisted(ref)
		}
		if ok {
			result.Files = append(result.Files, files...)
			found = append(found, result)
		}
	}
	slices.SortFunc(found, func(a, b imageResult) int { return strings.Compare(a.FullTag, b.FullTag) })
	return found
}

// finalImage returns the image that the last stage of a Dockerfile is built on.
// The service knows no build arguments. A file that can't be parsed has no image.
func finalImage(f upload) (string, bool) {
	file, err := dockerfile.Parse(f.name, f.content)
	if err != nil {
		return "", false
	}
	stages := file.Stages(dockerfile.Options{})
	last := len(stages) - 1
	for range stages {
		stage := stages[last]
		if stage.Kind != dockerfile.StageRef {
			return stage.Base, stage.Err == nil && stage.Kind == dockerfile.Image
		}
		if last = stageIndex(stages[:last], stage.Base); last < 0 {
			return "", false
		}
	}
	return "", false
}

// stageIndex is the place of the last earlier stage with the name, -1 if there is
// none.
func stageIndex(earlier []dockerfile.Stage, name string) int {
	for i, stage := range slices.Backward(earlier) {
		if strings.EqualFold(stage.Name, name) {
			return i
		}
	}
	return -1
}

// taskResult answers GET get-scan-result.
func (s *Server) taskResult(w http.ResponseWriter, r *http.Request) {
	t, status, ok := s.findTask(r.URL.Query().Get("taskId"))
	if !ok {
		s.badArguments(w, r)
		return
	}
	answer := map[string]any{
		"taskId": t.id, "status": status, "branch": t.branch,
		"createdAt": stamp(t.created), "completedAt": nil,
		"filesScanned": 0, "scanResult": []imageResult{},
	}
	if status != statusSubmitted {
		answer["completedAt"] = stamp(t.done)
	}
	if status == statusComplete && len(t.images) > 0 {
		answer["filesScanned"], answer["scanResult"] = len(t.images), t.images
	}
	if unknown := s.opts.Faults.UnknownStatus; unknown != "" {
		answer["status"] = unknown
	}
	writeJSON(w, http.StatusOK, answer)
}

// containerResult answers GET container-scan-result: the answer for an image in a
// complete task.
func (s *Server) containerResult(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSpace(r.URL.Query().Get("container"))
	ref, err := image.Normalize(name)
	if name == "" || err != nil {
		s.badArguments(w, r)
		return
	}
	result, ok := s.analysed(ref)
	if !ok {
		writeJSON(w, http.StatusOK, map[string]any{
			"success": false, "status": "NOT_FOUND", "code": "404",
			"message": "Image has not been analyzed", "data": nil,
		})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"success": true, "status": "OK", "code": "200", "message": "", "data": result,
	})
}
