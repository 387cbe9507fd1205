# syntax=docker/dockerfile:1
# Sluis in a container: `docker build -t sluis .`, then
# docker run -p 8443:8443 -v ./config:/app/config:ro -v sluis-data:/data sluis

FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node itself; the runtime packages are for hosts that lack it.
RUN npm ci --omit=optional --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY demo ./demo
COPY bin ./bin
RUN node -e "require('./bin/build.cjs').build(process.execPath)" \
  && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:26-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY config ./config
# Numbers, so that `runAsNonRoot` can be checked. The data folder belongs to this user and nobody else.
RUN install -d -m 0700 -o 10001 -g 10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 8443
# Asks the configured instance itself: exit code 0 when it serves.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "dist/src/main.js", "check", "--running", "--config", "/app/config/sluis.yaml"]
ENTRYPOINT ["node", "--enable-source-maps", "dist/src/main.js"]
CMD ["serve", "--config", "/app/config/sluis.yaml"]
