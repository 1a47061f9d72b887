package emulator

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"time"
)

// Header is set in every response. A client labels verdicts from the emulator by it.
const Header = "Scangate-Emulator"

// Options configure a [Server]. Only Now is required.
type Options struct {
	// Key is the API key that is accepted; empty accepts any.
	Key string
	// Now is the clock by which tasks and scans end.
	Now func() time.Time
	// NewID returns the ids of tasks and scans; random UUIDs if nil.
	NewID func() string
	// PullAny answers for every image, and not only for those of the catalogue.
	PullAny bool
	// Quota is the number of images that may be scanned; 0 means no limit.
	Quota int
	// MaxFiles and MaxUpload (bytes) bound an upload: 200 and 32 MiB if 0.
	MaxFiles  int
	MaxUpload int64
	// Keep is the number of tasks, and of scans, that are kept: 1000 if 0.
	Keep int
	// Alerts is the number of sample alerts, Hits that of the hits of a search before terms
	// and filters, and Rows that of the rows of an inventory and of traffic: 44, 7 and 12 if 0,
	// none if negative.
	Alerts, Hits, Rows int
	// Assume are choices of [Assumptions] by name; the default is chosen for all others.
	Assume map[string]string
	Timing Timing
	Faults Faults
}

// Timing is how long work takes by the server's clock. Zero is the default, and a
// negative duration means none.
type Timing struct {
	// Task and PerImage add up to the duration of an image task: 600 ms and 10 ms.
	Task, PerImage time.Duration
	// Queued is how long a new scan is neither ongoing nor done: 0 by default.
	Queued time.Duration
	// Scan and PerFile add up to the duration of an IaC scan: 300 ms and 2 ms.
	Scan, PerFile time.Duration
}

func (t Timing) withDefaults() Timing {
	set := func(d *time.Duration, byDefault time.Duration) {
		if *d == 0 {
			*d = byDefault
		}
		*d = max(*d, 0)
	}
	set(&t.Task, 600*time.Millisecond)
	set(&t.PerImage, 10*time.Millisecond)
	set(&t.Queued, 0)
	set(&t.Scan, 300*time.Millisecond)
	set(&t.PerFile, 2*time.Millisecond)
	return t
}

func (o Options) withDefaults() Options {
	if o.NewID == nil {
		o.NewID = randomID
	}
	if o.MaxFiles == 0 {
		o.MaxFiles = 200
	}
	if o.MaxUpload == 0 {
		o.MaxUpload = 32 << 20
	}
	if o.Keep == 0 {
		o.Keep = 1000
	}
	if o.Alerts == 0 {
		o.Alerts = ages
	}
	o.Hits, o.Rows = cmp.Or(o.Hits, 7), cmp.Or(o.Rows, 12)
	if chosen := o.Assume["new-scan"]; o.Timing.Queued == 0 && (chosen == "idle" || chosen == "unknown") {
		o.Timing.Queued = 300 * time.Millisecond
	}
	o.Timing = o.Timing.withDefaults()
	return o
}

// randomID returns a random UUID (RFC 9562, version 4).
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
