// Package docs holds no code. Its tests write the lists in README.md, action.yml and the
// help topics from the registries of the product, and fail when a list is stale.
package docs

//go:generate go test . -run ^TestGenerated$ -update
