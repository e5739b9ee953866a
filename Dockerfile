# One image for the server, the worker, the migrations and freshclam.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      pkg-config libpq-dev libhiredis-dev libmicrohttpd-dev libargon2-dev libjwt-dev libssl-dev zlib1g-dev \
      libqrencode-dev libcurl4-openssl-dev \
      libclamav-dev libvips-dev libmagic-dev libqpdf-dev libseccomp-dev \
      esbuild brotli jq libjs-leaflet libjs-chart.js \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
COPY Client Client
RUN Client/build.sh /built/public
# Swift's own library linked in: the next stage needs no toolchain.
RUN swift build -c release --static-swift-stdlib --product lamppost \
 && swift build -c release --static-swift-stdlib --product lamppost-intake \
 && install -D -t /built "$(swift build -c release --static-swift-stdlib --show-bin-path)"/lamppost \
      "$(swift build -c release --static-swift-stdlib --show-bin-path)"/lamppost-intake

FROM debian:bookworm-slim
# Libraries only; curl for the health check; freshclam, since the signatures' folder is shared with the worker.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      libpq5 libhiredis0.14 libmicrohttpd12 libargon2-1 libjwt0 libssl3 zlib1g libqrencode4 libcurl4 \
      libclamav12 libvips42 libmagic1 libqpdf29 libseccomp2 \
      clamav-freshclam ca-certificates curl tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --user-group --uid 990 --no-create-home --home-dir /nonexistent lamppost \
 # A new volume takes owner and mode from the folder it is mounted on.
 && install -d -o lamppost -g lamppost -m 700 /data /data/uploads \
 && install -d -o lamppost -g lamppost -m 755 /var/lib/clamav \
 && rm -f /etc/clamav/freshclam.conf
COPY --from=build /built/lamppost /built/lamppost-intake /usr/local/bin/
COPY --from=build /built/public /usr/local/share/lamppost/public
COPY Migrations /usr/local/share/lamppost/Migrations
COPY deploy/freshclam.conf /etc/clamav/freshclam.conf
ENV LAMPPOST_LISTEN=0.0.0.0:8300 \
    LAMPPOST_UPLOADS=/data/uploads \
    LAMPPOST_MIGRATIONS=/usr/local/share/lamppost/Migrations \
    LAMPPOST_PUBLIC=/usr/local/share/lamppost/public \
    LAMPPOST_SIGNATURES=/var/lib/clamav
USER lamppost
WORKDIR /data
EXPOSE 8300
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["curl", "--silent", "--fail", "--output", "/dev/null", "http://127.0.0.1:8300/healthz"]
ENTRYPOINT ["lamppost"]
CMD ["serve"]
