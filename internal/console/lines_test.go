package console_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/console"
)

// calls keeps what each call wrote.
type calls []string

func (c *calls) Write(p []byte) (int, error) {
	*c = append(*c, string(p))
	return len(p), nil
}

func TestLines(t *testing.T) {
	t.Parallel()
	var got calls
	var want strings.Builder
	lines := console.NewLines(&got)
	for i := range 20_000 {
		for _, cell := range []string{fmt.Sprint(i), " ", strings.Repeat("x", i%30), "\n"} {
			want.WriteString(cell)
			if _, err := lines.Write([]byte(cell)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(got) < 2 || len(got) > 20 {
		t.Errorf("%d calls for %d bytes", len(got), want.Len())
	}
	for i, call := range got {
		if !strings.HasSuffix(call, "\n") {
			t.Errorf("call %d ends within a line", i)
		}
	}
	want.WriteString("rest")
	if _, err := lines.Write([]byte("rest")); err != nil {
		t.Fatal(err)
	}
	if err := lines.Flush(); err != nil || strings.Join(got, "") != want.String() {
		t.Errorf("the text is another one, %v", err)
	}
}

func TestLinesFail(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	lines := console.NewLines(failing{full})
	_, err := lines.Write([]byte(strings.Repeat("x\n", 100_000)))
	if !errors.Is(err, full) || !errors.Is(lines.Flush(), full) {
		t.Errorf("err = %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
