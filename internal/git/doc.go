// Package git wraps the git command: which files a repository knows, what they
// held in a commit, and where a change began. It runs git and uses no library,
// because only git gives git's exact answer about ignored files, and a wrong
// answer uploads a secret.
//
// A checkout is not trusted. Git runs without hooks, file system monitor, pager
// and network. Its environment is an allow-list: it holds no secret, and nothing
// that points to another repository, such as GIT_DIR and GIT_INDEX_FILE, which a
// hook sets.
package git
