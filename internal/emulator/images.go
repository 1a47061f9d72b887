package emulator

import (
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

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
			named[ref] = append(named[ref], s.fileName(file))
		}
	}
	s.answer(w, s.submit("files\x00"+repo+"\x00"+branch, branch, s.pull(named)))
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
			ref = strings.TrimSpace(name) // an invalid name can't be pulled
		}
		named[ref] = nil
		asked = append(asked, ref)
	}
	s.answer(w, s.submit(imageKey(repo, asked), "", s.pull(named)))
}

// pull returns the answers for images, of which those of the catalogue can be pulled, or
// all. named maps each image to the files that name it.
func (s *Server) pull(named map[string][]string) []imageResult {
	var found []imageResult
	for ref, files := range named {
		result, ok := lookup(ref)
		if !ok && s.opts.PullAny {
			result, ok = unlistedImage(ref)
		}
		if result.Lost = !ok || slices.Contains(s.opts.Faults.Drop, result.FullTag); result.Lost {
			result = imageResult{FullTag: ref, Vulnerabilities: map[string]int{}, Files: []string{}, Lost: true}
		}
		result.Files = append(result.Files, files...)
		found = append(found, result)
	}
	slices.SortFunc(found, func(a, b imageResult) int { return strings.Compare(a.FullTag, b.FullTag) })
	return found
}

// fileName is the name of an upload in answers.
func (s *Server) fileName(u upload) string {
	if s.assumes("file-names=base-names") {
		return path.Base(u.name)
	}
	return u.name
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
	id := strings.TrimSpace(r.URL.Query().Get("taskId"))
	t, status, ok := s.findTask(id)
	switch {
	case id == "", !ok && s.assumes("unknown-task=refused"):
		s.badArguments(w, r)
		return
	case !ok && s.assumes("unknown-task=failed"):
		t, status = task{id: id, created: s.opts.Now(), done: s.opts.Now()}, statusFailed
	case !ok:
		s.notFound(w, r)
		return
	}
	answer := map[string]any{
		"taskId": t.id, "status": status, "branch": t.branch,
		"createdAt": s.time(t.created), "completedAt": nil,
		"filesScanned": 0, "scanResult": []imageResult{},
	}
	if status != statusSubmitted {
		answer["completedAt"] = s.time(t.done)
	}
	if status == statusComplete && len(t.images) > 0 {
		answer["filesScanned"], answer["scanResult"] = len(t.images), s.written(t.images)
	}
	if s.assumes("files-scanned=list") {
		answer["filesScanned"] = scannedFiles(t.images)
	}
	if unknown := s.opts.Faults.UnknownStatus; unknown != "" {
		answer["status"] = unknown
	}
	s.answer(w, answer)
}

// time returns a time in the form that is assumed.
func (s *Server) time(t time.Time) any {
	if s.assumes("task-times=milliseconds") {
		return t.UnixMilli()
	}
	return stamp(t)
}

// scannedFiles returns the files that name the images, or the images that no file names.
func scannedFiles(images []imageResult) []string {
	all := []string{}
	for _, i := range images {
		if len(i.Files) == 0 {
			all = append(all, i.FullTag)
		}
		all = append(all, i.Files...)
	}
	return all
}

// written returns images as they are written in answers.
func (s *Server) written(images []imageResult) []imageResult {
	images = slices.Clone(images)
	for i := range images {
		if s.assumes("full-tag=short") {
			images[i].FullTag = strings.TrimPrefix(strings.TrimPrefix(images[i].FullTag, "docker.io/"), "library/")
		}
		if s.assumes("more-levels=none") {
			images[i].Vulnerabilities = maps.Clone(images[i].Vulnerabilities)
			delete(images[i].Vulnerabilities, "negligible")
		}
	}
	return images
}

// containerResult answers GET container-scan-result: the answer for an image in a
// complete task.
func (s *Server) containerResult(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSpace(r.URL.Query().Get("container"))
	ref, err := image.Normalize(name)
	if name == "" || err != nil || s.assumes("short-name=refused") && !strings.HasPrefix(ref, name) {
		s.badArguments(w, r)
		return
	}
	result, ok := s.analysed(ref)
	switch {
	case ok:
		s.answer(w, map[string]any{
			"success": true, "status": "OK", "code": "200", "message": "", "data": s.written([]imageResult{result})[0],
		})
	case s.assumes("not-analysed=refused"):
		s.badArguments(w, r)
	case s.assumes("not-analysed=404"):
		s.notFound(w, r)
	default:
		s.answer(w, map[string]any{
			"success": false, "status": "NOT_FOUND", "code": "404",
			"message": "Image has not been analyzed", "data": nil,
		})
	}
}
