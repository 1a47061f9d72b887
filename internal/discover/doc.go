// Package discover finds out what a repository would deploy: its Dockerfiles,
// the images that they, Compose files and manifests name, and its IaC
// templates. The outcome is the plan of a run, in which everything that was
// seen has a row: to be asked, skipped by the user's choice, or failed.
//
// Inside git exactly what git knows and does not ignore is looked at, elsewhere
// the tree. Nothing is read through a symbolic link that leads out of it.
package discover
