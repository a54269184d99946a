# The gateway in an image that holds nothing else: no shell, no package manager, no root.
#
#   docker build -t openclaw/gateway .

# Any image with Rust 1.95, a C compiler and the static C library will do.
ARG RUST=rust:1.95-bookworm

# Every crate with its manifest and an empty program in place of its code: what this stage holds
# changes only when a manifest does, so that the layer of the dependencies stays as long.
FROM ${RUST} AS manifests
WORKDIR /manifests
COPY . /all
RUN set -eu; \
    cp /all/Cargo.toml /all/Cargo.lock .; \
    for folder in xtask tests $(cd /all && echo crates/*); do \
        mkdir -p "$folder/src"; \
        cp "/all/$folder/Cargo.toml" "$folder/"; \
        echo 'fn main() {}' >"$folder/src/main.rs"; \
        touch "$folder/src/lib.rs"; \
    done

FROM ${RUST} AS build
# One file that needs nothing at run time. Only for the target: what runs while building may load
# libraries.
ENV RUSTFLAGS="-C target-feature=+crt-static" \
    CARGO_TERM_COLOR=never \
    CARGO_INCREMENTAL=0
WORKDIR /src
COPY --from=manifests /manifests ./
RUN cargo build --release --locked --package gateway --target "$(rustc -vV | sed -n 's/^host: //p')"
RUN rm -r crates
COPY crates crates
# The code is older than the empty programs, and would be taken for what was built already.
RUN set -eu; \
    target=$(rustc -vV | sed -n 's/^host: //p'); \
    find crates -name '*.rs' -exec touch {} +; \
    cargo build --release --locked --package gateway --target "$target"; \
    mkdir -p /image/app /image/etc/ssl/certs /image/usr/share/doc/openclaw-gateway /owned/certificates; \
    cp "target/$target/release/openclaw-gateway" /image/; \
    cp Cargo.lock /image/usr/share/doc/openclaw-gateway/; \
    cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/; \
    echo 'openclaw:x:65532:65532::/app:/nothing' >/image/etc/passwd
COPY config /image/app/config
COPY skills /image/app/skills
COPY LICENSE-APACHE LICENSE-MIT /image/usr/share/doc/openclaw-gateway/

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="OpenClaw gateway" \
      org.opencontainers.image.description="Answers a company's customers through language models that know its skills" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image/ /
# A volume that is mounted here belongs to the gateway from its first use.
COPY --from=build --chown=65532:65532 /owned/ /
WORKDIR /app
USER 65532:65532
ENV OPENCLAW_BIND=lan
EXPOSE 18789
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
    CMD ["/openclaw-gateway", "healthcheck"]
ENTRYPOINT ["/openclaw-gateway"]
