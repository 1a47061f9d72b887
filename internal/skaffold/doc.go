// Package skaffold reads Skaffold files: the artifacts that they build, and the manifests
// that they deploy.
//
// What all profiles declare is a part of the project. Fields that are Go templates get the
// user's variables; the environment is never used.
package skaffold
