#!/usr/bin/env bash
# Build the images: deploy/containers/build.sh [web] [worker] [train] [airflow]
#
#   BUILDER   docker, podman or buildah; without it, the first of them that is there
#   BASE      image that they stand on, best with its digest (name@sha256:…)
#   REGISTRY  what the names begin with, such as registry.example/energia/
#   VERSION   tag and label; without it `local`, which compose.yaml runs
#   PIP_CONF  pip's configuration while building, where packages come from elsewhere
#   CA        certificate of an authority that pip is to believe, at /run/secrets/ca.crt
#   MORE      more words for the builder, such as --isolation chroot --volume /wheels:/wheels:ro
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

builder=${BUILDER:-}
for known in docker podman buildah; do
    [ -n "$builder" ] || ! command -v "$known" >/dev/null || builder=$known
done
[ -n "$builder" ] || { echo "No builder found: install docker, podman or buildah." >&2; exit 1; }

version=${VERSION:-local}
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
words=(--build-arg "VERSION=$version" --build-arg "REVISION=$revision")
[ -z "${BASE:-}" ] || words+=(--build-arg "BASE=$BASE")
[ -z "${PIP_CONF:-}" ] || words+=(--secret "id=pip.conf,src=$PIP_CONF")
[ -z "${CA:-}" ] || words+=(--secret "id=ca.crt,src=$CA")
# Health checks and labels are kept by Docker's form of an image; the form of OCI has no health check.
case ${builder##*/} in
docker*) ;;
*) words+=(--format docker --layers) ;;
esac
# MORE is words, not one word.
# shellcheck disable=SC2206
more=(${MORE:-})

[ $# -gt 0 ] || set -- web worker train
for target in "$@"; do
    case $target in
    web | worker | train | airflow) ;;
    *) echo "No image is called '$target': web, worker, train or airflow." >&2; exit 2 ;;
    esac
    "$builder" build "${words[@]}" ${more[@]+"${more[@]}"} --target "$target" \
        --tag "${REGISTRY:-}ahorraluz-$target:$version" .
done
