# syntax=docker/dockerfile:1
# Build:  docker build -t sluis .
# Run:    docker run -p 8443:8443 -v ./my-config:/config:ro -v sluis-data:/data sluis
# /config/sluis.yaml says `data: /data` and listens on 0.0.0.0, with TLS or behind a balancer that it names.

FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY bin ./bin
COPY src ./src
COPY demo ./demo
# The image has Node itself, so the pinned runtime (an optional package) goes with the development packages.
RUN node -e "require('./bin/build.cjs').build(process.execPath)" \
  && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:26-bookworm-slim
ENV NODE_ENV=production SLUIS_HEALTH_PORT=8443
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# As numbers, so that `runAsNonRoot` can be checked. The data folder is this user's and nobody else's.
RUN install -d -m 0700 -o 10001 -g 10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 8443
# Whether the listener takes connections: an answer of an app behind it must not restart Sluis.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "require('node:net').connect(process.env.SLUIS_HEALTH_PORT, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "--initial-heap-size=256", "dist/src/main.js"]
CMD ["serve", "--config", "/config/sluis.yaml"]
