package ci

import (
	"regexp"
	"strings"
)

// ofHead names the branch of a change. A fork's main is not main: the service files results by
// repository and branch, and takes the scan of one for a duplicate of the other. So a branch of
// another repository than own has that repository's path in front, as in carol/shop:main. No branch
// is named so, because git allows no colon in names. The results stay with the repository that the
// change is for.
func ofHead(head, own, branch string) string {
	if branch == "" || strings.EqualFold(head, own) {
		return branch
	}
	return head + ":" + branch
}

// ofUnknownHead names the branch of a pull request whose repository the host does not state.
func ofUnknownHead(number, branch string) string {
	if branch == "" {
		return ""
	}
	return "pull/" + number + ":" + branch
}

// refBranch returns the short name of a branch, and any other ref in full: a tag or a pull request
// named like a branch is another one.
func refBranch(ref string) string {
	branch, isBranch := branchOf(ref)
	if !isBranch {
		return ref
	}
	return ofQueue(branch)
}

// tagRef returns the ref of a tag, "" for none.
func tagRef(tag string) string {
	if tag == "" {
		return ""
	}
	return "refs/tags/" + strings.TrimPrefix(tag, "refs/tags/")
}

// queuePrefix starts the branches of GitHub's merge queues
// (https://docs.github.com/repositories, "Managing a merge queue").
const queuePrefix = "gh-readonly-queue/"

// queueTarget returns the branch that a merge queue merges into, by the ref of a group; "" for
// another ref.
func queueTarget(ref string) string {
	m := regexp.MustCompile(`^refs/heads/` + queuePrefix + `(.+)/pr-[0-9]+-[0-9a-f]+$`).FindStringSubmatch(ref)
	if m == nil {
		return ""
	}
	return m[1]
}

// ofQueue names the branch of a merge queue without the commit that it was made of. Otherwise each
// attempt to merge one pull request would be another branch at the service.
func ofQueue(branch string) string {
	if !strings.HasPrefix(branch, queuePrefix) {
		return branch
	}
	return regexp.MustCompile(`(/pr-[0-9]+)-[0-9a-f]+$`).ReplaceAllString(branch, "$1")
}
