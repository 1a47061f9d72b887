package campaign

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// earlier is a run of the same command before the one that is judged. A signal ends it,
// and its --state file is what the later run finds.
type earlier struct {
	signal time.Duration
	// between is the time from the end of the earlier run to the start of the later one.
	between time.Duration
	// fate is what became of the file in between, or what was different in the earlier run.
	fate string
	// edits is the number of files that changed in between.
	edits int
}

const (
	kept = "kept"
	// The earlier run was about something else: its ids say nothing of this run.
	otherScopes = "other-key other-branch other-repository other-endpoint"
	// The file is not what the earlier run wrote.
	damages = "truncated flipped swapped prolonged older newer garbage huge folder"
	losses  = "absent empty"
)

func fates() []string { return strings.Fields(kept + " " + otherScopes + " " + damages + " " + losses) }

// trusted reports whether the later run has all ids of the earlier one.
func (e *earlier) trusted() bool { return e.fate == kept && e.between < expiry }

// isKnown reports whether the later run may have ids of the earlier one. A file that was cut at the
// end of a line is an older file.
func (e *earlier) isKnown() bool {
	return e.trusted() || e.fate == "truncated" && e.between < expiry
}

const (
	// expiry is how long the file keeps an id.
	expiry = 24 * time.Hour
	// fresh is how long a finished IaC scan answers for its content.
	fresh = time.Hour
)

func drawEarlier(d dice) *earlier {
	if !d.chance(14) {
		return nil
	}
	e := &earlier{signal: d.span(500*time.Millisecond, 15*time.Second), fate: kept}
	soon := d.span(0, 20*time.Second)
	e.between = oneOf(d, soon, soon, soon, soon, d.span(40*time.Minute, 58*time.Minute), d.span(62*time.Minute, 3*time.Hour), d.span(25*time.Hour, 30*time.Hour))
	if d.chance(60) {
		e.fate = oneOf(d, fates()...)
	}
	if d.chance(35) {
		e.edits = d.between(1, 2)
	}
	return e
}

func (e *earlier) String() string {
	return fmt.Sprintf("an earlier run, ended after %v, %v before; its state is %s, %d files edited since", e.signal, e.between, e.fate, e.edits)
}

// meets is what the earlier run was given instead of the later one's settings.
func (e *earlier) meets(s *schedule, args []string) (key string, changed []string) {
	key, changed = s.key, slices.Clone(args)
	replace := func(old, with string) {
		if i := slices.Index(changed, old); i >= 0 {
			changed[i] = with
		}
	}
	switch e.fate {
	case "other-key":
		key = "another-" + s.key
	case "other-branch":
		replace(branch, branch+"-before")
	case "other-repository":
		replace(repoURL, repoURL+"-before")
	case "other-endpoint":
		replace(s.front.endpoint(), s.front.endpoint()+"/../gateway")
	}
	return key, changed
}

// happen is what happens between the runs: the file meets its fate, and files change.
func (e *earlier) happen(t *testing.T, s *schedule, root, state string) {
	t.Helper()
	d := newDice(s.seed, "between")
	if err := e.damage(d, state); err != nil {
		t.Fatal(err)
	}
	if len(s.tree.files) == 0 {
		return
	}
	for range e.edits {
		f := &s.tree.files[d.IntN(len(s.tree.files))]
		if f.link != "" || f.state != pending || f.text == "" {
			continue
		}
		f.text += "# edited\n"
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(f.path)), []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (e *earlier) damage(d dice, state string) error {
	text, err := os.ReadFile(state)
	if err != nil || len(text) < 2 || e.fate == kept {
		return nil //nolint:nilerr // nothing was under way
	}
	switch e.fate {
	case "truncated":
		text = text[:len(text)-d.between(1, len(text)-1)]
	case "flipped":
		text[d.IntN(len(text))] ^= 1
	case "swapped":
		text = swapIDs(text)
	case "prolonged":
		text = append(text, oneOf(d, " ", "\n", "{}", "\x00")...)
	case "older", "newer": // than the format of this version
		text = bytes.Replace(text, []byte(" 1\n"), []byte(map[string]string{"older": " 0\n", "newer": " 2\n"}[e.fate]), 1)
	case "garbage":
		text = []byte(oneOf(d, "{}", `{"entries":[]}`, "null", "\x00\x01", strings.Repeat("x", 300)))
	case "huge":
		text = append(text, strings.Repeat(" ", 2<<20)...)
	case "empty":
		text = nil
	case "absent", "folder":
		if err := os.Remove(state); err != nil || e.fate == "absent" {
			return err
		}
		return os.Mkdir(state, 0o700)
	}
	return os.WriteFile(state, text, 0o600)
}

// swapIDs gives each entry of a state file the id of the next, or another id where there is
// one alone: a file with the right ids at the wrong places.
func swapIDs(text []byte) []byte {
	ids := regexp.MustCompile(`"id":"[^"]*"`).FindAll(text, -1)
	n := 0
	return regexp.MustCompile(`"id":"[^"]*"`).ReplaceAllFunc(text, func(id []byte) []byte {
		n++
		if len(ids) == 1 {
			return []byte(`"id":"scan-of-others"`)
		}
		return ids[n%len(ids)]
	})
}

// begin starts the log anew for the later run.
func (v *service) begin(e *earlier) {
	v.mu.Lock()
	defer v.mu.Unlock()
	shift := time.Since(v.start)
	v.start = v.start.Add(shift)
	for _, k := range v.works {
		k.ready -= shift
		k.since -= shift
		k.earlier = true
		k.settled = k.known && -k.since > e.between+time.Second
		k.known = k.known && e.isKnown()
		k.ours = k.ours && k.known && k.asNow(v.s.tree)
		k.success, k.clash, k.polled, k.seen, k.glimpsed = false, false, false, nil, nil
	}
	v.events, v.requests, v.attempts, v.streaks = nil, 0, map[string]int{}, map[string]*streak{}
}

// asNow: the files of the work are those of the tree.
func (k *work) asNow(t *tree) bool {
	for name, text := range k.files {
		if f := t.file(name); f == nil || f.text != text {
			return false
		}
	}
	return true
}

// over marks a work of an earlier run that was done before this run asked about it, and that
// does not answer for it: an image scan, whose tags may have moved since, or a scan that was old
// when this run began. This run may wait for its status past the hour.
func (c *exchange) over(done bool) {
	k := c.work
	old := k.call != callIaC || -k.since >= fresh
	if k.earlier && done && !k.polled && old {
		k.over = true
	}
	k.polled = k.polled || !done
}

// checkResumed: templates whose scan the state file names are not uploaded again.
func (o *oracle) checkResumed() {
	e := o.r.s.earlier
	if e == nil || !e.trusted() || e.edits > 0 {
		return
	}
	for _, k := range o.r.v.works {
		if !k.earlier || k.call != callIaC || !k.settled || -k.since > fresh-10*time.Minute {
			continue
		}
		well := true
		for _, event := range o.r.v.events {
			switch {
			case event.subject == k.id:
				// The state file keeps whole seconds: the scan may be taken for older than it is.
				grown := event.temper == waiting && event.at-k.since > young-time.Second
				well = well && !grown && (event.temper == "" || event.temper == waiting || event.temper == harmless)
			case event.call == callIaC && event.subject == k.subject && well:
				o.fault("[%s] is uploaded again at %v, although scan %s of an earlier run answers for it", k.subject, event.at, k.id)
			}
		}
	}
}
