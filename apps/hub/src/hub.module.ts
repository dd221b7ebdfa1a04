import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from '@fleetmend/telemetry';
import { ApiController } from './http/api.controller.ts';
import { DashboardController } from './http/dashboard.controller.ts';
import { HealthController } from './http/health.controller.ts';
import { MetricsController } from './http/metrics.controller.ts';
import { HUB_PARTS, type HubParts } from './hub-parts.ts';
import { FailureController } from './intake/failure.controller.ts';
import { HeartbeatController } from './intake/heartbeat.controller.ts';

/** Everything that Nest manages: the way in from the bus, and HTTP. The rest of the hub knows nothing of it. */
@Module({})
export class HubModule {
  static with(parts: HubParts, logger: Logger): DynamicModule {
    return {
      module: HubModule,
      imports: [LoggerModule.forRoot({ pinoHttp: { logger: quieter(logger), autoLogging: false } }), TerminusModule.forRoot({ logger: false, errorLogStyle: 'json' })],
      controllers: [FailureController, HeartbeatController, HealthController, MetricsController, ApiController, DashboardController],
      providers: [{ provide: HUB_PARTS, useValue: parts }],
    };
  }
}

/** Nest tells each route and module at level info; that is news for whoever debugs the hub, and for nobody else. */
function quieter(logger: Logger): Logger {
  return logger.child({}, { level: logger.level === 'debug' ? 'debug' : logger.level === 'silent' ? 'silent' : 'warn' });
}
