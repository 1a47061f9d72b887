// Package ci knows the hosts that run pipelines: how to recognize them, what they say about the
// repository, the branch and the author, and how to use GitHub's runner and pull requests.
package ci
