# Colonnade with everything that it needs, for macOS, Windows and any Linux:
#
#   docker build -t colonnade .
#   docker run --rm -v "$PWD:/work" colonnade                     the quick start; results in ./sample
#   docker run --rm -v "$PWD:/work" colonnade colonnade --help    any command
#
FROM debian:bookworm-slim

WORKDIR /colonnade
COPY jobs/common.sh jobs/install.sh jobs/
RUN jobs/install.sh && rm -rf /var/lib/apt/lists/*

COPY . .
RUN bash -c '. jobs/common.sh && build_release off' && cmake --install build/release --prefix /usr/local

WORKDIR /work
CMD ["/colonnade/jobs/quickstart.sh"]
