import type { GoServer } from '../build/go-server.ts';
import { argocd } from './argocd/server.ts';
import { conftest } from './conftest/server.ts';
import { cosign } from './cosign/server.ts';
import { gator } from './gator/server.ts';
import { gitea } from './gitea/server.ts';
import { helm } from './helm/server.ts';
import { kubeconform } from './kubeconform/server.ts';
import { kubernetes } from './kubernetes/server.ts';
import { kustomize } from './kustomize/server.ts';
import { kustomizeController } from './kustomize-controller/server.ts';
import { kwok } from './kwok/server.ts';
import { loki } from './loki/server.ts';
import { natsServer } from './nats-server/server.ts';
import { opa } from './opa/server.ts';
import { sourceController } from './source-controller/server.ts';

/** Everything the lab can build, in the order in which a cold cache is filled. One line per folder. */
export const goServers: readonly GoServer[] = [opa, kubernetes, natsServer, gitea, argocd, kustomize, kubeconform, helm, kustomizeController, sourceController, conftest, gator, cosign, kwok, loki];
