import type { ClassRules } from '../rule.ts';
import { ingressBackendNotFound } from './ingress.ts';
import { loadBalancerPending, routeNotResolved } from './other-traffic.ts';
import { selectorTooBroad, serviceWithoutEndpoints } from './service-endpoints.ts';
import { servicePortMismatch } from './service-port.ts';

/** Services, Ingresses, routes. */
export const trafficRules: ClassRules = {
  ServiceWithoutEndpoints: serviceWithoutEndpoints,
  SelectorTooBroad: selectorTooBroad,
  ServicePortMismatch: servicePortMismatch,
  IngressBackendNotFound: ingressBackendNotFound,
  LoadBalancerPending: loadBalancerPending,
  RouteNotResolved: routeNotResolved,
};
