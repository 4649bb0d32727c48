# Vitrine in a container: built in one stage, run in another without compiler, as nobody, with a health check.
#   docker build -t vitrine . && docker run -p 8080:8080 -v vitrine-data:/data vitrine
FROM debian:12-slim AS build
WORKDIR /vitrine
COPY script/packages script/packages
RUN script/packages build
COPY Makefile VERSION ./
COPY src src
COPY web web
RUN make -s -j"$(nproc)" build/vitrine && strip build/vitrine

FROM debian:12-slim
COPY script/packages /tmp/packages
RUN /tmp/packages run && rm -rf /tmp/packages /var/lib/apt/lists/* \
 && groupadd --gid 10001 vitrine && useradd --uid 10001 --gid vitrine --no-create-home --home-dir /data --shell /usr/sbin/nologin vitrine \
 && install -d -o vitrine -g vitrine -m 0750 /data
COPY --from=build /vitrine/build/vitrine /usr/local/bin/vitrine
USER vitrine
WORKDIR /data
VOLUME /data
# the same for `docker exec ... vitrine COMMAND` as for the server
ENV VITRINE_DATA=/data VITRINE_ADDRESS=0.0.0.0 VITRINE_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s CMD ["vitrine", "doctor", "--health", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["vitrine"]
CMD ["serve"]
