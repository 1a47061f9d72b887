package emulator

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const wanted = "repo_url=https://git.example/acme/shop&branch=main"

// tags returns the names in a task's answer.
func (b *bench) tags(id string) []string {
	b.Helper()
	var tags []string
	for _, image := range b.decode(b.get(CallTaskResult, "taskId="+id))["scanResult"].([]any) {
		tags = append(tags, image.(map[string]any)["fullTag"].(string))
	}
	return tags
}

func TestTaskTakesTime(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	submitted := b.decode(b.post(CallSubmitFiles, wanted, "web/Dockerfile", "FROM nginx:1.27-alpine", "api/Dockerfile", "FROM nginx:1.27-alpine"))
	if diff := cmp.Diff(map[string]any{"taskId": "id-1", "duplicate": false, "quotaFull": false}, submitted); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"taskId": "id-1", "status": "submitted", "branch": "main", "createdAt": "2026-03-01T12:00:00.000Z",
		"completedAt": nil, "filesScanned": 0.0, "scanResult": []any{},
	}
	b.later(600 * time.Millisecond)
	if diff := cmp.Diff(want, b.decode(b.get(CallTaskResult, "taskId=id-1"))); diff != "" {
		t.Error(diff)
	}
	b.later(10 * time.Millisecond)
	got := b.decode(b.get(CallTaskResult, "taskId=id-1"))
	image := got["scanResult"].([]any)[0].(map[string]any)
	counts := image["vulnerabilities"].(map[string]any)
	delete(image, "vulnerabilities")
	want["status"], want["completedAt"], want["filesScanned"] = "complete", "2026-03-01T12:00:00.610Z", 1.0
	want["scanResult"] = []any{map[string]any{
		"fullTag": "docker.io/library/nginx:1.27-alpine", "registry": "docker.io", "isPublic": true,
		"isSecure": counts["critical"].(float64)+counts["high"].(float64) == 0,
		"files":    []any{"web/Dockerfile", "api/Dockerfile"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(counts) != 5 {
		t.Errorf("counts %v", counts)
	}
}

func TestFinalImages(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"FROM nginx": "docker.io/library/nginx:latest",
		"FROM golang:1.24 AS build\nFROM alpine:3.20\nCOPY --from=build /a /a": "docker.io/library/alpine:3.20",
		"FROM debian:12 AS base\nFROM base AS dev\nFROM dev":                   "docker.io/library/debian:12",
		"FROM debian:12 AS Base\nFROM alpine\nFROM BASE":                       "docker.io/library/debian:12",
		"ARG V=3.20\nFROM alpine:${V}":                                         "docker.io/library/alpine:3.20",
		"ARG V\nFROM alpine:${V}":                                              "",
		"FROM golang:1.24 AS build\nFROM scratch":                              "",
		"not a dockerfile":                                                     "",
		"":                                                                     "",
	} {
		if got, ok := finalImage(upload{"Dockerfile", []byte(content)}); got != want && ok || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", content, got, ok, want)
		}
	}
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	again := func(query, file string) map[string]any {
		return b.decode(b.post(CallSubmitFiles, query, "Dockerfile", file))
	}
	again(wanted, "FROM nginx")
	if got := again(wanted, "FROM redis"); got["duplicate"] != true || got["taskId"] != "id-1" {
		t.Errorf("same repository and branch: %v", got)
	}
	if got := again(wanted+"2", "FROM nginx"); got["duplicate"] != false {
		t.Errorf("another branch: %v", got)
	}
	b.later(time.Second)
	if got := again(wanted, "FROM redis"); got["duplicate"] != false {
		t.Errorf("after its end: %v", got)
	}
	byName := func(images string) any {
		return b.decode(b.post(CallSubmitImages, "repoURL=u&imageNames="+images))["duplicate"]
	}
	if byName("nginx,redis") != false || byName("redis,nginx:latest") != true || byName("redis") != false {
		t.Error("by name, a submission is a duplicate if repository and set of images are the same")
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Quota: 3})
	first := b.decode(b.post(CallSubmitImages, "repoURL=u&imageNames=nginx,redis"))
	over := b.decode(b.post(CallSubmitImages, "repoURL=u&imageNames=node,python"))
	last := b.decode(b.post(CallSubmitImages, "repoURL=u&imageNames=node"))
	if first["quotaFull"] != false || over["quotaFull"] != true || last["quotaFull"] != false {
		t.Errorf("got %v, %v, %v", first, over, last)
	}
	b.later(time.Second)
	got := b.decode(b.get(CallTaskResult, "taskId="+over["taskId"].(string)))
	if got["status"] != "failed" || len(got["scanResult"].([]any)) != 0 {
		t.Errorf("a task beyond the quota: %v", got)
	}
}

func TestImagesThatCantBePulled(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: Faults{Drop: []string{"docker.io/library/redis:7"}}})
	b.post(CallSubmitImages, "repoURL=u&imageNames=nginx:1.27,acme.example/app:1,nginx:no-such-tag,UPPER,redis:7")
	b.later(time.Second)
	if diff := cmp.Diff([]string{"docker.io/library/nginx:1.27"}, b.tags("id-1")); diff != "" {
		t.Error(diff)
	}
}

func TestEveryImageCanBePulled(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{PullAny: true})
	b.post(CallSubmitImages, "repoURL=u&imageNames=nginx:1.27,acme.example/app:1,UPPER")
	b.later(time.Second)
	if diff := cmp.Diff([]string{"acme.example/app:1", "docker.io/library/nginx:1.27"}, b.tags("id-1")); diff != "" {
		t.Error(diff)
	}
}

func TestContainerResult(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	ask := func() map[string]any {
		return b.decode(b.get(CallContainerResult, "container=docker.io/library/redis:7.2"))
	}
	if got := ask(); got["success"] != false || got["data"] != nil {
		t.Errorf("never submitted: %v", got)
	}
	b.post(CallSubmitImages, "repoURL=u&imageNames=redis:7.2")
	if got := ask(); got["success"] != false {
		t.Errorf("not complete: %v", got)
	}
	b.later(time.Second)
	got := ask()
	if data, _ := got["data"].(map[string]any); got["success"] != true || data["fullTag"] != "docker.io/library/redis:7.2" {
		t.Errorf("complete: %v", got)
	}
}

func TestTaskFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults                Faults
		status                string
		duplicate, quotaIsOut bool
	}{
		"failed":    {faults: Faults{TaskFailed: true}, status: "failed"},
		"never":     {faults: Faults{NeverDone: true}, status: "submitted"},
		"odd":       {faults: Faults{UnknownStatus: "paused"}, status: "paused"},
		"duplicate": {faults: Faults{DuplicateForever: true}, status: "complete", duplicate: true},
		"quota":     {faults: Faults{QuotaFull: true}, status: "failed", quotaIsOut: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Options{Faults: test.faults})
			got := b.decode(b.post(CallSubmitImages, "repoURL=u&imageNames=nginx"))
			if got["duplicate"] != test.duplicate || got["quotaFull"] != test.quotaIsOut {
				t.Errorf("submission %v", got)
			}
			b.later(time.Hour)
			if got := b.decode(b.get(CallTaskResult, "taskId=id-1")); got["status"] != test.status {
				t.Errorf("status %v, want %s", got["status"], test.status)
			}
		})
	}
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	pulled := []string{
		"docker.io/library/nginx:latest", "docker.io/library/nginx:stable-alpine", "docker.io/library/nginx:1.25.3-alpine-slim",
		"docker.io/library/node:20-bookworm-slim", "docker.io/library/node:lts-alpine3.20", "docker.io/library/node:18.19.0",
		"docker.io/library/python:3.12-slim-bookworm", "docker.io/library/debian:bookworm-slim", "docker.io/library/debian:bookworm-20240101-slim",
		"docker.io/library/ubuntu:22.04", "docker.io/library/ubuntu:noble", "docker.io/library/alpine:3", "docker.io/library/alpine:3.19.1",
		"docker.io/library/eclipse-temurin:17.0.9_9-jre-alpine", "docker.io/library/eclipse-temurin:21-jdk-jammy",
		"docker.io/library/maven:3.9-eclipse-temurin-17", "docker.io/library/openjdk:8-jre-alpine", "docker.io/library/golang:1.22.1-alpine3.19",
		"docker.io/library/rabbitmq:3.13-management-alpine", "docker.io/library/php:8.2-fpm-alpine", "docker.io/library/mysql:8.0.36",
		"docker.io/library/postgres:16.2-alpine3.19", "docker.io/library/redis:7.2-alpine", "docker.io/library/memcached:1.6-alpine",
		"docker.io/library/traefik:v3.0", "docker.elastic.co/elasticsearch/elasticsearch:8.12.0", "gcr.io/distroless/static-debian12:nonroot",
		"gcr.io/distroless/nodejs20-debian12:latest", "mcr.microsoft.com/dotnet/aspnet:8.0-alpine", "mcr.microsoft.com/dotnet/sdk:8.0-jammy-chiseled",
		"registry.k8s.io/pause:3.9", "quay.io/prometheus/node-exporter:v1.7.0", "docker.io/grafana/grafana:10.4.1-ubuntu",
		"docker.io/library/nginx:1.27@sha256:" + fmt.Sprintf("%064d", 1), "docker.io/library/busybox:1.36", "docker.io/library/mongo:7.0-jammy",
		"docker.io/library/ruby:3.3-slim", "docker.io/library/httpd:2.4", "docker.io/library/haproxy:3.1.2",
	}
	for _, image := range pulled {
		first, ok := lookup(image)
		second, _ := lookup(image)
		if !ok || !cmp.Equal(first, second) || first.FullTag != image {
			t.Errorf("%s: found %v, %+v and %+v", image, ok, first, second)
		}
	}
	for _, image := range []string{
		"docker.io/library/nginx:9.99", "docker.io/library/nginx:typo", "docker.io/acme/nginx:1.27", "docker.io/library/node:20-apline",
		"gcr.io/distroless/:latest", "docker.io/library/debian:", "ghcr.io/library/nginx:latest",
	} {
		if _, ok := lookup(image); ok {
			t.Errorf("%s: found", image)
		}
	}
}

func TestOlderAndLargerImagesHaveMoreVulnerabilities(t *testing.T) {
	t.Parallel()
	total := func(image string) (n int) {
		result, ok := lookup(image)
		if !ok {
			t.Fatalf("%s is not in the catalogue", image)
		}
		for _, count := range result.Vulnerabilities {
			n += count
		}
		return n
	}
	for _, pair := range [][2]string{
		{"docker.io/library/node:24", "docker.io/library/node:12"},
		{"docker.io/library/node:24-slim", "docker.io/library/node:24"},
		{"docker.io/library/node:24-alpine", "docker.io/library/node:24-slim"},
		{"docker.io/library/alpine:3.22", "docker.io/library/alpine:3.5"},
		{"gcr.io/distroless/static:nonroot", "docker.io/library/debian:12"},
	} {
		if fewer, more := total(pair[0]), total(pair[1]); fewer >= more {
			t.Errorf("%s has %d and %s has %d", pair[0], fewer, pair[1], more)
		}
	}
}

func TestCatalogueData(t *testing.T) {
	t.Parallel()
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range c.Families {
		names = append(names, f.Names...)
		if len(f.Releases) == 0 || !slices.IsSorted(f.Weights[:3]) {
			t.Errorf("family %v: releases %v, weights %v", f.Names, f.Releases, f.Weights)
		}
	}
	if slices.Sort(names); len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("a name is in two families")
	}
}
