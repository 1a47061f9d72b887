// Package git wraps the git command: which files a repository knows, and whose
// they are. The git command is asked, and no library, because only it gives
// git's exact answer about ignored files, and a wrong one uploads a secret.
//
// A checkout is not trusted. Git runs without hooks, file system monitor,
// pager and network, and what the caller's environment says about some other
// repository (a hook sets GIT_DIR and GIT_INDEX_FILE) is taken away.
package git
