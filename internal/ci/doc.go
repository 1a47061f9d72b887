// Package ci knows the hosts that run pipelines: how to recognize them, what they say about the
// repository, the branch and the author, and what a change is compared with. It also writes to
// GitHub's runner and pull requests.
package ci
