package cli

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/optix"
)

// sourcesHelp is the page of scangate help sources. What it lists is what the
// sources say of themselves.
func sourcesHelp() string {
	var b strings.Builder
	b.WriteString(sourcesIntro)
	filters := alerts.Filters()
	for _, name := range alerts.Names() {
		fmt.Fprintf(&b, "  %s\n%s", name, wrapped(filters[name], "      "))
	}
	b.WriteString(sourcesEnvironment)
	for _, v := range alerts.Variables() {
		fmt.Fprintf(&b, "  %-37s %s\n", v.Name, v.Use)
	}
	b.WriteString(sourcesPrivate)
	b.WriteString(wrapped(optix.SearchKeys(), "  "))
	return b.String()
}

// wrapped writes words between commas, in lines that a terminal holds.
func wrapped(words []string, indent string) string {
	var b strings.Builder
	line := indent
	for i, w := range words {
		if i < len(words)-1 {
			w += ","
		}
		if len(line)+len(w) > 80 {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += w + " "
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}

const sourcesIntro = `Alert sources and posture checks are named in the config file, with their limits.
scangate alerts asks them alone, scangate scan beside its scans. Each is a row of
the ledger: one that does not answer makes the run incomplete.

  alerts:
    - source: cloud-optix
      days: 30
      max: {critical: 0}
    - source: zscaler-zpc
      name: production        # where a source is there more than once
      max: {critical: 0, high: 10}
      older-than: 7d          # only alerts that have been open for so long
      account: "2881*"        # only those that match; * stands for any text
      region: [eu-central-1, eu-west-1]
      resource: "arn:aws:s3:*"
      rule: "*encryption*"
      severity-map: {"2": high}  # the vendor's words
  checks:
    - name: no public buckets
      search: AWS_S3
      term: isPublic:true
      filters: region=eu-central-1,eu-west-1
      max: 0                  # the default
      severity: high          # of each hit; the default
      size: 500               # hits on a page

A source with a max is judged by it alone: a severity that it does not name is
reported only, and unknown is 0 unless it is named. A source without one counts
with everything else, by --fail-on and --max. Open alerts count, however old;
closed, resolved, suppressed and acknowledged ones don't.

The filters of each source, by its vendor's names:

`

const sourcesEnvironment = `
Addresses and credentials come from the environment alone. To a URL, which may
have a path, the calls' paths are appended. cloud-optix uses the gate's own
endpoint and key.

`

const sourcesPrivate = `
Names, mail addresses and file names in alerts appear nowhere without
--include-personal-data. The search keys of checks:

`
