# certdrill in a container. A cluster of three nodes:
#   docker build -t certdrill .      # or podman build --format docker: the other format has no health checks
#   docker run --rm -p 127.0.0.1:9400-9423:9400-9423 certdrill
# All nodes are on one address. Node k's REST API, Cluster Manager, metrics and database have the ports
# 9400 + 10 * (k - 1) and the three that follow. Other commands work, too: docker run --rm certdrill help
ARG BASE=debian:12-slim

FROM debian:12 AS build
COPY . /certdrill
RUN /certdrill/dev package

FROM ${BASE}
RUN --mount=type=bind,from=build,source=/certdrill/build/package,target=/packages \
  apt-get update \
  && apt-get install -y --no-install-recommends /packages/certdrill_*.deb \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system certdrill
USER certdrill
EXPOSE 9400-9403 9410-9413 9420-9423
# The file is there when every port accepts; /dev/shm is empty at each start, so it is never an old one.
HEALTHCHECK --interval=5s --timeout=2s --start-period=30s CMD test -s /dev/shm/ready
ENTRYPOINT ["certdrill"]
CMD ["sim", "--port-base", "9400", "--address", "0.0.0.0", "--ready-file", "/dev/shm/ready"]
