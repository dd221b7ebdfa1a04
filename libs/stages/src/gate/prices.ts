import type { Prices } from '@fleetmend/model';

/**
 * What counts where no RemediationPolicy says what an hour costs: a public list price, so that an estimate is of the right size.
 * AWS Fargate on demand, Linux on x86, us-east-1, https://aws.amazon.com/fargate/pricing/ (its GB is 2^30 bytes).
 */
export const LIST_PRICES: Prices = { vcpuHourUSD: 0.04048, gibHourUSD: 0.004445, source: 'AWS Fargate on demand, Linux/x86, us-east-1, https://aws.amazon.com/fargate/pricing/' };

/** 365 days of 24 hours, a twelfth of it. */
export const HOURS_PER_MONTH = 730;
