package render

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// packedCRDs returns the custom resource definitions in the archives of a chart's
// dependencies. Helm installs them, and does not print them with its templates. Those of
// folders are files of the tree.
func (t *Tree) packedCRDs(dir string, b Bounds) ([]Document, error) {
	var docs []Document
	for _, file := range t.below(path.Join(dir, "charts")) {
		if path.Ext(file) != ".tgz" || path.Base(parent(file)) != "charts" {
			continue
		}
		packed, err := t.crdsIn(file, b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		docs = append(docs, packed...)
	}
	return docs, nil
}

// crdsIn returns the definitions in an archive.
func (t *Tree) crdsIn(file string, b Bounds) (docs []Document, err error) {
	f, err := t.FS.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	zip, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	room := b.Output
	archive := tar.NewReader(io.LimitReader(zip, b.Copy))
	for {
		h, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return nil, err
		case h.Typeflag != tar.TypeReg || !isCRDPath(h.Name):
			continue
		}
		text, err := io.ReadAll(io.LimitReader(archive, room+1))
		if err != nil {
			return nil, err
		}
		if room -= int64(len(text)); room < 0 {
			return nil, fmt.Errorf("its definitions are larger than %d MiB", b.Output>>20)
		}
		if text, err = withoutData(text); err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		docs = append(docs, Document{Source: file, Name: path.Join(parent(file), path.Clean("/"+h.Name)), Text: text})
	}
}

// isCRDPath reports whether a path in an archive is that of definitions: CHART/crds/FILE, or
// the same in a chart below charts.
func isCRDPath(name string) bool {
	parts := strings.Split(path.Clean(name), "/")
	for len(parts) > 3 && parts[1] == "charts" {
		parts = parts[2:]
	}
	ext := path.Ext(name)
	return len(parts) > 2 && parts[1] == "crds" && (ext == ".yaml" || ext == ".yml" || ext == ".json")
}
