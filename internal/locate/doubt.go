package locate

// doubt says why the references of an alert may not be what the service meant, "" if they
// are. The names in them are those of the templates, and may hold labels of their own: a
// resource "ssh, File: old.tf" would have its findings in old.tf.
func (p *parser) doubt(refs []reference) string {
	for i := range refs {
		switch r := &refs[i]; {
		case len(refs) > 1 && !r.complete():
			return "the details have a reference with one label beside others"
		case i > 0 && p.lineStart(r.start) == p.lineStart(refs[i-1].start):
			return "a line of the details has several references"
		case r.bracketed && !r.closed:
			return "the details have a bracket that nothing closes"
		case r.joined && r.end < len(p.text) && isCloser(p.text[r.end]):
			return "the details have a bracket that closes nothing"
		}
	}
	if !p.onlyLabelsOf(refs) {
		return "the details have a label that belongs to no reference"
	}
	return ""
}

// onlyLabelsOf reports whether every label of a resource or a file belongs to a reference, which
// has each once and no other label before them. The word Resource before references is that of
// IAM policies.
func (p *parser) onlyLabelsOf(refs []reference) bool {
	n := 0
	seen := map[labelKind]bool{}
	for _, l := range p.labels {
		for n < len(refs) && l.start >= refs[n].end {
			n++
			clear(seen)
		}
		inside := n < len(refs) && l.start >= refs[n].start
		names := l.kind == labelRef || l.kind == labelFile
		follows := n > 0 && p.lineStart(l.start) == p.lineStart(refs[n-1].start)
		switch {
		case !inside && names && (!l.resource || follows):
			return false
		case inside && names && (seen[l.kind] || seen[labelBranch] || seen[labelLine]):
			return false
		}
		seen[l.kind] = seen[l.kind] || inside
	}
	return true
}
