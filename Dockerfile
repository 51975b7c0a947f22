# Two stages: wheels are built and installed in the first, the second holds only what runs. Build it with
#   docker build --format docker -t aggregator .     (plain `docker build` also works; OCI format drops HEALTHCHECK)
FROM python:3.13-slim-bookworm AS build
ARG AGGREGATOR_TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/aggregator
ENV PATH=/opt/aggregator/bin:$PATH
# torch changes least and weighs most; a build that silently took CUDA would be three times as large
RUN pip install --no-deps --extra-index-url "$AGGREGATOR_TORCH_INDEX" torch==2.13.0
WORKDIR /src
COPY constraints.txt pyproject.toml README.md ./
COPY aggregator/__init__.py aggregator/__init__.py
COPY config config
COPY migrations migrations
COPY docs docs
COPY pipelines/__init__.py pipelines/__init__.py
RUN pip install -c constraints.txt ".[dask]" \
 && python -c "import torch; assert torch.version.cuda is None, 'this is the CUDA build of torch'"
COPY aggregator aggregator
COPY pipelines pipelines
RUN pip install --no-deps --force-reinstall . \
 && python -c "import trafilatura, sentence_transformers" \
 && python -m aggregator.stories.onnx_file

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin aggregator \
 && mkdir /data && chown aggregator: /data
COPY --from=build /opt/aggregator /opt/aggregator
ENV PATH=/opt/aggregator/bin:$PATH \
    AGGREGATOR_CONFIG=/config \
    AGGREGATOR_DATA_DIR=/data \
    PYTHONUNBUFFERED=1
USER aggregator
VOLUME ["/data"]
WORKDIR /data
HEALTHCHECK --interval=5m --timeout=30s CMD ["aggregator", "--quiet", "status"]
ENTRYPOINT ["aggregator"]
CMD ["schedule"]
