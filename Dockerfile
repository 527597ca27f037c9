# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /astra
COPY package.json package-lock.json .npmrc ./
# The image brings Node; the packages that bring one elsewhere are not carried along.
RUN npm ci --ignore-scripts && rm -rf node_modules/node-linux-*
COPY . .
RUN npx prisma generate --config prisma/platform/prisma.config.ts \
  && npx prisma generate --config prisma/tenant/prisma.config.ts \
  && NEXT_TELEMETRY_DISABLED=1 npx next build
RUN npm prune --omit=dev --ignore-scripts && rm -rf node_modules/node-linux-* .next/cache

FROM node:24-bookworm-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
WORKDIR /astra
COPY --from=build /astra ./
# The only place that is written to.
RUN mkdir -p .next/cache /var/lib/astra/storage && chown node:node .next/cache /var/lib/astra/storage
USER node
EXPOSE 3000
CMD ["node", "node_modules/next/dist/bin/next", "start", "-H", "0.0.0.0", "-p", "3000"]
