package transport

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// idHeader has the id of a request. Gateways log it, and many services send it back.
const idHeader = "X-Request-Id"

// IDs gives each request of a run an id, so that a service's operators can find it in their logs:
// RUN-N, where RUN is random and N counts. nil gives none. It is safe for concurrent use.
type IDs struct {
	run  func() string
	last atomic.Int64
}

// runLength is that of RUN: 65 random bits.
const runLength = 13

// NewIDs returns the ids of one run.
func NewIDs() *IDs {
	// The first random number takes longer than the rest of a start.
	return &IDs{run: sync.OnceValue(func() string { return rand.Text()[:runLength] })}
}

// next returns another id, "" from nil.
func (i *IDs) next() string {
	if i == nil {
		return ""
	}
	return i.run() + "-" + strconv.FormatInt(i.last.Add(1), 10)
}

// maxID is how many bytes of an id of a service are kept.
const maxID = 200

// answerIDs are the headers in which services and gateways name an answer, the most telling first.
func answerIDs() []string {
	return []string{
		idHeader, "X-Correlation-Id", "Request-Id", "X-Amzn-Requestid", "X-Amz-Request-Id", "X-Ms-Request-Id", "X-Github-Request-Id",
		"Apigw-Requestid", "X-Trace-Id", "X-B3-Traceid", "Traceparent", "X-Amzn-Trace-Id", "X-Amz-Cf-Id", "Cf-Ray", "X-Azure-Ref",
	}
}

// answerID returns the id that an answer has, "" for none. Without secrets, because a service may
// repeat any header that it got.
func (c *Client) answerID(h http.Header) string {
	for _, name := range answerIDs() {
		if id := strings.TrimSpace(h.Get(name)); id != "" {
			return c.Mask(id[:min(len(id), maxID)])
		}
	}
	return ""
}
