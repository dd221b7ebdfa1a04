import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** Packages that libraries load only when their feature is used; none of ours is. */
const OPTIONAL = [
  /^@nestjs\/(websockets|platform-express|mongoose|sequelize|typeorm|axios|mikro-orm)/,
  /^@(fastify\/(static|view|multipart)|grpc|mikro-orm|prisma)\b/,
  /^(kafkajs|mqtt|nats|ioredis|amqplib|amqp-connection-manager|class-transformer|class-validator|pino-pretty|typeorm|sequelize|mongoose)(\/|$)/,
];

/** Bundles one program into one ES module file. Decorators of the hub need this step. */
export async function bundle({ root, entry, file }: { readonly root: string; readonly entry: string; readonly file: string }): Promise<void> {
  const build = await rolldown({
    input: join(root, entry),
    platform: 'node',
    tsconfig: join(root, 'apps/hub/tsconfig.json'),
    external: OPTIONAL,
    logLevel: 'warn',
    onLog: (level, log, handle) => {
      // Node's own loader would find these at run time, and nobody asks it to.
      if (log.code !== 'UNRESOLVED_IMPORT' && log.code !== 'EVAL') handle(level, log);
    },
  });
  await build.write({ file: join(root, file), format: 'esm', codeSplitting: false });
  await build.close();
}
