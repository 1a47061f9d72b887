package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxSearchSize is the largest page of hits in the reference.
const maxSearchSize = 10000

// search answers GET search/{searchKey}: a page.
func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.URL.Path, string(CallSearch))
	q := r.URL.Query()
	known := slices.Contains(strings.Fields(searchKeys), key)
	if !known && !s.assumes("unknown-key=refused") && !s.assumes("unknown-key=empty") {
		s.notFound(w, r)
		return
	}
	page, size, problem := s.paging(q, true)
	if size > maxSearchSize && s.assumes("large-size=refused") {
		problem = noArguments
	}
	wanted, badFilter := s.parseConditions(q.Get("searchTerm"), q.Get("filters"))
	if !known && s.assumes("unknown-key=refused") {
		problem = noArguments
	}
	if problem = s.firstOf([]string{problem, badFilter}); problem != "" {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	var hits []map[string]any
	if known {
		hits = slices.DeleteFunc(s.hits(key), func(h map[string]any) bool { return !wanted.match(h) })
	}
	writeJSON(w, http.StatusOK, s.searchAnswer(hits, page, min(size, maxSearchSize)))
}

// searchAnswer returns a page of hits in the form that is assumed.
func (s *Server) searchAnswer(hits []map[string]any, page, size int) any {
	answer := pageOf(s, hits, page, size)
	switch {
	case s.assumes("search-answer=array"):
		return answer.Data
	case s.assumes("search-answer=results"):
		return map[string]any{"results": answer.Data, "total": len(hits)}
	case s.assumes("search-answer=content"):
		return map[string]any{
			"content": answer.Data, "number": page - 1, "size": size, "numberOfElements": len(answer.Data),
			"totalPages": answer.TotalPages, "totalElements": len(hits), "first": page == 1, "last": !answer.HasNext,
		}
	}
	return answer
}

// condition requires that a field has one of the values, or that it has none of them. An empty
// field is any field. A value may end in *.
type condition struct {
	field  string
	values []string
	not    bool
}

// conditions are those of a term, of which all in one of the groups must hold, and those of the
// filters, which all must hold.
type conditions struct {
	anyOf   [][]condition
	filters []condition
}

// parseConditions reads a term (field:value, NOT field:value, joined by AND, and these by OR) and
// filters (field=value,value, joined by semicolons).
// What is malformed is treated as an unlisted value.
func (s *Server) parseConditions(term, filters string) (all conditions, problem string) {
	for _, group := range split(term, " OR ") {
		var together []condition
		for _, part := range split(group, " AND ") {
			together = append(together, parseTerm(part))
		}
		all.anyOf = append(all.anyOf, together)
	}
	for _, part := range split(filters, ";") {
		field, values, ok := strings.Cut(part, "=")
		switch {
		case ok && field != "":
			all.filters = append(all.filters, condition{field: field, values: strings.Split(values, ",")})
		case s.assumes("unlisted-value=refused"):
			problem = noArguments
		case !s.assumes("unlisted-value=ignored"):
			all.filters = append(all.filters, condition{field: unlisted})
		}
	}
	return all, problem
}

// parseTerm reads a condition of a term.
func parseTerm(part string) condition {
	part, not := strings.CutPrefix(strings.TrimSpace(part), "NOT ")
	field, value, ok := strings.Cut(part, ":")
	if !ok {
		field, value = "", part
	}
	return condition{strings.TrimSpace(field), []string{value}, not}
}

func split(s, sep string) []string {
	return slices.DeleteFunc(strings.Split(s, sep), func(part string) bool { return strings.TrimSpace(part) == "" })
}

func (c conditions) match(hit map[string]any) bool {
	inAGroup := slices.ContainsFunc(c.anyOf, func(group []condition) bool { return allMatch(group, hit) })
	return (inAGroup || len(c.anyOf) == 0) && allMatch(c.filters, hit)
}

func allMatch(all []condition, hit map[string]any) bool {
	return !slices.ContainsFunc(all, func(one condition) bool { return one.found(hit) == one.not })
}

// found reports whether a hit has one of the values.
func (c condition) found(hit map[string]any) bool {
	for name, value := range hit {
		if c.field != "" && c.field != name {
			continue
		}
		text := fmt.Sprint(value)
		if slices.ContainsFunc(c.values, func(v string) bool { return fits(strings.TrimSpace(v), text) }) {
			return true
		}
	}
	return false
}

func fits(pattern, text string) bool {
	if start, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(text, start)
	}
	return pattern == text
}

// hits returns the sample hits of a key. Every seventh is public.
func (s *Server) hits(key string) []map[string]any {
	provider, kind, _ := strings.Cut(key, "_")
	kind = strings.ToLower(strings.ReplaceAll(kind, "_", "-"))
	regions := []string{"eu-central-1", "us-east-1"}
	all := make([]map[string]any, 0, max(0, s.opts.Hits))
	for i := range cap(all) {
		id, name := account(map[string]string{"AWS": "AWS", "AZURE": "Azure"}[provider], i)
		all = append(all, map[string]any{
			// Too large for a float64.
			"id":   json.Number(strconv.FormatInt(9007199254740993+int64(i), 10)),
			"name": fmt.Sprintf("acme-%s-%03d", kind, i), "accountId": id, "accountName": name,
			"region": regions[i%2], "isPublic": i%7 == 3, "tags.name": fmt.Sprintf("test-%d", i%3),
		})
	}
	return all
}

// searchKeys are the keys in the table of the reference.
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
NATIVE_CONTAINER NATIVE_INGRESS NATIVE_NETWORK_POLICY NATIVE_NODE NATIVE_POD NATIVE_RBAC_ROLE
NATIVE_SERVICE IMAGE_SCAN_DETAILS IMAGE_REGISTRY
`
