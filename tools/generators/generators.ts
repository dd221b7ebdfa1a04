import { actionsPage } from './actions-page.ts';
import { agentRoleFiles } from './agent-role.ts';
import { chartFiles } from './charts.ts';
import { configReference } from './config-reference.ts';
import { crdFiles } from './crds.ts';
import type { Generator } from './generated.ts';
import { featureTable } from './feature-table.ts';
import { hubRoleFiles } from './hub-role.ts';
import { lifecyclePage } from './lifecycle-page.ts';
import { gatekeeperTemplate } from './gatekeeper-template.ts';
import { policyCatalogue } from './policy-catalogue.ts';
import { policyWorker } from './policy-worker.ts';
import { sandboxApi } from './sandbox-api.ts';

/** Everything that is generated, committed, and proved fresh by CI. */
export const generators: readonly Generator[] = [crdFiles, policyCatalogue, lifecyclePage, actionsPage, configReference, policyWorker, gatekeeperTemplate, agentRoleFiles, hubRoleFiles, chartFiles, sandboxApi, featureTable];
