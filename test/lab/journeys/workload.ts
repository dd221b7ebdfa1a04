import { LABAPP_IMAGE } from '../images/images.ts';

export interface Checkout {
  readonly namespace: string;
  /** Memory that the program takes. */
  readonly held?: string;
  /** The line below `limits:`, and what stands behind it. */
  readonly limit?: string;
  readonly cpu?: string;
  /** All pods go before new ones come. */
  readonly recreate?: boolean;
}

/** The manifest of a shop's checkout, as a team wrote it by hand: labapp with a health check. */
export const checkout = ({ namespace, held = '20Mi', limit = '64Mi', cpu = '10m', recreate = false }: Checkout): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
  namespace: ${namespace}
spec:
  replicas: 1
${recreate ? '  strategy: {type: Recreate}\n' : ''}  selector:
    matchLabels: {app: checkout}
  template:
    metadata:
      labels: {app: checkout}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: ${LABAPP_IMAGE}
        args: ["--log=checkout 1.4.0", "--hold-memory=${held}", "--listen=8080", "--health=/healthz"]
        resources:
          requests: {cpu: ${cpu}, memory: 32Mi}
          limits:
            memory: ${limit}
        readinessProbe:
          httpGet: {path: /healthz, port: 8080}
          periodSeconds: 1
`;

export const namespaceOf = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;
