package locate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A name may end in a quote of its own.
func TestNameTextsBeginWithTheWholeName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"Stop if it is not `ipsec`": {"Stop if it is not `ipsec`", "Stop if it is not `ipsec"},
		"`aws_vpc.a`":               {"`aws_vpc.a`", "aws_vpc.a"},
		" plain ":                   {"plain"},
		"''":                        {"''", ""},
		"'":                         {"'"},
		"<logs>":                    {"<logs>", "logs"},
		`"logs"`:                    {`"logs"`, "logs"},
		`"logs'`:                    {`"logs'`},
		"<logs":                     {"<logs"},
		"logs>":                     {"logs>"},
	} {
		if diff := cmp.Diff(want, nameTexts(text, false)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	}
}

func TestWordOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"logs":                 "logs",
		"logs, which are open": "logs",
		`a["x y"].b[0 1] is`:   `a["x y"].b[0 1]`,
		`a["x y]`:              `a["x y]`,
		"a] b":                 "a]",
		"a]] [b c] d":          "a]]",
	} {
		if got := wordOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWithoutKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a.b":               "a.b",
		"a[0].b[1]":         "a.b",
		`a["x"].b`:          "a.b",
		`a["x]y"].b`:        "a.b",
		`a['x]"y'].b`:       "a.b",
		`a["x].b`:           "a.b", // no end of a quote
		`a["" ]"].b`:        `a"].b`,
		`the "a[0].b" here`: `the "a.b" here`,
		"a].b[0]":           "a].b",
		"a[[0]].b":          "a.b",
	} {
		if got := withoutKeys(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestAddressForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"aws_vpc.b":            {"aws_vpc.b"},
		"aws_vpc.b[0].arn":     {"aws_vpc.b.arn", "aws_vpc.b"},
		"module.a.aws_vpc.b":   {"module.a.aws_vpc.b", "aws_vpc.b"},
		"module.a":             {"module.a"},
		"data.aws_ami.b":       {"data.aws_ami.b", "aws_ami.b"},
		"Resources.Bucket.Arn": {"Resources.Bucket.Arn", "Bucket.Arn"},
	} {
		if diff := cmp.Diff(want, addressForms(text)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
}

func TestWordForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"logs":                            {"logs"},
		`module "vpc"`:                    {"module.vpc", "module/vpc"},
		`resource "aws_s3_bucket" "logs"`: {"aws_s3_bucket.logs", "aws_s3_bucket/logs"},
		`data "aws_ami" "base"`:           {"aws_ami.base", "aws_ami/base"},
		"open the port":                   nil,
		"Service: web":                    {"Service:.web", "Service:/web", "Service/web"},
		"AWS::S3":                         {"AWS::S3"},
	} {
		if diff := cmp.Diff(want, wordForms(text)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
}

func TestLastSegment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"arn:aws:s3:::logs":            "logs",
		"arn:aws:iam::1:role/app":      "app",
		"arn:":                         "",
		"https://x.example/a/b/":       "b",
		"/subscriptions/1/providers/x": "x",
		"/x":                           "x",
		"projects/p/buckets/b":         "b",
		"projects/":                    "",
		"Pod/web":                      "",
		"":                             "",
	} {
		if got := lastSegment(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The forms of hostile names are bounded.
func TestFormsAreBounded(t *testing.T) {
	t.Parallel()
	forms := addressForms(strings.Repeat("module.a.", 2*maxForms) + "aws_vpc.b")
	ends := pathEnds(strings.Repeat("a/", 2*maxForms) + "b")
	if len(forms) != maxForms || len(ends) != maxForms {
		t.Errorf("%d forms of an address and %d ends of a path, want %d", len(forms), len(ends), maxForms)
	}
}
