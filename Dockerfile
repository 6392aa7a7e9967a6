# One image for web, worker, beat and set-up; docker-compose.yml says which is which. Each step is one that bin/ uses.
FROM python:3.12-slim

ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

# Libraries first: this layer lasts until the lock file changes.
COPY requirements.txt ./
COPY bin/setup bin/apt-install bin/system-packages.txt bin/
RUN bin/setup && rm -rf /var/lib/apt/lists/*

# What only some installations need, such as the 17 MB of django-storages[s3]
ARG LIBRARIES=""
RUN [ -z "$LIBRARIES" ] || pip install $LIBRARIES

COPY . .
# The key is for this one command only. Style sheets and fonts belong to the image, papers to the volume var/files.
RUN SECRET_KEY=unused python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q . \
    && useradd --system --create-home portal \
    && mkdir -p var/files \
    && chown -R portal var
USER portal

EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s CMD ["bin/healthy"]
# Threads, not sync workers, as in bin/demo: an idle connection then occupies nobody. /dev/shm is memory everywhere.
CMD ["gunicorn", "phuly_portal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
