package optix

import (
	"context"
)

// AccountFilter selects accounts (reference, area "Environments"). Zero values select all.
type AccountFilter struct {
	// IDs must all exist: the service refuses a list with an unknown one.
	IDs []string
	// Provider is AWS, Azure, GCP, Kubernetes or Docker.
	Provider string
}

// Account is an environment of the customer: an AWS account, an Azure subscription, a GCP project,
// a cluster or a registry. Texts are as written, "" if missing.
type Account struct {
	ID   string
	Type string
	Name string
	// Status is a word of the service, which the reference doesn't list.
	Status string
	// Enabled and SubAccount are nil if the answer doesn't say.
	Enabled, SubAccount *bool
	// CloudAssets is nil if the answer doesn't say.
	CloudAssets       *int
	SubAccounts, Tags []string
	Registered        string
	// LatestSync and LatestBenchmark are the times of the latest successful ones. The reference
	// names no format.
	LatestSync, LatestBenchmark string
	CloudLogs, FlowLogs         string
}

// Accounts reads the accounts of the key's customer (GET api/v1/accounts). An account without an id
// is an error; so is an id of the filter that the service doesn't know, as an [ErrFilter].
func (c *Client) Accounts(ctx context.Context, f AccountFilter) ([]Account, error) {
	values := map[string][]string{}
	if len(f.IDs) > 0 {
		values["accountIds"] = f.IDs
	}
	if f.Provider != "" {
		values["provider"] = []string{f.Provider}
	}
	q, err := accountsArea().Query(values, 0)
	if err != nil {
		return nil, err
	}
	all := []Account{}
	for row, err := range c.Rows(ctx, q) {
		if err != nil {
			return nil, err
		}
		all = append(all, row.account())
		if err := row.o.Err(); err != nil {
			return nil, c.failure(c.t.BodyError(get(q.path, nil), err))
		}
	}
	return all, nil
}

func (r Row) account() Account {
	o := r.o
	benchmark := o.OptObject("accountSyncBenchmark")
	return Account{
		ID: o.ID("accountId"), Type: o.OptID("accountType"), Name: o.OptText("name"), Status: o.OptID("status"),
		Enabled: o.OptBool("isEnabled"), SubAccount: o.OptBool("isSubAccount"), CloudAssets: o.OptSize("cloudAssets"),
		SubAccounts: o.Texts("subAccounts"), Tags: o.Texts("tags"), Registered: o.OptID("registeredDate"),
		LatestSync: benchmark.OptID("latestSuccessSyncTime"), LatestBenchmark: benchmark.OptID("latestSuccessBenchmarkRunTime"),
		CloudLogs: o.OptID("cloudLogStatus"), FlowLogs: o.OptID("flowLogStatus"),
	}
}
