package git

import (
	"bytes"
	"context"
	"strconv"
	"strings"
)

// Contents returns the contents with the given object ids. Those that this clone
// lacks, as one with --filter=blob:none may, are missing in the result.
func (r *Repo) Contents(ctx context.Context, ids []string) (map[string][]byte, error) {
	contents := make(map[string][]byte, len(ids))
	if len(ids) == 0 {
		return contents, nil
	}
	// Git fails at the first object that it would have to fetch, after it has printed
	// those before.
	out, _, err := r.exec(ctx, "read files of an older commit", strings.Join(ids, "\n")+"\n", "cat-file", "--batch")
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	for len(out) > 0 {
		header, rest, _ := bytes.Cut(out, []byte("\n")) // <id> blob <size>
		id, about, _ := strings.Cut(string(header), " ")
		size, err := strconv.Atoi(strings.TrimPrefix(about, "blob "))
		if err != nil {
			out = rest // <id> missing
			continue
		}
		if size < 0 || size >= len(rest) {
			break // truncated
		}
		contents[id], out = rest[:size], rest[size+1:]
	}
	return contents, nil
}
