package campaign

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// answerTask answers for a task: what is in its Dockerfiles, or was asked for.
func (c *exchange) answerTask(name string) {
	k := c.work
	body := object{"taskId": c.idValue(k), "status": "submitted", "createdAt": 1700000000000, "branch": branch}
	if _, ok := rowOf(taskLies(), name); ok {
		body["status"], body["scanResult"] = "complete", c.results("").list
		e := tell(c, name, taskLies(), body, event{what: "submitted "})
		c.forgive(&e)
		c.deliver(name, body, e, func() { c.over(name != "never") })
		return
	}
	if c.v.now() < k.ready {
		c.deliver(name, body, event{what: "submitted "}, func() { c.over(false) })
		return
	}
	c.over(true)
	body["status"], body["completedAt"] = "complete", 1700000001000
	c.complete(name, body)
}

// forgive takes the blame away: the end of another submission's task is not the
// client's, which submits again.
func (c *exchange) forgive(e *event) {
	if !c.work.ours {
		e.blames, e.temper, e.tolerated = nil, waiting, ""
	}
}

func (c *exchange) complete(name string, body object) {
	l := c.results(name)
	body["scanResult"] = l.list
	e := event{what: fmt.Sprintf("complete, %d images ", len(l.list))}
	if _, ok := rowOf(resultLies(), name); ok {
		e = tell(c, name, resultLies(), body, e)
		c.forgive(&e)
	} else {
		e.what, e.answer, e.blames = e.what+name, l.answer, c.unnamed(l.answer)
		e = c.countFiles(name, body, e)
	}
	c.deliver(name, body, e, nil)
}

// countFiles writes how many files a task scanned, or images: the reference says both. No
// file contradicts an image that is named, and one that should be.
func (c *exchange) countFiles(name string, body object, e event) event {
	k, images := c.work, len(e.answer.images)
	if k.call == callNames {
		body["filesScanned"] = oneOf[any](c.dice, nil, 0, images)
		return e
	}
	body["filesScanned"] = oneOf[any](c.dice, nil, len(k.files), max(1, images))
	if name != "files-scanned-zero" {
		return e
	}
	body["filesScanned"] = 0
	blames := e.blames
	e = c.contradict(e, name)
	e.blames = append(e.blames, blames...)
	e.answer.zero = images == 0 && !e.answer.sound
	c.forgive(&e)
	return e
}

// unnamed are the rows that were asked for by name and that the answer leaves
// without a result, and the Dockerfiles with an image that can't be read.
func (c *exchange) unnamed(a *answer) []string {
	if !c.work.ours {
		return nil
	}
	var rows []string
	for _, i := range a.images {
		if !i.readable && c.v.s.plan.target(i) == "" && !c.v.s.plan.excludes(i.base) {
			for _, f := range i.files {
				rows = append(rows, kindDockerfile+":"+f)
			}
		}
	}
	got := a.answered(c.v.s.plan)
	for _, full := range c.work.names {
		if id := kindImage + ":" + full; !got[id] {
			rows = append(rows, id)
		}
	}
	return rows
}

// answered are the rows of planned images that an answer holds results of, all of which
// can be read.
func (a *answer) answered(p *plan) map[string]bool {
	got := map[string]bool{}
	for _, i := range a.images {
		id := kindImage + ":" + p.target(i)
		readable, seen := got[id]
		got[id] = i.readable && (readable || !seen)
	}
	return got
}

// target is the planned image that an answer speaks of; "" if there is none.
func (o *plan) target(i imageAnswer) string {
	for _, full := range []string{i.full, i.base} {
		if r, ok := o.rows[kindImage+":"+full]; ok && r.state == pending {
			return full
		}
	}
	return ""
}

// speaks lists the images that an answer to the work speaks of, with the files
// that name them.
func (c *exchange) speaks(name string) map[string][]string {
	k, out := c.work, map[string][]string{}
	for _, full := range k.names {
		out[full] = []string{}
	}
	for _, path := range slices.Sorted(maps.Keys(k.files)) {
		all := newDice(c.v.s.seed, "sees", path).chance(50)
		for _, m := range c.v.s.tree.file(path).mentions {
			if m.state == pending && (all || m.final) {
				out[m.name] = append(out[m.name], path)
			}
		}
	}
	if k.stranger {
		c.strangers(out)
	}
	maps.DeleteFunc(out, func(full string, _ []string) bool { return !c.v.s.pullable(full) })
	if name == "extra" {
		out["docker.io/acme/extra:1"] = slices.Sorted(maps.Keys(k.files))[:min(1, len(k.files))]
	}
	return out
}

// strangers makes of an answer what another commit would get.
func (c *exchange) strangers(out map[string][]string) {
	if c.work.call == callNames && newDice(c.v.s.seed, "same", c.work.id).chance(50) {
		return
	}
	clear(out)
	out["docker.io/others/app:1"] = []string{"Dockerfile"}
}

// entries are the results of a task's images.
type entries struct {
	list   []any
	answer *answer
}

// results writes what is known of the images. The lie about an image is about the first.
func (c *exchange) results(name string) *entries {
	l := &entries{[]any{}, &answer{work: c.work, ours: c.work.ours, sound: true}}
	in := c.speaks(name)
	for n, full := range slices.Sorted(maps.Keys(in)) {
		found, insecure := c.v.s.catalogue(full)
		registry, _, _ := strings.Cut(full, "/")
		s := &imageText{
			body:  object{"files": in[full], "isPublic": true, "fullTag": full, "registry": registry},
			image: &imageAnswer{full: full, base: full, readable: true, files: in[full]},
		}
		s.count(found)
		if insecure || c.dice.chance(30) {
			s.secure(!insecure)
		}
		if n == 0 {
			s.lie(c, name)
		}
		l.list, l.answer.images = append(l.list, s.body), append(l.answer.images, *s.image)
	}
	if row, ok := rowOf(entryLies(), name); ok && row.change != nil && len(l.list) > 0 {
		row.change(c, l)
	}
	return l
}

// lie writes the lie about an image, and notes what is to be made of it.
func (s *imageText) lie(c *exchange, name string) {
	for _, table := range [][]lie[*imageText]{imageLies(), nameLies()} {
		if row, ok := rowOf(table, name); ok {
			row.change(c, s)
			s.image.readable = row.expect != unreadable
		}
	}
}

// repeat adds a second answer about the first image, with other counts. It tells a lie of an
// image, where there is one.
func (l *entries) repeat(c *exchange, name string) {
	twin := l.answer.images[0]
	twin.counts = maps.Clone(twin.counts)
	twin.counts["high"] += 2
	twin.counts["low"] = 0
	s := &imageText{maps.Clone(l.list[0].(object)), &twin}
	s.count(twin.counts)
	s.lie(c, name)
	l.list, l.answer.images = append(l.list, s.body), append(l.answer.images, twin)
}
