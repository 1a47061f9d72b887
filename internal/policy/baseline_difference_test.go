package policy_test

import (
	"testing"

	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
)

func TestBaselineDifferences(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, after string
		effect        result.PolicyEffect
		text          string
	}{
		"none":            {"", "", "", ""},
		"the same":        {fileOf(node, bucket), fileOf(node, bucket), "", ""},
		"reordered":       {fileOf(node, bucket), fileOf(bucket, node), "", ""},
		"an entry":        {fileOf(node), fileOf(node, bucket), result.Loosens, "1 entries added or changed"},
		"the same twice":  {fileOf(node), fileOf(node, node), result.Loosens, "1 entries added or changed"},
		"one less":        {fileOf(node, bucket), fileOf(bucket), result.Tightens, "1 entries removed"},
		"one for another": {fileOf(node), fileOf(bucket), result.Loosens, "1 entries added or changed"},
		"on one line":     {fileOf(node), `{"version":1,"entries":[` + node + `]}`, result.Loosens, "1 entries added or changed"},
	}
	for name, tt := range tests {
		got := policy.BaselineDifferences([]byte(tt.before), []byte(tt.after))
		switch {
		case tt.text == "" && len(got) != 0, tt.text != "" && (len(got) != 1 || got[0].Effect != tt.effect || got[0].Text != tt.text):
			t.Errorf("%s: %+v", name, got)
		}
	}
	added := policy.BaselineDifferences(nil, []byte(fileOf(node)))
	other := policy.BaselineDifferences(nil, []byte(fileOf(bucket)))
	if len(added) != 1 || len(other) != 1 || added[0].Detail == other[0].Detail {
		t.Errorf("the whole content is not part of the difference: %+v, %+v", added, other)
	}
}
