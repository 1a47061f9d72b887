// Package git wraps the git command: which files a repository knows, what they
// held in a commit, and where a change began. It runs git and uses no library,
// because only git gives git's exact answer about ignored files, and a wrong
// answer uploads a secret.
//
// A checkout is not trusted. Git runs without hooks, file system monitor, pager
// and network. Variables that point to another repository are removed from its
// environment: a hook sets GIT_DIR and GIT_INDEX_FILE.
package git
