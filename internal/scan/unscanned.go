package scan

import (
	"context"
	"fmt"
	"io/fs"
	"sync"

	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// unscanned are Dockerfiles whose task scanned no file and names no image. That is right
// for FROM scratch, and where the service counts images that it could not pull. Whether it
// is a contradiction is known when the images were asked for by name.
type unscanned struct {
	mu   sync.Mutex
	list []file
}

func (u *unscanned) add(b batch) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.list = append(u.list, b.targets...)
}

// settleUnscanned answers the unscanned Dockerfiles without a FROM image that has no
// answer, and fails the others. It is called when no task is under way.
func (s *imageScan) settleUnscanned(ctx context.Context) {
	for _, f := range s.unscanned.list {
		missing, err := s.missingBase(f.path)
		switch {
		case err != nil:
			s.ledger.fail(f.id, unreadable(s.opts.Names, &unreadableError{f.path, err}))
			continue
		case missing != "" && ctx.Err() != nil: // the service might still have named it
			err = &transport.PendingError{What: missing + " was still to be scanned"}
		case missing != "":
			err = s.tolerable(result.FilesScannedZero, "make sure that Cloud Optix can pull the image",
				fmt.Sprintf("the service says that it scanned 0 files, and no answer names %s", missing))
		}
		if err != nil {
			s.fail(ctx, []string{f.id}, err)
			continue
		}
		s.ledger.answer(f.id, result.BySubmission)
	}
}

// missingBase returns the first image of the FROM lines that is not answered, or "". It
// resolves them as the service does, without build arguments, and ignores those that have
// no value then. Images that are excluded or built here need no answer.
func (s *imageScan) missingBase(path string) (string, error) {
	content, err := fs.ReadFile(s.opts.Files, path)
	if err != nil {
		return "", err
	}
	parsed, err := dockerfile.Parse(path, content)
	if err != nil {
		return "", err
	}
	for _, stage := range parsed.Stages(dockerfile.Options{}) {
		if stage.Err != nil || stage.Kind != dockerfile.Image {
			continue
		}
		m := s.index.match(optix.Image{FullTag: stage.Base})
		if !m.excluded && !m.builtHere && !s.ledger.isSettled(m.rows) {
			return stage.Base, nil
		}
	}
	return "", nil
}
