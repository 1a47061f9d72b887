package policy

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// Inline returns the waivers in the comments of a file. Those count that the policy's commit has as
// well, in the same file above a block that begins with the same line; later are the others. Where
// the run is judged by its own policy, or by an approved one, all count. See [Inline] for the error
// about comments.
func (s Source) Inline(path string, content []byte) (counted, later []result.Waiver, err error) {
	all, err := Inline(path, content)
	if err != nil || len(all) == 0 || s.Commit == nil || s.Judge.Approved {
		return all, nil, err
	}
	before, err := s.Commit.Read(path)
	switch {
	case errors.Is(err, git.ErrNoFile), errors.Is(err, git.ErrNotAFile):
		return nil, all, nil
	case err != nil:
		return nil, nil, err
	}
	accepted := map[string]int{}
	known, _ := Inline(path, before) // a comment that is not valid there waives nothing
	for _, w := range known {
		accepted[inlineKey(w, before)]++
	}
	for _, w := range all {
		key := inlineKey(w, content)
		if accepted[key] == 0 {
			later = append(later, w)
			continue
		}
		accepted[key]--
		counted = append(counted, w)
	}
	return counted, later, nil
}

// InlineDifference is a waiver in a comment that a change brings, as a difference of the policy. A
// shift of its line is not another difference.
func InlineDifference(path string, w result.Waiver, content []byte) result.PolicyDifference {
	return result.PolicyDifference{Effect: result.Loosens, Key: InlineWord, Text: path + " waives " + w.String(), Detail: inlineKey(w, content)}
}

// inlineKey is what a waiver says, and the line that it stands above.
func inlineKey(w result.Waiver, content []byte) string {
	var line []byte
	if lines := bytes.Split(content, []byte("\n")); w.Lines != nil && w.Lines.Start >= 1 && w.Lines.Start <= len(lines) {
		line = bytes.TrimSpace(lines[w.Lines.Start-1])
	}
	w.Origin, w.Lines = result.Origin{}, nil
	said, err := json.Marshal(w)
	if err != nil {
		return w.String() // it holds texts and numbers: nothing can fail
	}
	return string(said) + "\n" + string(line)
}
