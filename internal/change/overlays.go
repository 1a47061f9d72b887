package change

import (
	"context"
	"slices"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// addFormerOverlays adds the kustomizations of the bases to the siblings of the manifests
// that they were made of: the image of a manifest is another one if nothing replaces it any
// more.
func (s *Scope) addFormerOverlays(ctx context.Context, whole *result.Plan) error {
	objects := s.tree.Repo.Objects(ctx)
	defer objects.Close()
	for _, base := range s.bases {
		files := slices.DeleteFunc(base.Files(), func(file string) bool { return !kustomize.IsName(file) })
		if !slices.ContainsFunc(files, s.decidesAnew) {
			continue
		}
		former, unknown, err := overlaysOf(base, files, objects)
		if err != nil {
			return err
		}
		for _, manifest := range former.Manifests() {
			s.siblings[manifest] = slices.Concat(s.siblings[manifest], former.Siblings(manifest))
		}
		if len(unknown) > 0 { // they may have decided about any file
			for _, file := range paths(whole) {
				s.siblings[file] = slices.Concat(s.siblings[file], unknown)
			}
		}
	}
	return nil
}

// decidesAnew reports whether a file decides about others in another way than at a base.
func (s *Scope) decidesAnew(file string) bool { return s.touched(file) || s.newlyExcluded(file) }

// overlaysOf reads the kustomizations of a base. unknown are those that the clone lacks.
func overlaysOf(base *git.Snapshot, files []string, objects *git.Objects) (former *kustomize.Overlays, unknown []string, err error) {
	var all []kustomize.File
	slices.Sort(files)
	for _, file := range files {
		id, _ := base.Blob(file)
		content, known, err := objects.Read(id)
		switch {
		case err != nil:
			return nil, nil, err
		case !known:
			unknown = append(unknown, file)
			continue
		}
		// One that can't be parsed replaced nothing.
		if values, err := template.ReadValues(file, content); err == nil {
			all = append(all, kustomize.Read(file, values.Doc))
		}
	}
	return kustomize.New(all), unknown, nil
}
