package alerts

import (
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// Tokens expire after their life, after the life that the answer says, and early. They are renewed,
// and no page is read twice or left out.
func TestTokensAreRenewed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		life, says time.Duration
		uses       int
		tokens     int // at least
	}{
		"long":              {12 * time.Hour, 0, 0, 1},
		"short":             {20 * time.Second, 0, 0, 3},
		"shorter than said": {20 * time.Second, time.Hour, 0, 3},
		"one request":       {time.Hour, 0, 1, 20},
	}
	for name, tt := range tests {
		t.Run("workflow "+name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				f := &fakeWorkflow{shelf: shelf{list: list{n: 200, age: time.Hour}}, life: tt.life, says: tt.says, tokenUses: tt.uses}
				w.serve(t, "3", f)
				row, found := read(t.Context(), t, o, "source", "zscaler-workflow", "pageSize", "10")
				if row.Status != result.Answered || len(found) != 160 || f.tokens < tt.tokens {
					t.Errorf("%s, %d findings, %d tokens: %s", row.Status, len(found), f.tokens, row.Reason)
				}
			})
		})
		t.Run("strata "+name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, _ Options) {
				f := &fakeIoT{shelf: shelf{list: list{n: 200}}, strata: true, life: tt.life, tokenUses: tt.uses}
				w.serve(t, "2", f)
				row, found := read(t.Context(), t, w.options(t, strata()), "source", "palo-alto-iot", "pagelength", "5")
				if row.Status != result.Answered || len(found) != 200 || tt.uses > 0 && f.tokens < tt.tokens {
					t.Errorf("%s, %d findings, %d tokens: %s", row.Status, len(found), f.tokens, row.Reason)
				}
			})
		})
	}
}
