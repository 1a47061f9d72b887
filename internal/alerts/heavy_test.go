//go:build heavy

package alerts

import "testing"

func TestManyAlerts(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		pageSize := "100"
		if f.vendor == "cloud-optix" {
			pageSize = "50"
		}
		checkAllPages(t, f, 2400, pageSize)
	}
}

func TestManySinglePages(t *testing.T) {
	t.Parallel()
	checkSinglePages(t, 2400)
}
