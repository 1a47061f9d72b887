// Package ci knows the hosts that run pipelines: how to tell where the program
// runs, and what the host says about the repository, the branch and the author.
package ci
