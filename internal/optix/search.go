package optix

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// MaxSearchSize is the largest number of hits on a page of a search.
const MaxSearchSize = 10000

// SearchQuery is a search (reference, area "Search"). Term and Filters are sent as
// they are, and not at all if empty.
type SearchQuery struct {
	// Key is one of [SearchKeys].
	Key string
	// Term is a condition such as tags.name:test* or isPublic:true.
	Term string
	// Filters are conditions such as instanceId=i-1,i-2;isPublic=true.
	Filters string
}

// SearchHit is one hit. The reference doesn't document its fields: these are likely
// to occur in hits of several kinds. Missing ones are "".
type SearchHit struct {
	ID        string
	Name      string
	AccountID string
	Region    string
}

// SearchPage is one page of hits.
type SearchPage struct {
	Paging
	Hits []SearchHit
}

// Search reads one page of a search (GET api/v1/search/{searchKey}). page starts
// at 1, and size is 1 to [MaxSearchSize]. The form of the answer isn't documented: it
// must have an array "data" and the paging fields of a list of alerts.
func (c *Client) Search(ctx context.Context, s SearchQuery, page, size int) (SearchPage, error) {
	if err := s.check(page, size); err != nil {
		return SearchPage{}, err
	}
	q := url.Values{"page": {strconv.Itoa(page)}, "size": {strconv.Itoa(size)}}
	setText(q, "searchTerm", s.Term)
	setText(q, "filters", s.Filters)
	r := get("search/"+s.Key, q)
	r.MaxBody = 4 * maxLargeAnswer
	return call(ctx, c, r, decodeSearchPage)
}

func (s SearchQuery) check(page, size int) error {
	switch {
	case !slices.Contains(SearchKeys(), s.Key):
		return fmt.Errorf("search: unknown search key %q", s.Key)
	case page < 1:
		return fmt.Errorf("search: page must be an integer >= 1, got %d", page)
	case size < 1 || size > MaxSearchSize:
		return fmt.Errorf("search: size must be an integer from 1 to %d, got %d", MaxSearchSize, size)
	}
	return nil
}

// SearchKeys returns the search keys of the reference, sorted.
func SearchKeys() []string { return strings.Fields(searchKeys) }

const searchKeys = `ALERT AWS_ACTIVITY_LOG AWS_AMI AWS_CLUSTER AWS_CONTAINER AWS_CONTAINER_FARGATE AWS_EBS_VOLUME AWS_ES
AWS_EXTERNAL_ACCESS AWS_GROUP AWS_HIGHRISK_ANOMALY AWS_HOST AWS_INCOMING_TRAFFIC AWS_INGRESS
AWS_LAMBDA AWS_NETWORK_POLICY AWS_NODE AWS_NODE_GROUP AWS_OUTGOING_TRAFFIC AWS_POD AWS_RBAC_ROLE
AWS_RDS AWS_REDSHIFT_CLUSTER AWS_ROLE AWS_S3 AWS_SECURITY_GROUP AWS_SERVICE AWS_SSO_USER
AWS_TASK_DEFINITION AWS_USER AWS_VPC AZURE_ACTIVITY_LOG AZURE_APP_SERVICE AZURE_CLUSTER
AZURE_CONTAINER AZURE_COSMOS_DB AZURE_DB AZURE_FUNCTION AZURE_GROUP AZURE_HOST
AZURE_INCOMING_TRAFFIC AZURE_INGRESS AZURE_IOT_HUB AZURE_LOGIC_APP AZURE_NETWORK_POLICY
AZURE_NETWORK_SECURITY_GROUP AZURE_NODE AZURE_NODE_GROUP AZURE_OUTGOING_TRAFFIC AZURE_POD
AZURE_RBAC_ROLE AZURE_RESOURCE_GROUP AZURE_SERVICE AZURE_SQL_SERVER AZURE_STORAGE_ACCOUNT AZURE_USER
AZURE_VIRTUAL_NETWORK GCP_ACTIVITY_LOG GCP_BUCKET GCP_CLUSTER GCP_CONTAINER GCP_FIREWALL GCP_GROUP
GCP_HOST GCP_INCOMING_TRAFFIC GCP_INGRESS GCP_NETWORK_POLICY GCP_NODE GCP_NODEPOOL
GCP_OUTGOING_TRAFFIC GCP_POD GCP_RBAC_ROLE GCP_ROLE_BINDING GCP_SERVICE GCP_SQL GCP_USER GCP_VPC
IMAGE_REGISTRY IMAGE_SCAN_DETAILS NATIVE_CONTAINER NATIVE_INGRESS NATIVE_NETWORK_POLICY NATIVE_NODE
NATIVE_POD NATIVE_RBAC_ROLE NATIVE_SERVICE
`
