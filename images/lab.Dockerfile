# A laboratory's image: the base, and what the laboratory named LAB adds to it.
#
# Every laboratory is built from this one file. What differs between them is data:
# images/<slug>/apt.txt and requirements.txt, and the folders the slug names elsewhere.
ARG BASE=bluecloud/base
ARG TOOLS=bluecloud/tools

FROM ${TOOLS} AS tools

FROM ${BASE} AS packages
ARG LAB
USER 0
COPY --from=tools /opt/tools /opt/tools
COPY images/${LAB}/requirements.txt /tmp/
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1
RUN mkdir -p /opt/bluecloud/laboratory \
    && if grep -q '==' /tmp/requirements.txt; then \
        /opt/tools/bin/uv pip install --quiet --no-deps --require-hashes \
            --python /opt/venv/bin/python --target /opt/bluecloud/laboratory \
            --requirement /tmp/requirements.txt; \
    fi \
    && /opt/venv/bin/python -m compileall -q /opt/bluecloud/laboratory
USER 1000

FROM ${BASE}
ARG LAB
SHELL ["/bin/bash", "-o", "pipefail", "-c"]

# Layers go from what changes least to what changes most: a corrected notebook
# rebuilds one small layer, not the environment.
USER 0
COPY images/${LAB}/apt.txt /tmp/apt.txt
RUN if [ -s /tmp/apt.txt ]; then \
        apt-get update \
        && xargs --arg-file=/tmp/apt.txt apt-get install --yes --no-install-recommends \
        && apt-get clean \
        && rm -rf /var/lib/apt/lists/* /var/cache/apt/*; \
    fi \
    && rm /tmp/apt.txt
COPY --from=packages /opt/bluecloud/laboratory /opt/bluecloud/laboratory
COPY extensions/${LAB}/labextension/ /opt/venv/share/jupyter/labextensions/@bluecloud/${LAB}/
COPY catalogs/samples/ /opt/bluecloud/catalogs/samples/
COPY catalogs/sources/ /opt/bluecloud/catalogs/sources/
COPY catalogs/${LAB}.yaml /opt/bluecloud/catalogs/
COPY hub/labs/${LAB}.toml /opt/bluecloud/hub/labs/
COPY notebooks/${LAB}/ /opt/bluecloud/notebooks/${LAB}/

ARG REVISION=unknown
ARG VERSION=unknown
# Which apt.txt and requirements.txt it has: a changed notebook alone needs no build.
ARG ENVIRONMENT=
LABEL bluecloud.environment="${ENVIRONMENT}" \
      org.opencontainers.image.title="bluecloud/${LAB}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}"
ENV BLUECLOUD_LAB=${LAB}

# Never start as root by accident.
USER 1000
