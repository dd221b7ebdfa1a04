import { definitionRules } from '../custom/definition-rules.ts';
import type { KindRules } from '../kind-rules.ts';
import type { ResourceType } from '../resource-types.ts';
import { admissionBindingRules, admissionPolicyRules } from './admission-policy-rules.ts';
import { podRules } from './pod-rules.ts';
import { serviceRules } from './service-rules.ts';
import {
  autoscalerRules, bindingRules, budgetRules, claimRules, configMapRules, endpointSliceRules, endpointsRules, eventRules, ingressRules, leaseRules, limitRangeRules, namespaceRules, networkPolicyRules,
  nodeRules, priorityClassRules, quotaRules, roleRules, secretRules, storageClassRules, volumeRules,
} from './small-kinds.ts';
import { mutatingWebhookRules, validatingWebhookRules } from './webhook-rules.ts';
import { WORKLOADS } from './workload-rules.ts';

const PLAIN: KindRules = {};

const RULES: Readonly<Record<string, KindRules>> = {
  '/configmaps': configMapRules,
  '/endpoints': endpointsRules,
  '/events': eventRules,
  '/limitranges': limitRangeRules,
  '/namespaces': namespaceRules,
  '/nodes': nodeRules,
  '/persistentvolumeclaims': claimRules,
  '/persistentvolumes': volumeRules,
  '/pods': podRules,
  '/resourcequotas': quotaRules,
  '/secrets': secretRules,
  '/services': serviceRules,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': mutatingWebhookRules,
  'admissionregistration.k8s.io/validatingadmissionpolicies': admissionPolicyRules,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': admissionBindingRules,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': validatingWebhookRules,
  'apiextensions.k8s.io/customresourcedefinitions': definitionRules,
  'apps/daemonsets': WORKLOADS.daemonSet,
  'apps/deployments': WORKLOADS.deployment,
  'apps/replicasets': WORKLOADS.replicaSet,
  'apps/statefulsets': WORKLOADS.statefulSet,
  'autoscaling/horizontalpodautoscalers': autoscalerRules,
  'batch/cronjobs': WORKLOADS.cronJob,
  'batch/jobs': WORKLOADS.job,
  'coordination.k8s.io/leases': leaseRules,
  'discovery.k8s.io/endpointslices': endpointSliceRules,
  'networking.k8s.io/ingresses': ingressRules,
  'networking.k8s.io/networkpolicies': networkPolicyRules,
  'policy/poddisruptionbudgets': budgetRules,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingRules,
  'rbac.authorization.k8s.io/clusterroles': roleRules,
  'rbac.authorization.k8s.io/rolebindings': bindingRules,
  'rbac.authorization.k8s.io/roles': roleRules,
  'scheduling.k8s.io/priorityclasses': priorityClassRules,
  'storage.k8s.io/storageclasses': storageClassRules,
};

/** What is special about a type; custom kinds have their own, in their definition. */
export function rulesOf(type: ResourceType): KindRules {
  return RULES[type.storage] ?? PLAIN;
}
