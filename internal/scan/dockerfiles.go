package scan

import (
	"context"
	"path"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// dockerfileScan scans the Dockerfiles. Its lane has one place: the service
// keys these tasks by repository and branch, so that a second one at the same
// time would be a duplicate of the first.
type dockerfileScan struct {
	*run
	lane lane
}

// scanDockerfiles has every pending Dockerfile scanned, and then asks by name
// for the FROM images that no answer named: the service parses Dockerfiles by
// itself, knows no build arguments and speaks of final images only.
func (r *run) scanDockerfiles(ctx context.Context) error {
	s := &dockerfileScan{run: r, lane: newLane(1)}
	units := singles(r.ledger.pending(result.KindDockerfile))
	if err := r.deliverAll(ctx, result.KindDockerfile, pack(units), s.handle); err != nil {
		return err
	}
	return r.askByName(ctx, r.pendingImages(func(t result.Target) bool { return !t.Named }))
}

// handle runs the task of one batch and collects its answer.
func (s *dockerfileScan) handle(ctx context.Context, b batch, c cargo) error {
	task, err := s.runTask(ctx, taskCall{
		submit: func(ctx context.Context) (optix.Submission, error) {
			s.progress.show(result.KindDockerfile, phaseUploading)
			defer s.progress.show(result.KindDockerfile, phaseWaiting)
			return s.client.SubmitDockerfiles(ctx, s.opts.Repo, c.files)
		},
		known:   func(id string) { s.ledger.submitted(b.ids(), id) },
		mark:    c.mark,
		lane:    s.lane,
		subject: "this repository and branch",
	})
	if err != nil {
		return err
	}
	s.collect(b, task)
	return nil
}

// collect answers the Dockerfiles of a completed task, but those whose images
// can't be read out of the answer.
func (s *dockerfileScan) collect(b batch, task optix.Task) {
	unread := s.takeImages(task, func(given []string) []string { return resolve(given, b) })
	named := map[string]bool{}
	for _, img := range task.Images {
		for _, p := range resolve(img.Files, b) {
			named[p] = true
		}
	}
	for _, img := range unread {
		s.blame(b, img)
	}
	for _, t := range b.targets {
		evidence := result.BySubmission
		if named[t.path] {
			evidence = result.ByName
		}
		s.ledger.answer(t.id, evidence)
	}
	s.progress.show(result.KindDockerfile, phaseWaiting)
}

// blame fails the Dockerfiles that an unreadable image, which has no row of its
// own, is said to be in; all of the batch where that isn't said.
func (s *dockerfileScan) blame(b batch, img optix.Image) {
	in := map[string]bool{}
	for _, p := range resolve(img.Files, b) {
		in[p] = true
	}
	some := false
	for _, t := range b.targets {
		some = some || in[t.path]
	}
	for _, t := range b.targets {
		if in[t.path] || !some {
			s.ledger.fail(t.id, unreadImage(img, s.opts.Names))
		}
	}
}

// resolve turns the file names of an answer into paths of the batch: the path
// itself, or a base name that only one file of the batch has. A name that fits
// neither is kept as given.
func resolve(given []string, b batch) []string {
	bases := map[string][]string{}
	for _, t := range b.targets {
		base := path.Base(t.path)
		bases[base] = append(bases[base], t.path)
	}
	paths := make([]string, 0, len(given))
	for _, name := range given {
		name = path.Clean("/" + name)[1:]
		if same := bases[name]; len(same) == 1 {
			name = same[0]
		}
		paths = append(paths, name)
	}
	return paths
}
