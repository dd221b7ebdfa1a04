import { detectorConformance, pluginFolderConformance } from '@fleetmend/plugin-api/conformance';
import { describe } from 'vitest';
import { detectors } from './index.ts';

describe('detectors', () => pluginFolderConformance({ dir: import.meta.dirname, plugins: detectors }));
describe.each(detectors)('detector $kind', (detector) => detectorConformance({ detector, detectors }));
