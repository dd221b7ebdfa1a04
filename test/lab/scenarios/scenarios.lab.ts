import { writeFileSync } from 'node:fs';
import { seconds } from '@fleetmend/kernel';
import { HELD } from '@fleetmend/sandbox';
import { ownScenarios, scenarioStory } from './scenario-story.ts';

const SMOKE = ['oom-limit-lowered', 'image-tag-typo', 'crash-loop-env-changed', 'quota-real-growth', 'harmless-change'];
/** Given by `npm run scorecard -- --world lab`: folders to play instead, and where their rows go. */
const { FLEETMEND_SCENARIOS: given, FLEETMEND_SCENARIO_ROWS: rowsFile } = process.env;

const title = 'scenarios on real servers';
// The whole minute counts where scenarios are scored, and not in each run of the lab's own set.
if (given === undefined || rowsFile === undefined) scenarioStory({ title, dirs: ownScenarios(SMOKE), held: seconds(20) });
else scenarioStory({ title, dirs: JSON.parse(given) as readonly string[], held: HELD, collect: (rows) => writeFileSync(rowsFile, JSON.stringify(rows)) });
