import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { HUB_PARTS, type HubParts } from '../hub-parts.ts';

/** `/healthz`: the process answers. `/readyz`: it knows enough to do its work. */
@Controller()
export class HealthController {
  readonly #parts: HubParts;
  readonly #health: HealthCheckService;
  readonly #indicators: HealthIndicatorService;

  constructor(@Inject(HUB_PARTS) parts: HubParts, @Inject(HealthCheckService) health: HealthCheckService, @Inject(HealthIndicatorService) indicators: HealthIndicatorService) {
    this.#parts = parts;
    this.#health = health;
    this.#indicators = indicators;
  }

  @Get('healthz')
  alive(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    const check = () => {
      const missing = this.#parts.notReady();
      const indicator = this.#indicators.check('hub');
      return missing === undefined ? indicator.up({ leading: this.#parts.leading(), bundle: this.#parts.policyEngine.active().digest }) : indicator.down(missing);
    };
    return this.#health.check([check]);
  }
}
