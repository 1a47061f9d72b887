// Package render runs Helm and Kustomize, and returns the manifests that they render.
//
// The programs work on a private copy of the files that git tracks: regular files alone,
// without links and without what git ignores. They get PATH and an empty home, no
// network, and bounded time, memory and output. What Kustomize would fetch, or take from
// outside of the copy, is found before it runs.
//
// The values of ConfigMaps and Secrets are removed from what is returned.
package render
