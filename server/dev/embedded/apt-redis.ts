import { type UnpackedProgram, unpackAptProgram } from "./apt-package.ts";

/** Real Redis from the distribution's archive, unpacked below `cacheDir`. Undefined where it cannot be had. */
export function unpackRedis(cacheDir: string): UnpackedProgram | undefined {
  const packages = ["redis-server", "redis-tools", "libjemalloc2", "liblzf1", "libatomic1"];
  return unpackAptProgram({ name: "Redis", packages, program: "usr/bin/redis-server" }, cacheDir);
}
