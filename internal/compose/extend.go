package compose

import "github.com/scangate/scangate/internal/build"

// maxExtends bounds a chain of extends.
const maxExtends = 500

// extender resolves the extends among the services of one document, or of one file
// that others extend from.
type extender struct {
	*loader
	src      *source
	services map[string]*node
	resolved map[string]*node
	// active are the services that are being resolved.
	active map[string]bool
}

// extend resolves the extends of a document.
func (l *loader) extend(root *node, src *source) *node {
	return root.withServices(func(_ string, services *node) func(entry) *node {
		x := newExtender(l, src, services)
		return func(e entry) *node { return x.service(e.key, 0) }
	})
}

func newExtender(l *loader, src *source, services *node) *extender {
	x := &extender{loader: l, src: src, services: map[string]*node{}, resolved: map[string]*node{}, active: map[string]bool{}}
	if services != nil {
		for _, e := range services.entries {
			x.services[e.key] = e.value
		}
	}
	return x
}

// service returns a service merged over what it extends.
func (x *extender) service(name string, depth int) *node {
	if n, ok := x.resolved[name]; ok {
		return n
	}
	n := x.services[name]
	extends := n.get("extends")
	if extends == nil {
		return n
	}
	x.active[name] = true
	base := x.base(name, extends, depth)
	delete(x.active, name)
	merged := *n.without("extends")
	if base.get() != nil && x.spend(base.size(), extends) {
		// A tag of the service counts for earlier files, and not for what it extends.
		merged.tag = noTag
		merged = *merge(base.withoutTags(), &merged, fileRule().fields["services"].each)
		merged.tag = n.tag
	}
	x.resolved[name] = &merged
	return &merged
}

// base returns the service that another one extends, nil if it can't be found.
func (x *extender) base(name string, extends *node, depth int) *node {
	from, ref := x, extends.get("service")
	if ref == nil {
		x.failAt(extends, unparsable, "service %q: extends names no service", name)
		return nil
	}
	if file := extends.get("file"); file != nil {
		if from = x.file(file); from == nil {
			return nil
		}
	}
	of, err := ref.value()
	if err != nil {
		x.fail(ref.raw, ref.location(), x.unknown(ref, err))
		return nil
	}
	switch n, ok := from.services[of]; {
	case !ok:
		x.failAt(ref, unparsable, "service %q extends %q, which is not in %s", name, of, from.src.path)
		return nil
	case n == nil:
		return nil
	case from.active[of]:
		x.failAt(ref, unparsable, "service %q extends %q, which extends %q", name, of, name)
		return nil
	case depth == maxExtends:
		x.failAt(ref, tooLarge, "too large to read: service %q is at the end of a chain of more than %d extends", name, maxExtends)
		return nil
	}
	return from.service(of, depth+1)
}

// file returns the services of a file that is extended, nil if it can't be read. What
// the file includes is not a part of it.
func (x *extender) file(name *node) *extender {
	path, ok := x.follow(name, x.src.dir, "extends")
	if !ok {
		return nil
	}
	src := source{path, build.Folder(path), x.src.env}
	if known, ok := x.extended[src]; ok {
		return known
	}
	var services *node
	for _, root := range x.roots(&src) {
		if own := root.child("services"); own != nil {
			// The tags of the last document also count for what its services extend.
			services = merge(services.withoutTags(), own, fileRule().fields["services"])
		}
	}
	y := newExtender(x.loader, &src, services)
	for name, n := range y.services {
		y.services[name] = n.unique(fileRule().fields["services"].each)
	}
	x.extended[src] = y
	return y
}
