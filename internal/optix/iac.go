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
	r := upload("iac/scan", o.query(), files)
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

// DetailedReport reads the report of a finished scan (GET
// api/v1/iac/scan/detailedReport). With an error, the report has the alerts that were
// read until then.
func (c *Client) DetailedReport(ctx context.Context, scanID string) (Report, error) {
	r := get("iac/scan/detailedReport", scanQuery(scanID))
	r.MaxBody = maxReport
	var report Report
	var alerts, before []IaCAlert
	err := c.t.Stream(ctx, r, answers(), func(body io.Reader, opts jsonx.Options) (err error) {
		before, _ = union(before, alerts) // the transfer broke, and is retried
		alerts = nil
		report, err = decodeReport(body, opts, func(a IaCAlert) error {
			alerts = addAlert(alerts, a)
			return nil
		})
		return err
	})
	report.Alerts, report.Lost = union(alerts, before)
	report.Error = c.t.Clean(r, report.Error)
	if err != nil {
		return report, withScan(c.failure(err), scanID)
	}
	return report, nil
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
