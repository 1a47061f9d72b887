// Package discover plans a run: it finds the Dockerfiles of a tree, the images
// that they, Compose files and manifests name, and the IaC templates.
//
// [Run] goes one way: the files of the tree, those with a candidate's name, what
// each of these is by its content, the projects that declare builds, and the plan. Each
// target gets a row: pending, skipped by the user's choice or because there is nothing to
// scan, or failed.
//
// A Dockerfile is resolved once for each of its builds. An image is built here if a build of
// its project makes it whose Dockerfile is a target of the whole plan.
//
// Inside git the files are those that git knows and does not ignore. Elsewhere
// they are the whole tree. Nothing is read through a symbolic link that leads out
// of it.
package discover
