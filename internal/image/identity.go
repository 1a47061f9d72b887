package image

import "strings"

// Key is equal for references to the same image. The digest decides where there
// is one, whatever the tag says, and a tag never equals a digest. All hosts of
// Docker Hub count as docker.io.
func (r Reference) Key() string {
	r = r.canonical()
	if r.Digest != "" {
		r.Tag = ""
	}
	return r.String()
}

// ParseWithRegistry reads a name and a registry that a scanner reports in two
// fields. A registry within the name takes precedence. The registry may be a URL,
// such as https://index.docker.io/v1/, and whatever means Docker Hub becomes
// docker.io. The error is a [*ParseError].
func ParseWithRegistry(registry, name string) (Reference, error) {
	name = strings.TrimSpace(name)
	registry = host(registry)
	if within, _ := splitRegistry(name); within == "" && registry != "" {
		name = registry + "/" + name
	}
	r, err := Parse(name)
	return r.canonical(), err
}

// host returns the host, and the path if there is one, of a registry that may be
// a URL or a name of Docker Hub.
func host(registry string) string {
	h := strings.ToLower(strings.TrimSpace(registry))
	if _, after, isURL := strings.Cut(h, "://"); isURL {
		h = after
	}
	h = strings.TrimRight(h, "/")
	h = strings.TrimSuffix(strings.TrimSuffix(h, "/v1"), "/v2")
	switch h {
	case "docker", "dockerhub", "docker hub":
		return hub
	}
	return h
}

// canonical replaces the other hosts of Docker Hub by docker.io.
func (r Reference) canonical() Reference {
	switch strings.ToLower(r.Registry) {
	case hub, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com":
		r.Registry, r.Repository = complete(hub + "/" + r.Repository)
	}
	return r
}
