package safe

import (
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/scangate/scangate/internal/text"
)

// Fix is what the reader of a [PanicError] can do.
const Fix = "report this line as a bug of scangate"

// module is the prefix of the product's own functions in a stack.
const module = "github.com/scangate/scangate/"

// PanicError is a recovered panic: a bug of scangate.
type PanicError struct {
	// Value is what panic was called with.
	Value any
	// Func, File and Line are where the panic happened: the innermost function
	// of scangate on the stack, such as scan.(*run).deliver, and its place
	// relative to the repository root. Func is "" if there is none.
	Func, File string
	Line       int
	// Stack is that of the goroutine that panicked, for a log.
	Stack string
}

// maxValue is the longest text of a panic's value in a message, in characters.
const maxValue = 200

// Error names the panic and its place, in one line and without advice: see [Fix].
func (e *PanicError) Error() string {
	place := "an unknown function"
	if e.Func != "" {
		place = fmt.Sprintf("%s (%s:%d)", e.Func, e.File, e.Line)
	}
	value := text.Truncate(text.OneLine(fmt.Sprint(e.Value)), maxValue)
	return fmt.Sprintf("internal error: panic in %s: %s", place, value)
}

// newPanicError must be called by the deferred function that recovered: the
// stack of the panic is gone after it.
func newPanicError(value any) *PanicError {
	e := &PanicError{Value: value, Stack: string(debug.Stack())}
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		if panicking && strings.HasPrefix(frame.Function, module) {
			e.Func, e.File, e.Line = path.Base(frame.Function), relative(frame.File), frame.Line
			return e
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return e
		}
	}
}

// relative cuts off what stands before the repository's root. That is the
// folder of the build, or the module's name where the build trimmed it.
func relative(file string) string {
	for _, top := range []string{"/internal/", "/cmd/"} {
		if i := strings.LastIndex(file, top); i >= 0 {
			return file[i+1:]
		}
	}
	return path.Base(file)
}
