package git

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/secret"
)

// fetchTime is how long one fetch may take: a server may send without end.
const fetchTime = 5 * time.Minute

// ErrNoBranch means that a remote repository has no branch of a name.
var ErrNoBranch = errors.New("there is no such branch in the repository")

// Remote is a repository at a host, and how to fetch from it.
type Remote struct {
	// URL is an address with https, or with http where AllowHTTP is set, without user info.
	URL       string
	AllowHTTP bool
	// User and Token are the credential, for the host of URL alone; both may be empty.
	User  string
	Token secret.Value
	// CAFiles hold authorities besides those of the system, in PEM.
	CAFiles []string
	// Env is the environment as os.Environ returns it.
	Env []string
}

// Fetch fetches one commit into a temporary repository: the one with the full hash id, else the tip
// of a branch. Contents of files follow when they are read. It fails with an [*Error], or with the
// cause of ctx's end.
//
// The temporary repository has no configuration but git's own, and no clone is read or written. Git
// speaks the protocol of URL alone, follows no redirect, and runs no hook and no credential helper.
// It gets no tags, no submodules and no history. Use [Commit.Close] to remove it.
func Fetch(ctx context.Context, from Remote, id, branch string) (*Commit, error) {
	f, err := newFetcher(from)
	if err != nil {
		return nil, err
	}
	c, err := f.commit(ctx, id, branch)
	if err != nil {
		_ = f.close() // the first error says more
		return nil, err
	}
	return c, nil
}

// fetcher is a temporary repository, and the remote that fills it.
type fetcher struct {
	Remote
	// folder holds the repository and the askpass program.
	folder string
	// remote may use the network, and local may not.
	remote, local *Repo
	masker        secret.Masker
	// limit bounds one fetch.
	limit time.Duration
}

func newFetcher(from Remote) (*fetcher, error) {
	what := fmt.Sprintf("fetch from %q", StripUserInfo(from.URL))
	address, err := checkURL(from)
	if err != nil {
		return nil, &Error{What: what, Err: err}
	}
	program, err := findGit(from.Env)
	if err != nil {
		return nil, &Error{What: what, Fix: fix("", "", err), Err: err}
	}
	folder, err := os.MkdirTemp(lookup(from.Env, "TMPDIR"), "scangate-policy-")
	if err != nil {
		return nil, &Error{What: what, Err: err, Fix: "set TMPDIR (on Windows, TMP) to a folder that can be written to"}
	}
	f := &fetcher{Remote: from, folder: folder, masker: secret.Credentials(from.Token), limit: fetchTime}
	if err := f.prepare(program, address); err != nil {
		_ = f.close()
		return nil, &Error{What: what, Err: err}
	}
	return f, nil
}

// checkURL refuses an address that git could take for something else than a host's.
func checkURL(from Remote) (*url.URL, error) {
	address, err := url.Parse(from.URL)
	switch {
	case err != nil || address.Host == "" || address.User != nil || address.RawQuery != "" || address.Fragment != "":
		return nil, errors.New("the address must be https://HOST/PATH")
	case address.Scheme != "https" && (address.Scheme != "http" || !from.AllowHTTP):
		return nil, fmt.Errorf("the address must begin with https://, got %s://", address.Scheme)
	}
	return address, nil
}

// prepare makes the folder's files and the environments.
func (f *fetcher) prepare(program string, address *url.URL) error {
	home, repository := filepath.Join(f.folder, "home"), filepath.Join(f.folder, "repository")
	for _, dir := range []string{home, repository} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	env := isolatedEnv(f.Env, home)
	f.local = &Repo{git: program, root: repository, env: append(slices.Clone(env), "GIT_ALLOW_PROTOCOL=none")}
	online := append(slices.Clone(env), "GIT_ALLOW_PROTOCOL="+address.Scheme)
	online = append(online, networkEnv(f.Env)...)
	if f.Token != "" {
		ask, err := f.writeAskpass(address)
		if err != nil {
			return err
		}
		online = append(online, ask...)
	}
	bundle, err := f.writeBundle()
	if err != nil {
		return err
	}
	if bundle != "" {
		online = append(online, "GIT_SSL_CAINFO="+bundle)
	}
	f.remote = &Repo{git: program, root: repository, env: online}
	return nil
}

// isolatedEnv returns an environment in which git reads no configuration but the repository's.
func isolatedEnv(env []string, home string) []string {
	own := []string{"HOME", "XDG_CONFIG_HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_ALLOW_PROTOCOL"}
	out := slices.DeleteFunc(childEnv(env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains(own, strings.ToUpper(name))
	})
	return append(out,
		"HOME="+home, "XDG_CONFIG_HOME="+home, "USERPROFILE="+home,
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_ATTR_NOSYSTEM=1",
	)
}

// networkEnv returns the variables that say how to connect: proxies, and authorities.
func networkEnv(env []string) []string {
	names := []string{"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR"}
	var out []string
	for _, kv := range env {
		if name, _, _ := strings.Cut(kv, "="); slices.Contains(names, strings.ToUpper(name)) {
			out = append(out, kv)
		}
	}
	return out
}

// commit fetches the commit.
func (f *fetcher) commit(ctx context.Context, id, branch string) (*Commit, error) {
	if err := f.init(ctx, "sha1"); err != nil {
		return nil, err
	}
	if id == "" {
		var err error
		if id, err = f.tip(ctx, branch); err != nil {
			return nil, err
		}
	}
	if !IsHash(id) {
		return nil, &Error{What: "fetch a commit", Err: fmt.Errorf("%q is not a full hash", id)}
	}
	if len(id) == 64 {
		if err := f.init(ctx, "sha256"); err != nil {
			return nil, err
		}
	}
	if err := f.fetch(ctx, "fetch commit "+id, id); err != nil {
		return nil, err
	}
	snapshot, err := f.local.Snapshot(ctx, id)
	if err != nil {
		return nil, err
	}
	objects := f.local.Objects(ctx)
	objects.fetch = func(ctx context.Context, blob string) error { return f.fetch(ctx, "fetch content "+blob, blob) }
	return &Commit{ID: id, Snapshot: snapshot, objects: objects, fetched: f}, nil
}

// init makes an empty repository for a kind of hashes, in the place of an earlier one.
func (f *fetcher) init(ctx context.Context, format string) error {
	if err := os.RemoveAll(f.local.root); err != nil {
		return err
	}
	if err := os.Mkdir(f.local.root, 0o700); err != nil {
		return err
	}
	args := []string{"init", "--quiet", "--bare", "--template="}
	if format != "sha1" {
		args = append(args, "--object-format="+format) // git before 2.29 doesn't know the option
	}
	_, err := f.local.run(ctx, "make a temporary repository", args...)
	return err
}

// online returns the options of commands that use the network.
func online() []string {
	return []string{
		"-c", "http.followRedirects=false", "-c", "http.sslVerify=true", "-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60",
		"-c", "credential.helper=", "-c", "core.askPass=", "-c", "protocol.version=2", "-c", "transfer.bundleURI=false",
		"-c", "fetch.negotiationAlgorithm=noop", "-c", "submodule.recurse=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
	}
}

// tip asks for the hash of a branch's tip. A pattern of ls-remote matches the end of a ref, so only
// the ref in full counts.
func (f *fetcher) tip(ctx context.Context, branch string) (string, error) {
	what, ref := fmt.Sprintf("ask %s for the tip of the branch %q", f.URL, branch), "refs/heads/"+branch
	if branch == "" || strings.ContainsAny(branch, "*?[\\ \n\x00") {
		return "", &Error{What: what, Err: ErrNoBranch}
	}
	out, err := f.exec(ctx, what, append(online(), "ls-remote", "--quiet", "--", f.URL, ref)...)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(out)) {
		if id, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); name == ref && IsHash(id) {
			return id, nil
		}
	}
	return "", &Error{What: what, Err: ErrNoBranch}
}

// fetch fetches an object by its full hash. Git compares what it gets with the hash.
func (f *fetcher) fetch(ctx context.Context, what, id string) error {
	what += " from " + f.URL
	_, err := f.exec(ctx, what, append(online(),
		"fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--filter=blob:none", "--", f.URL, id)...)
	return err
}

// exec runs a command that uses the network. What a server answers may repeat the token.
func (f *fetcher) exec(ctx context.Context, what string, args ...string) ([]byte, error) {
	bounded, cancel := context.WithTimeoutCause(ctx, f.limit, fmt.Errorf("it took more than %v", f.limit))
	defer cancel()
	out, _, err := f.remote.exec(bounded, what, args...)
	failed, ok := errors.AsType[*Error](err)
	if !ok {
		if err != nil && ctx.Err() == nil {
			return nil, &Error{What: what, Err: context.Cause(bounded)}
		}
		return out, err
	}
	masked := *failed
	masked.Stderr, masked.Fix = f.masker.Mask(failed.Stderr), ""
	return nil, &masked
}

// close removes the folder.
func (f *fetcher) close() error { return os.RemoveAll(f.folder) }
