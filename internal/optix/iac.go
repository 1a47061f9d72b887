package optix

import (
	"context"
	"io"
	"net/url"

	"github.com/scangate/scangate/internal/jsonx"
)

// SubmitTemplates uploads templates and their helper files for a scan
// (POST api/v1/iac/scan). It is retried after a fault unless results are saved.
func (c *Client) SubmitTemplates(ctx context.Context, files []File, o IaCOptions) (IaCSubmission, error) {
	r, err := upload("iac/scan", o.query(), files)
	if err != nil {
		return IaCSubmission{}, err
	}
	r.Repeatable = !o.SaveResults
	return call(ctx, c, r, decodeIaCSubmission)
}

// IaCStatus returns the state of a scan (GET api/v1/iac/scan/status). The error is
// [ErrScanNotFound] if the service doesn't know the scan.
func (c *Client) IaCStatus(ctx context.Context, scanID string) (IaCStatus, error) {
	r := get("iac/scan/status", scanQuery(scanID))
	st, retryAfter, err := poll(ctx, c, r, decodeIaCStatus)
	st.RetryAfter = retryAfter
	st.Error = c.t.Clean(r, st.Error)
	return st, withScan(err, scanID)
}

// DetailedReport reads the alerts of a finished scan (GET
// api/v1/iac/scan/detailedReport) and calls each for every alert, in their order.
// It calls each only after the whole report was read, and so exactly once per
// alert, even if the transfer was retried. An error of each ends the calls and is
// returned as it is.
func (c *Client) DetailedReport(ctx context.Context, scanID string, each func(IaCAlert) error) error {
	r := get("iac/scan/detailedReport", scanQuery(scanID))
	r.MaxBody = maxReport
	var alerts []IaCAlert
	err := c.t.Stream(ctx, r, answers(), func(body io.Reader, opts jsonx.Options) error {
		alerts = alerts[:0] // the transfer may be retried
		return decodeReport(body, opts, func(a IaCAlert) error {
			alerts = append(alerts, a)
			return nil
		})
	})
	if err != nil {
		return withScan(c.failure(err), scanID)
	}
	for _, a := range alerts {
		if err := each(a); err != nil {
			return err
		}
	}
	return nil
}

func scanQuery(scanID string) url.Values { return url.Values{"scan_id": {scanID}} }

// query contains only what differs from the defaults of the service, async=true and
// save_results_to_account=false.
func (o IaCOptions) query() url.Values {
	q := o.Repo.query()
	if o.Sync {
		q.Set("async", "false")
	}
	if o.SaveResults {
		q.Set("save_results_to_account", "true")
	}
	setText(q, "policy_name", o.Policy)
	return q
}
