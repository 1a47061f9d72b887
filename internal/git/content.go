package git

import "context"

// Content returns the content with an object id. ok is false for one that this clone
// lacks, as a clone with --filter=blob:none may.
func (r *Repo) Content(ctx context.Context, id string) (content []byte, ok bool, err error) {
	content, err = r.run(ctx, "read a file of an older commit", "cat-file", "blob", id)
	if err != nil && ctx.Err() == nil {
		return nil, false, nil // git would have to fetch it
	}
	return content, err == nil, err
}
