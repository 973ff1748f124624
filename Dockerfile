# Tags and not digests: whoever publishes an image pins both FROM lines to the
# digests seen that day (`docker buildx imagetools inspect NAME`); Dependabot
# keeps either form current.

# Built on the builder's own platform and cross-compiled, which needs no
# emulation because there is no C in it.
FROM --platform=$BUILDPLATFORM golang:1.26.10-bookworm AS build
WORKDIR /src
# The modules first, so that a change of ours does not fetch them again.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION=container
# The same command as everywhere else; the Makefile holds the flags.
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH make build VERSION="$VERSION"
# A folder that the unprivileged user owns: a new volume takes over its owner.
RUN mkdir /data

# Certificates, time zones, a user without rights; no shell, no package manager.
FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="Kintsugi" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY LICENSE /LICENSE
COPY --from=build /src/bin/kintsugi /kintsugi
COPY --from=build --chown=65532:65532 /data /data
# The store holds nothing that cannot be found again on GitHub (deliveries not
# yet handled apart), but a restart is quicker with it.
ENV KINTSUGI_DATABASE_URL=sqlite:/data/kintsugi.db
VOLUME /data
EXPOSE 8080
# For Docker, which has no other way to ask. Other orchestrators ask by
# themselves: GET /healthz (alive) and GET /readyz (takes deliveries).
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/kintsugi", "ready"]
# By number: Kubernetes' runAsNonRoot cannot judge a name.
USER 65532:65532
ENTRYPOINT ["/kintsugi"]
CMD ["serve"]
