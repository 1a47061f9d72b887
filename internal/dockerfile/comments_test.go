package dockerfile_test

import (
	"fmt"
	"testing"

	"github.com/scangate/scangate/internal/dockerfile"
)

// A comment stands between instructions: what looks like one in a heredoc is a part of it.
func TestComments(t *testing.T) {
	t.Parallel()
	const text = `# syntax=docker/dockerfile:1
# scangate:waive a
FROM nginx:1
RUN <<EOF
# scangate:waive b
FROM redis
EOF
RUN echo \
  # scangate:waive c
  x
   #  scangate:waive d
FROM redis:7
COPY <<-"A" <<B /
# scangate:waive e
A
# scangate:waive f
B
RUN echo # scangate:waive g
#scangate:waive h
`
	comments, err := dockerfile.Comments("Dockerfile", []byte(text), "scangate:waive")
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range comments {
		got += fmt.Sprintf("%d:%d %s; ", c.Line, c.Column, c.Text)
	}
	if want := "2:1 scangate:waive a; 11:4 scangate:waive d; 19:1 scangate:waive h; "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
