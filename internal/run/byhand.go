package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// ScanRequest asks for a scan by its id.
type ScanRequest struct {
	Request
	Rows
	// ID is that of a scan or a task, or the full name of an image.
	ID string
}

// ScanStatus writes the state of an IaC scan.
func ScanStatus(ctx context.Context, sys System, req ScanRequest) (Ending, error) {
	return req.ask(ctx, sys, statusColumns(), func(ctx context.Context, c *optix.Client) ([]record, error) {
		s, err := c.IaCStatus(ctx, req.ID)
		if err != nil {
			return nil, err
		}
		return []record{statusRecord(req.ID, s)}, sameScan(req.ID, s.ScanIDs)
	})
}

// ScanReport writes the alerts of an IaC scan.
func ScanReport(ctx context.Context, sys System, req ScanRequest) (Ending, error) {
	return req.ask(ctx, sys, reportColumns(), func(ctx context.Context, c *optix.Client) ([]record, error) {
		report, err := c.DetailedReport(ctx, req.ID)
		if err != nil {
			return nil, err
		}
		var records []record
		for _, a := range report.Alerts {
			records = append(records, alertRecord(a))
			report.ScanIDs = append(report.ScanIDs, a.ScanID)
		}
		switch {
		case report.Error != "":
			return records, result.Contradicts("the report says that the scan failed: %s", report.Error)
		case report.Failed, report.Ongoing, report.More, report.Lost > 0:
			return records, result.Contradicts("the report says of itself that it is not all, or that the scan failed")
		}
		return records, sameScan(req.ID, report.ScanIDs)
	})
}

// sameScan requires that ids in an answer are the one that was asked for.
func sameScan(asked string, ids []string) error {
	for _, id := range ids {
		if id != "" && id != asked {
			return result.Contradicts("scan %q was asked for, and the answer is about scan %q", asked, id)
		}
	}
	return nil
}

// ImageResult writes the images of a task, or the result of one image. A full image name has a
// slash, and a task id none.
func ImageResult(ctx context.Context, sys System, req ScanRequest) (Ending, error) {
	ask := taskRecords
	if strings.Contains(req.ID, "/") {
		ask = containerRecords
	}
	return req.ask(ctx, sys, imageColumns(), func(ctx context.Context, c *optix.Client) ([]record, error) {
		return ask(ctx, c, req.ID)
	})
}

func taskRecords(ctx context.Context, c *optix.Client, id string) ([]record, error) {
	t, err := c.TaskResult(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case t.ID != id:
		return nil, result.Contradicts("task %q was asked for, and the answer is about task %q", id, t.ID)
	case t.State == optix.Submitted:
		return nil, notDone("task %q is not done yet: its status is %q", "ask again later", id, t.Status)
	case t.State != optix.Complete:
		return nil, notDone("task %q has no result: its status is %q", "submit the images again", id, t.Status)
	}
	var records []record
	for _, i := range t.Images {
		if i.Err != nil {
			return records, i.Err
		}
		records = append(records, imageRecord(i))
	}
	return records, nil
}

func containerRecords(ctx context.Context, c *optix.Client, image string) ([]record, error) {
	r, err := c.ContainerResult(ctx, image)
	switch {
	case err != nil:
		return nil, err
	case r.Image == nil:
		return nil, notDone("the service has no result for image %q: %s", "submit the image, or ask for the result of its task", image, r.Message)
	}
	return []record{imageRecord(*r.Image)}, nil
}

// notDone is the error for an answer that is not a result.
func notDone(format, fix string, args ...any) error {
	return &result.FaultError{Fault: result.Fault{Cause: result.CauseService, Reason: fmt.Sprintf(format, args...), Fix: fix}}
}

// ask writes records. Those that came with an error are written.
func (r ScanRequest) ask(ctx context.Context, sys System, columns []string, read func(context.Context, *optix.Client) ([]record, error)) (Ending, error) {
	if strings.TrimSpace(r.ID) == "" {
		return Ending{}, usagef("the id must not be empty")
	}
	if err := r.checkLimit(); err != nil {
		return Ending{}, err
	}
	if r.Columns == nil {
		r.Columns = columns
	}
	return askOptix(ctx, sys, r.Request, func(ctx context.Context, svc *service, cfg *config.Config) (string, error) {
		records, err := read(ctx, svc.client)
		if err != nil && len(records) == 0 {
			return "", optixError(err, "")
		}
		n, failed := writeRows(sys, r.Rows, recordRows(records, cfg.PersonalData))
		if failed != nil {
			return "", failed
		}
		return rowsText(n), optixError(err, "")
	})
}

// AddressRequest asks for an update of a list of addresses.
type AddressRequest struct {
	Request
	List optix.AddressList
	// Addresses and Accounts are as the user writes them. Without accounts the update is for all.
	Addresses, Accounts []string
	// Yes sends the update. Without it the update is shown.
	Yes bool
}

// UpdateAddresses shows an update of a list of addresses, and sends it if the request says so.
func UpdateAddresses(ctx context.Context, sys System, req AddressRequest) (Ending, error) {
	addresses, err := req.List.Parse(req.Addresses)
	if err != nil {
		return Ending{}, &UsageError{err}
	}
	for _, id := range req.Accounts {
		if strings.TrimSpace(id) == "" || strings.ContainsAny(id, " ,\t\n") {
			return Ending{}, usagef("--account-ids: %q must be one id", id)
		}
	}
	u := optix.AddressUpdate{Accounts: req.Accounts, Addresses: addresses}
	in, err := optixInputs(sys, req.Request)
	if err != nil {
		return Ending{}, err
	}
	if err := req.show(sys, in, u); err != nil {
		return Ending{}, err
	}
	if !req.Yes {
		return Ending{}, usagef("nothing was sent; fix: check the update above, and add --yes to send it")
	}
	return in.askOptix(ctx, func(ctx context.Context, svc *service, _ *config.Config) (string, error) {
		entries, err := svc.client.SendAddresses(ctx, req.List, u)
		if err != nil {
			return "", updateError(err, req.List)
		}
		line := fmt.Sprintf("%s: %d sent", req.List.Name, len(addresses))
		if entries != nil {
			line += fmt.Sprintf("; entries in the answer: %d", len(entries))
		}
		return line, nil
	})
}

// show prints what an update changes.
func (r AddressRequest) show(sys System, in inputs, u optix.AddressUpdate) error {
	var b strings.Builder
	where := "the embedded Cloud Optix"
	if in.address != nil {
		where = in.address.Redacted()
	}
	accounts := "all accounts"
	if len(u.Accounts) > 0 {
		accounts = "accounts " + strings.Join(u.Accounts, ", ")
	}
	fmt.Fprintf(&b, "%s (%s, %s):\n", r.List.Summary, accounts, where)
	for _, p := range u.Addresses {
		fmt.Fprintf(&b, "  + %s%s\n", optix.AddressText(p), sizeOf(p.Addr().BitLen()-p.Bits()))
	}
	_, err := fmt.Fprint(sys.Out, b.String())
	return written(err)
}

// sizeOf says how many addresses a range with so many free bits has.
func sizeOf(bits int) string {
	switch {
	case bits == 0:
		return ""
	case bits <= 32:
		return fmt.Sprintf("  (%d addresses)", uint64(1)<<bits)
	}
	return fmt.Sprintf("  (2^%d addresses)", bits)
}

// updateError adds to an error whether the service may have taken the update.
func updateError(err error, l optix.AddressList) error {
	fix := ""
	switch {
	case errors.Is(err, optix.ErrFilter):
		fix = "check --account-ids; scangate optix accounts lists them"
	case errors.Is(err, optix.ErrAddresses):
		fix = "check the addresses"
	case mayHaveTaken(err):
		fix = "look in the Cloud Optix console whether " + l.Name + " has the addresses before you send them again"
	}
	return optixError(err, fix)
}

// mayHaveTaken reports whether the request may have reached the service, and no answer refused it.
func mayHaveTaken(err error) bool {
	e, ok := errors.AsType[*transport.Error](err)
	if !ok {
		return false
	}
	switch e.Class {
	case transport.ClassReset, transport.ClassTimeout, transport.ClassBody, transport.ClassTooLarge:
		return true
	}
	return e.Class == transport.ClassStatus && e.Status >= 500
}
