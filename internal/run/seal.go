package run

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
	"github.com/scangate/scangate/internal/secret"
)

// sealKey derives the key of results from the API key.
func sealKey(apiKey secret.Value) seal.Key { return seal.NewKey(apiKey.Reveal(), "result") }

// resultKey is the key that the result is sealed with, the zero Key if there is no API key: then
// the ledger says so.
func (in inputs) resultKey() seal.Key {
	key, err := in.apiKey()
	if err != nil {
		return seal.Key{}
	}
	return sealKey(key)
}

// checkingKey is the key that saved results are checked with, the zero Key if there is no API key.
func checkingKey(sys System, cfg *config.Config) (seal.Key, error) {
	key, err := apiKey(sys, cfg)
	if missing, ok := errors.AsType[*result.FaultError](err); ok && missing.Cause == result.CauseNoCredentials {
		return seal.Key{}, nil
	}
	if err != nil {
		return seal.Key{}, err
	}
	return sealKey(key), nil
}

// saved is a result that was read from a file.
type saved struct {
	*result.Result
	// sealed: the file is as a run with the same API key wrote it.
	sealed bool
}

// readResult reads a saved result whose verdict follows from its rows and findings. With a key, the
// file must have the seal that a run with this key gives it.
func readResult(sys System, path string, key seal.Key) (saved, error) {
	f, err := openFile(path)
	if err != nil {
		return saved{}, usagef("%s: %w; fix: give a file that scangate scan -o json=FILE wrote", path, plainCause(err))
	}
	defer f.Close()
	defer limitMemory(readingHeap(f))()
	checker := seal.NewChecker(key)
	res, err := result.Decode(io.TeeReader(f, checker))
	if err == nil {
		err = recall(sys, res)
	}
	s := saved{Result: res, sealed: key.Present() && checker.Valid()}
	if err == nil && key.Present() && !s.sealed {
		err = s.unsealed()
	}
	if err != nil {
		return saved{}, usagef("%s: %w; fix: %s", path, err, resultFix(err))
	}
	return s, nil
}

// readingHeap is the heap above which garbage is collected sooner while a result is read: findings
// take less memory than their JSON. It is not a limit for what is not a file.
func readingHeap(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return math.MaxInt64
	}
	var before runtime.MemStats // there may be other shards of the run
	runtime.ReadMemStats(&before)
	return int64(before.HeapAlloc) + parsingHeap + info.Size()
}

// resultFix says what to do about a file that is not a result.
func resultFix(err error) string {
	if _, ok := errors.AsType[*jsonx.VersionError](err); ok {
		return "use the version of scangate that wrote it, or scan again"
	}
	return "use the file as scan wrote it with -o json=FILE, or scan again"
}

// unsealed returns why a result without a valid seal is refused although the API key is known, nil
// if the run that wrote it may have had no key.
func (s saved) unsealed() error {
	answered := slices.ContainsFunc(s.Ledger, func(row result.Row) bool { return isScanned(row.Target.Kind) && row.Status == result.Answered })
	switch {
	case s.Seal != "":
		return errors.New("forged: its seal is not that of this API key; it was changed, or another key wrote it")
	case answered && s.Endpoint != config.Embedded:
		return errors.New("forged: it has no seal, and a scan with an API key seals its result")
	}
	return nil
}

// checkSeal returns an error where a seal is required that could not be checked.
func (s saved) checkSeal(cfg *config.Config) error {
	switch {
	case s.sealed || !cfg.RequireSeal:
		return nil
	case s.Seal == "":
		return errors.New("--require-seal: the result has no seal; fix: set SCANGATE_API_KEY for the scan that writes it")
	}
	return errors.New("--require-seal: the seal can't be checked without the API key; fix: set SCANGATE_API_KEY")
}

// line is the last line of a command that decides from the result.
func (s saved) line(verdict string) string {
	if s.sealed {
		return verdict
	}
	return verdict + "; UNSEALED"
}

// Verify checks the saved result at path: its seal, its commit, and that its verdict follows from
// what it holds. It ends as the saved run did.
func Verify(sys System, req Request, path string) (Ending, error) {
	sys.Publisher.maskEnvironment()
	cfg, _, err := readFlags(sys, req)
	if err != nil {
		return Ending{}, err
	}
	key, err := checkingKey(sys, cfg)
	if err != nil {
		return Ending{}, err
	}
	s, err := readResult(sys, path, key)
	if err != nil {
		return Ending{}, err
	}
	if err := cmp.Or(s.checkCommit(path, cfg.Commit), s.checkSeal(cfg)); err != nil {
		return Ending{}, err
	}
	sys.Say(s.provenance())
	return Ending{Code: s.Verdict.Exit, Line: s.line(s.Verdict.Line)}, nil
}

func (s saved) checkCommit(path, want string) error {
	if want == "" || s.Repository.Commit == want {
		return nil
	}
	return usagef("%s: is the result of %s, not of commit %s; fix: use the result of this commit, or scan it",
		path, cmp.Or(strings.TrimSuffix("commit "+s.Repository.Commit, "commit "), "no known commit"), want)
}

// provenance says where a result comes from.
func (s saved) provenance() string {
	judge := "unknown"
	if s.Judge != nil {
		judge = s.Judge.String()
	}
	return fmt.Sprintf("%s %s wrote this result at %s: endpoint %s, commit %s, policy %s sha256:%s, plan sha256:%s", s.Tool.Name, s.Tool.Version,
		s.Finished.Format("2006-01-02 15:04:05 MST"), s.Endpoint, cmp.Or(s.Repository.Commit, "unknown"), judge, s.PolicySum, cmp.Or(s.Plan, "unknown"))
}
