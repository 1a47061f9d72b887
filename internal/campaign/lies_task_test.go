package campaign

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strings"
)

// taskLies are those of a task's status and id. All else in these answers is that of a
// complete task.
func taskLies() []lie[object] {
	const id, status = "taskId", "status"
	return []lie[object]{
		{"never", waiting, "", put(object{status: "submitted"})},
		{"failed", final, "", put(object{status: "failed"})},
		{"odd-status", final, "", drawn(status, "cancelled", "completed", "done", "complete!", "")},
		{"no-status", final, "", without(status)},
		{"null-status", final, "", put(object{status: nil})},
		{"other-id", final, "", put(object{id: "task-of-others"})},
		{"no-task-id", final, "", without(id)},
		{"null-task-id", final, "", put(object{id: nil})},
	}
}

// resultLies are those of a complete task's list of images as a whole.
func resultLies() []lie[object] {
	const list = "scanResult"
	with := func(item any) func(*exchange, object) {
		return func(_ *exchange, body object) { body[list] = append(body[list].([]any), item) }
	}
	return []lie[object]{
		{"no-result", final, "", without(list)},
		{"null-result", final, "", put(object{list: nil})},
		{"object-result", final, "", func(_ *exchange, body object) { body[list] = object{"images": body[list]} }},
		{"null-item", final, "", with(nil)},
		{"null-tag", final, "", with(object{"fullTag": nil, "vulnerabilities": counts{"low": 0}})},
		{"result-says-failed", final, "", func(c *exchange, body object) {
			put(oneOf(c.dice, object{"error": "half of it"}, object{"errors": []any{"internal"}}, object{"success": false}))(c, body)
		}},
		{"result-goes-on", final, "", func(c *exchange, body object) {
			put(oneOf(c.dice, object{"hasNext": true}, object{"totalPages": 2}))(c, body)
		}},
		{"odd-files-scanned", final, "", drawn("filesScanned", -1, "many", true, json.Number("0.5"))},
	}
}

// entryLies are those of the list's entries: which images it has, and how often.
func entryLies() []lie[*entries] {
	return []lie[*entries]{
		{"drop", harmless, "", func(_ *exchange, l *entries) {
			n := min(1, len(l.list))
			l.list, l.answer.images = l.list[n:], l.answer.images[n:]
		}},
		{"extra", harmless, "", nil}, // see speaks
		{"twice", harmless, "", func(c *exchange, l *entries) { l.repeat(c, "") }},
		{"twice-unreadable", harmless, "", func(c *exchange, l *entries) { l.repeat(c, "negative") }},
		// Only the second answer says that the image is not secure, and no count says why.
		{"twice-insecure", harmless, "", func(c *exchange, l *entries) {
			l.repeat(c, "")
			for _, i := range []int{0, len(l.list) - 1} {
				s := &imageText{l.list[i].(object), &l.answer.images[i]}
				few := maps.Clone(s.image.counts)
				few["critical"], few["high"] = 0, 0
				s.count(few)
				s.secure(i == 0)
			}
		}},
		{"files-scanned-zero", final, "files-scanned-zero", nil}, // see countFiles
	}
}

// imageText is the result of an image that is about to be sent.
type imageText struct {
	body  object
	image *imageAnswer // what the oracle is to make of it
}

// count writes counts, which are those of the image.
func (s *imageText) count(n counts) {
	s.image.counts = n
	s.body["vulnerabilities"] = maps.Clone(n)
}

// secure writes the mark.
func (s *imageText) secure(is bool) { s.body["isSecure"], s.image.insecure = is, !is }

// imageLies are those of an image's counts and of its mark. What is unreadable leaves the
// image without an answer, and not the task.
func imageLies() []lie[*imageText] {
	return []lie[*imageText]{
		{"counts-as-text", harmless, "", func(_ *exchange, s *imageText) {
			texts := object{}
			for word, n := range s.image.counts {
				texts[word] = fmt.Sprint(n)
			}
			s.body["vulnerabilities"] = texts
		}},
		{"few-counts", harmless, "", func(_ *exchange, s *imageText) {
			few := maps.Clone(s.image.counts)
			maps.DeleteFunc(few, func(word string, n int) bool { return n == 0 && word != "medium" })
			s.count(few)
		}},
		{"huge", harmless, "", func(c *exchange, s *imageText) {
			for _, word := range oneOf(c.dice, []string{"critical"}, []string{"low", "medium"}, []string{"moderate", "tiny"}) {
				s.image.counts[word] = math.MaxInt
			}
			s.count(s.image.counts)
		}},
		{"insecure", harmless, "", func(c *exchange, s *imageText) {
			s.image.counts["critical"], s.image.counts["high"], s.image.counts["low"] = 0, 0, c.dice.between(0, 2)
			s.count(s.image.counts)
			s.secure(false)
		}},
		{"secure-lie", harmless, "", func(_ *exchange, s *imageText) {
			s.image.counts["high"] = 4
			s.count(s.image.counts)
			s.secure(true)
		}},
		{"empty-secure", harmless, "", func(_ *exchange, s *imageText) {
			s.count(counts{})
			s.secure(true)
		}},
		{"empty-counts", unreadable, "", func(c *exchange, s *imageText) {
			s.body["vulnerabilities"], s.body["isSecure"] = counts{}, oneOf[any](c.dice, nil, false)
		}},
		{"negative", unreadable, "", countOf("high", -3)},
		{"fraction", unreadable, "", countOf("high", json.Number("0.5"))},
		{"null-count", unreadable, "", func(c *exchange, s *imageText) { countOf(oneOf(c.dice, words()...), nil)(c, s) }},
		{"odd-count", unreadable, "", func(c *exchange, s *imageText) {
			odd := oneOf[any](c.dice, "many", true, "", []any{}, object{}, json.Number("1e3"), "0x1f")
			countOf(oneOf(c.dice, words()...), odd)(c, s)
		}},
		{"null-counts", unreadable, "", func(_ *exchange, s *imageText) { s.body["vulnerabilities"] = nil }},
		{"no-counts", unreadable, "", func(_ *exchange, s *imageText) { delete(s.body, "vulnerabilities") }},
		{"image-says-failed", unreadable, "", func(c *exchange, s *imageText) { failing(c, s.body) }},
		{"odd-secure", unreadable, "", func(c *exchange, s *imageText) {
			s.body["isSecure"] = oneOf[any](c.dice, "perhaps", 7, object{})
		}},
	}
}

// countOf writes counts that are readable but for one.
func countOf(word string, v any) func(*exchange, *imageText) {
	return func(_ *exchange, s *imageText) {
		odd := object{"low": 0, "medium": 2}
		odd[word] = v
		s.body["vulnerabilities"] = odd
	}
}

// nameLies write an image's name in one of the ways that registries have, or without files.
func nameLies() []lie[*imageText] {
	parts := func(s *imageText) (registry, rest string) {
		registry, rest, _ = strings.Cut(s.image.full, "/")
		return registry, rest
	}
	return []lie[*imageText]{
		{"short-names", harmless, "", func(_ *exchange, s *imageText) {
			_, rest := parts(s)
			s.body["fullTag"] = strings.TrimPrefix(rest, "library/")
		}},
		{"registry-url", harmless, "", func(_ *exchange, s *imageText) {
			registry, rest := parts(s)
			s.body["fullTag"], s.body["registry"] = rest, "https://"+registry+"/v2/"
			if registry == "docker.io" {
				s.body["registry"] = "https://index.docker.io/v1/"
			}
		}},
		{"digest-added", harmless, "", func(_ *exchange, s *imageText) {
			if !strings.Contains(s.image.full, "@") {
				s.image.full += "@sha256:" + strings.Repeat("c3", 32)
				s.body["fullTag"] = s.image.full
			}
		}},
		{"digest-lost", harmless, "", func(_ *exchange, s *imageText) {
			tag, _, found := strings.Cut(s.image.full, "@")
			if !found {
				return
			}
			s.body["fullTag"] = tag
			if !strings.Contains(tag[strings.LastIndex(tag, "/"):], ":") {
				tag += ":latest"
			}
			s.image.full, s.image.base = tag, tag
		}},
		{"null-files", harmless, "", func(_ *exchange, s *imageText) { s.body["files"] = nil }},
	}
}
