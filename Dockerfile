# Images of one program: `web` serves the pages and the API, `worker` does jobs, live readings and
# migrations, `train` also fits models, `airflow` starts it at night. docs/guides/containers.md tells more.
#
# A digest pins the base: --build-arg BASE=docker.io/library/python:3.11-slim-bookworm@sha256:…
# Any Debian with Python 3.11 or newer and its venv module will do.
# checkov:skip=CKV_DOCKER_7: the base is an argument, whose default names a version
ARG BASE=docker.io/library/python:3.11-slim-bookworm

# --- the package and what it needs, each in an environment without pip ---------------------------

# Whoever builds says which one.
# hadolint ignore=DL3006
FROM ${BASE} AS tools
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements-image-build.txt ./
# Where packages come from and which authority to believe is known while building, and kept nowhere.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.crt,target=/run/secrets/ca.crt \
    python3 -m venv /opt/tools && python3 -m venv --without-pip /opt/ahorraluz \
    && /opt/tools/bin/pip install --no-cache-dir --require-hashes -r requirements-image-build.txt

FROM tools AS package
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
COPY examples ./examples
COPY docs/reference/schemas ./docs/reference/schemas
RUN /opt/tools/bin/pip wheel --no-cache-dir --no-index --no-deps --no-build-isolation \
    --wheel-dir /build/wheel .

FROM tools AS packages-web
COPY requirements-image-web.txt ./
# Nothing is compiled: what is not there as a wheel is not installed.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.crt,target=/run/secrets/ca.crt \
    /opt/tools/bin/pip --python /opt/ahorraluz install --no-cache-dir --only-binary :all: \
    --require-hashes -r requirements-image-web.txt
COPY --from=package /build/wheel ./wheel
# Tests of libraries are of no use here; those of numpy are imported by its own modules.
RUN /opt/tools/bin/pip --python /opt/ahorraluz install --no-cache-dir --no-index --no-deps wheel/*.whl \
    && find /opt/ahorraluz -type d -name tests -not -path '*/numpy/*' -prune -exec rm -rf {} +

FROM tools AS packages-worker
COPY requirements-image-worker.txt ./
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.crt,target=/run/secrets/ca.crt \
    /opt/tools/bin/pip --python /opt/ahorraluz install --no-cache-dir --only-binary :all: \
    --require-hashes -r requirements-image-worker.txt
COPY --from=package /build/wheel ./wheel
RUN /opt/tools/bin/pip --python /opt/ahorraluz install --no-cache-dir --no-index --no-deps wheel/*.whl \
    && find /opt/ahorraluz -type d -name tests -not -path '*/numpy/*' -prune -exec rm -rf {} +

FROM tools AS packages-train
COPY requirements-image-train.txt ./
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.crt,target=/run/secrets/ca.crt \
    /opt/tools/bin/pip --python /opt/ahorraluz install --no-cache-dir --only-binary :all: \
    --require-hashes -r requirements-image-train.txt
COPY --from=package /build/wheel ./wheel
RUN /opt/tools/bin/pip --python /opt/ahorraluz install --no-cache-dir --no-index --no-deps wheel/*.whl \
    && find /opt/ahorraluz -type d -name tests -not -path '*/numpy/*' -prune -exec rm -rf {} +

# --- what runs: nobody's root, and nothing written but data and what is temporary -----------------

# hadolint ignore=DL3006
FROM ${BASE} AS runtime
RUN groupadd --gid 10001 ahorraluz \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/ahorraluz --no-create-home \
        --shell /usr/sbin/nologin ahorraluz \
    && install -d -m 0750 -o 10001 -g 10001 /var/lib/ahorraluz
ENV PATH=/opt/ahorraluz/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AHORRALUZ_DATA_DIR=/var/lib/ahorraluz \
    AHORRALUZ_LOG_FORMAT=json
WORKDIR /var/lib/ahorraluz
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="AhorraLuz" \
      org.opencontainers.image.description="From the electricity bill of a Peruvian home to a plan in soles" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# Pango writes the reports, Tesseract reads photos of recibos.
FROM runtime AS documents
# Debian keeps one version of each package; the digest of the base says of which day.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
        tesseract-ocr tesseract-ocr-spa \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf /var/log/*

FROM runtime AS train
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf /var/log/*
COPY --from=packages-train /opt/ahorraluz /opt/ahorraluz
USER 10001:10001
# A command runs to its end; whoever starts one asks for its exit code.
HEALTHCHECK NONE
ENTRYPOINT ["ahorraluz"]
CMD ["--help"]

# Airflow starts the commands of `train` at night; it lives in an environment of its own.
FROM tools AS packages-airflow
COPY requirements-airflow.txt ./
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.crt,target=/run/secrets/ca.crt \
    python3 -m venv --without-pip /opt/airflow \
    && /opt/tools/bin/pip --python /opt/airflow install --no-cache-dir --only-binary :all: \
        --require-hashes -r requirements-airflow.txt

FROM train AS airflow
COPY --from=packages-airflow /opt/airflow /opt/airflow
COPY deploy/airflow/dags /opt/airflow/dags
ENV AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/airflow/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW_VAR_AHORRALUZ_COMMAND=/opt/ahorraluz/bin/ahorraluz \
    PATH=/opt/airflow/bin:/usr/local/bin:/usr/bin:/bin
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=5 \
    CMD ["python3", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/api/v2/monitor/health', timeout=9)"]
ENTRYPOINT ["airflow"]
CMD ["standalone"]

FROM documents AS worker
COPY --from=packages-worker /opt/ahorraluz /opt/ahorraluz
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["sh", "-c", "test -n \"$(find /tmp/alive -mmin -2)\""]
ENTRYPOINT ["ahorraluz"]
CMD ["work", "--alive-file", "/tmp/alive"]

FROM documents AS web
COPY --from=packages-web /opt/ahorraluz /opt/ahorraluz
COPY deploy/containers/gunicorn.conf.py /etc/ahorraluz/gunicorn.conf.py
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/salud', timeout=4)"]
CMD ["gunicorn", "--config", "/etc/ahorraluz/gunicorn.conf.py"]
