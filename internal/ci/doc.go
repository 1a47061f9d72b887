// Package ci knows the hosts that run pipelines: how to recognize them, and what they say about the
// repository, the branch and the author. It also writes to GitHub's runner and pull requests.
package ci
