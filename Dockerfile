# The image of scangate: the static binary, git, CA certificates and a POSIX shell, at most 60 MB.
#
#   docker build --tag scangate .
#   docker run --rm --volume "$PWD:/src" scangate scangate scan --endpoint embedded --only iac
#
# Only instructions that every builder knows: buildah builds it as docker does.

# Build arguments, so that a mirror or another base can replace the images: by default the two stages below.
ARG GO_IMAGE=go
ARG BASE_IMAGE=base

# The images by digest, so that a build is repeatable, and in FROM lines, where Dependabot finds them. The compiler is the
# toolchain of go.mod, which makes the binary the released one, byte for byte. It runs on the build platform and
# cross-compiles: nothing is emulated.
FROM --platform=$BUILDPLATFORM docker.io/library/golang:1.26.8-alpine3.24@sha256:8ac98ca534ac3f51e1f420a1dd2c15e74c75cfa0f23f3ad27eb5d7236c349a0c AS go
# Alpine, because its shell and git take 20 MB; Debian's slim image alone is over the limit.
FROM docker.io/library/alpine:3.24.1@sha256:28bd5fe8b56d1bd048e5babf5b10710ebe0bae67db86916198a6eec434943f8b AS base

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
# Behind a proxy: GOPROXY as for go, and CA_CERTIFICATES in PEM form, trusted beside the others while the image is built.
# HTTPS_PROXY and NO_PROXY are build arguments of every builder.
ARG GOPROXY
ARG CA_CERTIFICATES
RUN mkdir /ca && if [ -n "$CA_CERTIFICATES" ]; then \
      { cat /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt 2>/dev/null || :; printf '\n%s\n' "$CA_CERTIFICATES"; } >/ca/all.pem; \
    fi
WORKDIR /build
COPY go.mod go.sum ./
RUN [ ! -s /ca/all.pem ] || export SSL_CERT_FILE=/ca/all.pem; go mod download
COPY cmd cmd
COPY internal internal
ARG TARGETOS
ARG TARGETARCH
# The version without its v, as in a release; empty otherwise.
ARG VERSION
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /scangate ./cmd/scangate

FROM ${BASE_IMAGE}
# A base that has both already is left unchanged. The authorities of the build are mounted, and so in no layer: a base that
# is to trust them has them.
RUN --mount=type=bind,from=build,source=/ca,target=/mnt \
    if [ -s /mnt/all.pem ]; then export SSL_CERT_FILE=/mnt/all.pem; fi; \
    if command -v git >/dev/null && [ -s /etc/ssl/certs/ca-certificates.crt ]; then :; \
    elif command -v apk >/dev/null; then apk add --no-cache ca-certificates git; \
    else set -- ${SSL_CERT_FILE:+-o Acquire::https::CAInfo=$SSL_CERT_FILE}; \
      apt-get "$@" update && apt-get "$@" install -y --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/*; fi
COPY LICENSE THIRD_PARTY_LICENSES /usr/share/doc/scangate/
COPY --from=build /scangate /usr/local/bin/scangate
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="scangate" \
      org.opencontainers.image.description="A CI gate for Sophos Cloud Optix" \
      org.opencontainers.image.source="https://github.com/scangate/scangate" \
      org.opencontainers.image.documentation="https://github.com/scangate/scangate#readme" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

# The user stays root. GitLab and GitHub mount a checkout of another user (root, 1001, the user of the machine), and
# reports are written into it. GitHub requires root for images of actions. Nothing in the image needs root:
# `docker run --user "$(id -u):$(id -g)"` works with any id, and makes the reports yours.
# https://docs.github.com/en/actions/reference/workflows-and-actions/dockerfile-support#user
WORKDIR /src

# No ENTRYPOINT: GitLab starts `sh` in the image and pipes the script to it. An entrypoint would make it `scangate sh`.
# https://docs.gitlab.com/ci/docker/using_docker_images/#override-the-entrypoint-of-an-image
CMD ["scangate", "help"]
