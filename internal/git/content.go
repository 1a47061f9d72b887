package git

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// Objects reads contents by their object ids, all through one git process. It is safe
// for concurrent use.
type Objects struct {
	repo *Repo
	ctx  context.Context //nolint:containedctx // of the process, which serves many calls
	// fetch fetches a content that the repository lacks, nil where none may be fetched.
	fetch func(ctx context.Context, id string) error

	mu      sync.Mutex
	process *exec.Cmd // nil until the first call, and after git has died
	ids     io.WriteCloser
	answers *bufio.Reader
}

// Objects returns a reader that works until ctx ends. It starts git when it is first
// used.
func (r *Repo) Objects(ctx context.Context) *Objects { return &Objects{repo: r, ctx: ctx} }

// Read returns the content with an object id. ok is false for one that this clone
// lacks, as a clone with --filter=blob:none may. It fetches what a fetched commit lacks. It fails
// with a [*LargeError] for a content that is not read into memory.
func (o *Objects) Read(id string) (content []byte, ok bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	content, ok, err = o.read(id)
	if ok || err != nil || o.fetch == nil {
		return content, ok, err
	}
	if err := o.fetch(o.ctx, id); err != nil {
		return nil, false, err
	}
	if o.process != nil {
		o.stop() // it has listed the packs that there were
	}
	return o.read(id)
}

func (o *Objects) read(id string) (content []byte, ok bool, err error) {
	if o.process == nil {
		if err := o.start(); err != nil {
			return nil, false, err
		}
	}
	content, ok, err = o.ask(id)
	if err == nil && ok && !isOf(id, content) {
		return nil, false, &Error{What: "read the content " + id, Err: errors.New("what is stored has another id"), Fix: "repair the repository: git fsck says more"}
	}
	if _, large := errors.AsType[*LargeError](err); err == nil || large {
		return content, ok, err
	}
	o.stop()
	if o.ctx.Err() != nil {
		return nil, false, o.failure(err)
	}
	return nil, false, nil // git dies where it would have to fetch the content
}

func (o *Objects) start() error {
	cmd := o.repo.command(o.ctx, "cat-file", "--batch")
	ids, err := cmd.StdinPipe()
	if err != nil {
		return o.failure(err)
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		return o.failure(err)
	}
	if err := cmd.Start(); err != nil {
		return o.failure(err)
	}
	o.process, o.ids, o.answers = cmd, ids, bufio.NewReader(answers)
	return nil
}

func (o *Objects) failure(err error) error {
	return o.repo.failure(o.ctx, "read contents", &bytes.Buffer{}, err)
}

// ask reads git's answer about an id: a line "<id> blob <size>", the content and a line
// break, or the line "<id> missing".
func (o *Objects) ask(id string) (content []byte, ok bool, err error) {
	if _, err := io.WriteString(o.ids, id+"\n"); err != nil {
		return nil, false, err
	}
	line, err := o.answers.ReadString('\n')
	if err != nil {
		return nil, false, err
	}
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return nil, false, nil
	}
	length, err := strconv.ParseUint(fields[2], 10, 63)
	if err != nil {
		return nil, false, err
	}
	size := int64(length)
	if size > maxContent {
		_, err := io.CopyN(io.Discard, o.answers, size+1)
		return nil, false, cmp.Or(err, error(&LargeError{size}))
	}
	content = make([]byte, size+1)
	if _, err := io.ReadFull(o.answers, content); err != nil {
		return nil, false, err
	}
	return content[:size], fields[1] == "blob", nil
}

// maxContent is the size up to which a content is read into memory, in bytes.
const maxContent = 64 << 20

// LargeError means that a content is not read into memory. Use [Objects.Open].
type LargeError struct {
	// Size is in bytes.
	Size int64
}

// Error implements error.
func (e *LargeError) Error() string { return "it is larger than 64 MiB" }

// Open reads a content that is too large for the memory, by a git process of its own. It is not
// checked against its id.
func (o *Objects) Open(id string) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(o.ctx)
	cmd := o.repo.command(ctx, "cat-file", "blob", id)
	content, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, o.failure(err)
	}
	return &openContent{content, cmd, cancel}, nil
}

// openContent is a content that git writes while it is read.
type openContent struct {
	io.Reader
	cmd    *exec.Cmd
	cancel context.CancelFunc
}

// Close ends git, which may not be done. Its exit code says nothing.
func (c *openContent) Close() error {
	c.cancel()
	_ = c.cmd.Wait()
	return nil
}

// isOf reports whether a content has an id: git checks that only for what it receives.
func isOf(id string, content []byte) bool {
	got, err := blob{id: id}.hash(int64(len(content)), func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}, &lineBreaks{})
	return err == nil && got == id
}

// Close ends the process.
func (o *Objects) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.process != nil {
		o.stop()
	}
}

// stop ends the process, which may have died. Its exit code says nothing.
func (o *Objects) stop() {
	_ = o.ids.Close()
	_ = o.process.Wait()
	o.process = nil
}
