FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /src
# No pip of its own: nothing is installed into it later.
RUN python3 -m venv --without-pip /opt/peacekeeping
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
COPY seed_data seed_data
RUN python3 -m pip --python /opt/peacekeeping/bin/python3 install --constraint constraints.txt .


FROM python:3.11-slim
LABEL org.opencontainers.image.title="Peacekeeping deployment tracker" \
      org.opencontainers.image.description="Who has announced, approved, planned and deployed how many peacekeepers, where - every figure with its source." \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 peacekeeping \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /data --shell /usr/sbin/nologin peacekeeping \
    && install -d -o 10001 -g 10001 -m 0750 /data
COPY --from=build /opt/peacekeeping /opt/peacekeeping
ENV PATH=/opt/peacekeeping/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/peacekeeping.db \
    HOST=0.0.0.0 \
    PORT=8000
# By number, so that platforms which refuse root can tell.
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
# Without a proxy, whatever the environment says: it asks its own container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(f\"http://127.0.0.1:{os.environ['PORT']}/readyz\", timeout=4)"]
CMD ["peacekeeping", "serve", "--prepare"]
