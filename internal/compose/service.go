package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

// view turns a merged model into builds and images.
type view struct {
	*loader
	model *node
	env   *env
	// dir is the folder of the project.
	dir string
	// optional: the files may not be meant to be used like this.
	optional bool
}

func (v view) evaluate() {
	for _, kind := range serviceKinds() {
		services := v.model.get(kind)
		if services == nil {
			continue
		}
		for _, e := range services.entries {
			if !v.done[e.value] { // a merge that leaves it alone adds nothing
				v.done[e.value] = true
				service{view: v, name: e.key, node: e.value}.evaluate()
			}
		}
	}
}

// service is one service of a model.
type service struct {
	view
	name string
	node *node
}

func (s service) evaluate() {
	s.main()
	s.mounts(s.node)
	for _, hook := range s.node.get("pre_start").list() {
		if n := hook.get("image"); n != nil {
			s.use(n, n.raw, false)
		}
		s.mounts(hook)
	}
}

// main adds the image that the service runs.
func (s service) main() {
	named, declared := s.node.get("image"), s.node.get("build")
	if text, err := named.value(); err == nil && text == "" {
		named = nil
	}
	pulled := s.pulled()
	switch {
	case declared == nil && named != nil, pulled && named != nil:
		s.use(named, named.raw, pulled)
	case declared != nil:
		s.built(declared, named)
	}
	if declared != nil && pulled && named != nil {
		s.build(declared, named) // what is in it is built all the same
	}
}

// pulled reports whether the image may be pulled even if it was built before.
func (s service) pulled() bool {
	policy, err := s.node.get("pull_policy").value()
	return err != nil || policy == "always" || policy == "daily" || policy == "weekly" || strings.HasPrefix(policy, "every_")
}

// use adds an image that is named by a text.
func (s service) use(n *node, raw string, pulled bool) {
	img := build.Image{Name: s.id(), Subject: s.subject(), Location: s.place(n), Pulled: pulled}
	ref, err := n.value()
	switch {
	case err != nil && s.optional:
		return
	case err != nil:
		img.Ref, img.Fault = raw, s.unknown(n, err)
	case ref == "":
		return
	default:
		img.Ref = ref
	}
	s.project.Images = append(s.project.Images, img)
}

// built adds the image of a service that is built.
func (s service) built(declared, named *node) {
	b := s.build(declared, named)
	if b == nil {
		return
	}
	img := build.Image{Name: s.id(), Subject: s.subject(), Location: b.Location, Build: b}
	if named != nil {
		ref, err := named.value()
		if img.Ref = ref; err != nil {
			img.Ref = named.raw
		}
		img.Location = s.place(named)
	}
	s.project.Images = append(s.project.Images, img)
}

// mounts adds the images that are mounted as volumes.
func (s service) mounts(n *node) {
	volumes := n.get("volumes")
	if volumes == nil || !s.spend(volumes.size(), volumes) {
		return
	}
	for _, volume := range volumes.list() {
		kind, err := volume.get("type").value()
		source := volume.get("source")
		if source != nil && (err != nil || kind == "image") {
			s.use(source, source.raw, false)
		}
	}
}

func (s service) subject() string { return fmt.Sprintf("service %q", s.name) }

// id names the service in a tree with several projects.
func (s service) id() string { return path.Join(s.dir, s.name) }

// place is the line of a value, in the block of the service if the value stands there.
func (s service) place(n *node) result.Location {
	at := n.location()
	for _, span := range s.node.spans {
		if span.Path == at.Path && span.Block.Start <= at.Line && at.Line <= span.Block.End {
			at.Block = span.Block
		}
	}
	return at
}

// fault adds a row for a build that can't be followed.
func (s service) fault(n *node, f result.Fault) {
	if !s.optional {
		s.loader.fail(s.id(), s.place(n), f)
	}
}
