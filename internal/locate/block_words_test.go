package locate

import (
	"fmt"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// In a minified file, the line with all resources is asked about between any two of them.
func TestWordsOfALongLineAreCollectedOnce(t *testing.T) {
	t.Parallel()
	b, fills := newBlockWords(), map[int]int{}
	words := func(resource, n int) *wordSet {
		return b.of(wordsKey{nil, result.Range{Start: 1, End: 1}, resource}, func(s *wordSet) {
			fills[resource]++
			for i := range n {
				s.add(fmt.Sprintf("w%d", i))
			}
		})
	}
	const resources = 3 * maxKeptWords / wordsPerBlock
	for i := range resources {
		if line := words(-1, 3*maxKeptWords); !line.has("w7") {
			t.Fatal("a word is missing")
		}
		if s := words(i, 2); !s.has("w1") || s.has("w2") {
			t.Fatalf("the words of resource %d are wrong", i)
		}
	}
	if len(fills) != resources+1 || fills[-1] != 1 {
		t.Errorf("the words of the line were collected %d times", fills[-1])
	}
	if b.kept > maxKeptWords {
		t.Errorf("%d words are kept of at most %d", b.kept, maxKeptWords)
	}
}
